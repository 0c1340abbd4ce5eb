package io.sparkrnn.data.images;

import io.sparkrnn.data.DataFingerprint;
import io.sparkrnn.data.SequenceDataset;
import java.io.Serializable;
import java.util.List;

/**
 * A dataset and the files it came from: images, labels.
 *
 * @param names of the classes, in their order; none where they are numbers
 */
public record ImageSet(
    SequenceDataset dataset, List<String> names, List<DataFingerprint> fingerprints)
    implements Serializable {
  public ImageSet {
    names = List.copyOf(names);
    fingerprints = List.copyOf(fingerprints);
  }
}
