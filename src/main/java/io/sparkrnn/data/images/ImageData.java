package io.sparkrnn.data.images;

import io.sparkrnn.data.DataFingerprint;
import io.sparkrnn.data.SequenceDataset;
import java.io.Serializable;
import java.util.List;

/**
 * A training and a test set of equal shape, and the files they came from: training images, training
 * labels, test images, test labels.
 *
 * @param names of the classes, in their order; none where they are numbers
 */
public record ImageData(
    SequenceDataset training,
    SequenceDataset test,
    List<String> names,
    List<DataFingerprint> fingerprints)
    implements Serializable {
  public ImageData {
    names = List.copyOf(names);
    fingerprints = List.copyOf(fingerprints);
  }
}
