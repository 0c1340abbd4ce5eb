package io.sparkrnn.data;

import java.util.List;

/** A dataset and the files it came from: images, labels. */
public record ImageSet(SequenceDataset dataset, List<DataFingerprint> fingerprints) {
  public ImageSet {
    fingerprints = List.copyOf(fingerprints);
  }
}
