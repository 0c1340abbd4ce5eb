package io.sparkrnn.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a model was trained on, to tell a drift of the data from one of the model.
 *
 * @param files each with its digest
 * @param labelCounts training samples of each class, or readings where a sequence has several; none
 *     where there are no classes, or where they are the tokens of a text
 * @param pixelMean mean of all pixels of the training samples, from 0 to 1; of images alone
 * @param pixelStandardDeviation of the same pixels
 * @param table what else is said of a table, in place of pixels
 */
public record DataSummary(
    List<File> files,
    List<Long> labelCounts,
    Optional<Double> pixelMean,
    Optional<Double> pixelStandardDeviation,
    Optional<Table> table) {

  /**
   * A data file.
   *
   * @param name the file's name
   * @param sha256 of the uncompressed content, in lower-case hexadecimal
   * @param bytes length of the uncompressed content
   */
  public record File(String name, String sha256, long bytes) {}

  /**
   * The training part of a table.
   *
   * @param samples sequences or windows
   * @param columns its columns of numbers
   */
  public record Table(long samples, List<Column> columns) {
    public Table {
      columns = List.copyOf(columns);
    }
  }

  /** A feature or a target, in the units of the table. */
  public record Column(String name, double mean, double standardDeviation) {}

  /** By how much a column differs most from what it was. */
  public record ColumnDrift(Column before, Column now, double deviations) {}

  public DataSummary {
    files = List.copyOf(files);
    labelCounts = List.copyOf(labelCounts);
    if (pixelMean.isPresent() == table.isPresent()
        || pixelMean.isPresent() != pixelStandardDeviation.isPresent()) {
      throw new IllegalArgumentException(
          "expected mean and deviation of pixels, or a table, found %s, %s and %s"
              .formatted(pixelMean, pixelStandardDeviation, table));
    }
  }

  /** Of images. */
  public DataSummary(
      List<File> files, List<Long> labelCounts, double pixelMean, double pixelStandardDeviation) {
    this(
        files,
        labelCounts,
        Optional.of(pixelMean),
        Optional.of(pixelStandardDeviation),
        Optional.empty());
  }

  /** All training samples. */
  public long samples() {
    return table.map(Table::samples).orElse(labelled());
  }

  private long labelled() {
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
    return label < labelCounts.size()
        ? labelCounts.get(label) / (double) Math.max(1, labelled())
        : 0;
  }

  /**
   * How far the pixels' means are apart, or their standard deviations where those differ more, in
   * units of the larger deviation; the same from either side.
   */
  public double pixelDrift(DataSummary other) {
    return pixelMean.isEmpty() || other.pixelMean.isEmpty()
        ? 0
        : deviations(pixels(), other.pixels());
  }

  private Column pixels() {
    return new Column("pixels", pixelMean.orElseThrow(), pixelStandardDeviation.orElseThrow());
  }

  private static double deviations(Column one, Column other) {
    double shift =
        Math.max(
            Math.abs(one.mean - other.mean),
            Math.abs(one.standardDeviation - other.standardDeviation));
    return shift == 0 ? 0 : shift / Math.max(one.standardDeviation, other.standardDeviation);
  }

  /** As {@link #pixelDrift}, of the column of a table that differs most; of those in both. */
  public Optional<ColumnDrift> columnDrift(DataSummary before) {
    Map<String, Column> earlier =
        before.columns().stream().collect(Collectors.toMap(Column::name, Function.identity()));
    return columns().stream()
        .filter(column -> earlier.containsKey(column.name()))
        .map(
            column -> {
              Column then = earlier.get(column.name());
              return new ColumnDrift(then, column, deviations(then, column));
            })
        .max(Comparator.comparingDouble(ColumnDrift::deviations));
  }

  private List<Column> columns() {
    return table.map(Table::columns).orElse(List.of());
  }

  /** As in the log. */
  public ObjectNode json() {
    return StrictJson.MAPPER.valueToTree(this);
  }
}
