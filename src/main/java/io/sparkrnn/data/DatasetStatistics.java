package io.sparkrnn.data;

import java.util.List;

/**
 * How the samples of a dataset are distributed.
 *
 * @param labelCounts samples of each class
 * @param mean of all values; of bytes, as they are scaled
 * @param standardDeviation of the same values
 */
public record DatasetStatistics(List<Long> labelCounts, double mean, double standardDeviation) {
  public DatasetStatistics {
    labelCounts = List.copyOf(labelCounts);
  }
}
