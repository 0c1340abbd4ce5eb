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

  /** Of values, summed in their order. */
  static DatasetStatistics of(List<Long> labelCounts, SequenceValues values) {
    double mean = InputRange.of(values).mean();
    double squares = 0;
    for (int index = 0; index < values.length(); index++) {
      double deviation = values.scaled(index) - mean;
      squares += deviation * deviation;
    }
    double deviation = Math.sqrt(squares / Math.max(1, values.length()));
    return new DatasetStatistics(labelCounts, mean, deviation);
  }
}
