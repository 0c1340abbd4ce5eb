package io.sparkrnn.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
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

  /** All training samples. */
  public long samples() {
    return labelCounts.stream().mapToLong(count -> count).sum();
  }

  /**
   * How far the distributions of the labels are apart: their total variation distance, which is the
   * share of samples that would have to have another label; from 0 to 1.
   */
  public double labelDrift(DataSummary other) {
    double sum = 0;
    for (int label = 0; label < Math.max(labelCounts.size(), other.labelCounts.size()); label++) {
      sum += Math.abs(share(label) - other.share(label));
    }
    return sum / 2;
  }

  private double share(int label) {
    return label < labelCounts.size() ? labelCounts.get(label) / (double) samples() : 0;
  }

  /**
   * How far the pixels' means are apart, or their standard deviations where those differ more, in
   * units of the larger deviation; the same from either side.
   */
  public double pixelDrift(DataSummary other) {
    double shift =
        Math.max(
            Math.abs(pixelMean - other.pixelMean),
            Math.abs(pixelStandardDeviation - other.pixelStandardDeviation));
    return shift == 0 ? 0 : shift / Math.max(pixelStandardDeviation, other.pixelStandardDeviation);
  }

  /** As in the log. */
  public ObjectNode json() {
    return StrictJson.MAPPER.valueToTree(this);
  }
}
