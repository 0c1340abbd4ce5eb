package io.sparkrnn.data.images;

import io.sparkrnn.data.DataFingerprint;
import io.sparkrnn.data.SequenceDataset;
import java.io.Serializable;
import java.util.List;

/** A dataset and the files it came from: images, labels. */
public record ImageSet(SequenceDataset dataset, List<DataFingerprint> fingerprints)
    implements Serializable {
  public ImageSet {
    fingerprints = List.copyOf(fingerprints);
  }
}
