package io.sparkrnn.registry;

import java.util.List;

/**
 * What a model was trained on, to tell a drift of the data from one of the model.
 *
 * @param files each with its digest
 * @param labelCounts training samples of each class
 * @param pixelMean mean of all pixels of the training samples, from 0 to 1
 * @param pixelStandardDeviation of the same pixels
 */
public record DataSummary(
    List<File> files, List<Long> labelCounts, double pixelMean, double pixelStandardDeviation) {

  /**
   * A data file.
   *
   * @param name the file's name
   * @param sha256 of the uncompressed content, in lower-case hexadecimal
   * @param bytes length of the uncompressed content
   */
  public record File(String name, String sha256, long bytes) {}

  public DataSummary {
    files = List.copyOf(files);
    labelCounts = List.copyOf(labelCounts);
  }
}
