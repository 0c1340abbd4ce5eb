package io.sparkrnn.data;

import java.util.List;

/**
 * A training and a test set of equal shape, and the files they came from: training images, training
 * labels, test images, test labels.
 */
public record ImageData(
    SequenceDataset training, SequenceDataset test, List<DataFingerprint> fingerprints) {
  public ImageData {
    fingerprints = List.copyOf(fingerprints);
  }
}
