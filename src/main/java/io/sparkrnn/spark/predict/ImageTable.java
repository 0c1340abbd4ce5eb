package io.sparkrnn.spark.predict;

import io.sparkrnn.data.DataException;
import io.sparkrnn.data.images.ImageDecoder.GrayImage;
import io.sparkrnn.data.images.ImageDecoder.Size;
import io.sparkrnn.data.images.ImageDecoder.UnusableImageException;
import io.sparkrnn.data.images.PixelRules;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.spark.data.FeatureTable;
import io.sparkrnn.spark.data.Sample;
import io.sparkrnn.spark.images.ImageColumns;
import io.sparkrnn.spark.images.ImageColumns.NoImagesException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructField;

/** A table whose rows are images, in a column of numbers or in one that a file has made of them. */
final class ImageTable {
  /** The column of numbers where none is named. */
  private static final String FEATURES = "features";

  private final Dataset<Row> table;
  private final String column;
  private final String doing;
  private final PixelRules rules;

  /** Null where there is a column of numbers. */
  private final ImageColumns images;

  /**
   * The table.
   *
   * @param column of images; empty: one of numbers by its usual name, or one of images by its type
   * @throws DataException if there is no such column
   */
  ImageTable(Dataset<Row> table, String column, String from, PixelRules rules) {
    this.table = table;
    this.rules = rules;
    this.doing = "predict rows of " + from;
    List<String> names = Arrays.asList(table.columns());
    this.column = column.isEmpty() && names.contains(FEATURES) ? FEATURES : column;
    this.images = find();
  }

  private ImageColumns find() {
    try {
      ImageColumns found = ImageColumns.find(table.schema(), column);
      return found.isOfNumbers() ? null : found;
    } catch (NoImagesException e) {
      if (!column.isEmpty() && !column.endsWith("*")) {
        return null;
      }
      throw new DataException(
          column.isEmpty()
              ? "Cannot %s: expected a column %s, found %s, and none of images either"
                  .formatted(doing, FEATURES, Arrays.toString(table.columns()))
              : "Cannot %s: %s".formatted(doing, e.getMessage()),
          e);
    }
  }

  /** Columns that are no images: they name a row. */
  List<StructField> names() {
    return images == null
        ? numbers().names()
        : IntStream.of(images.others(table.schema()))
            .mapToObj(other -> table.schema().fields()[other])
            .toList();
  }

  private FeatureTable numbers() {
    return new FeatureTable(table, name(), doing);
  }

  private String name() {
    if (!column.isEmpty()) {
      return column;
    }
    try {
      return table.columns()[ImageColumns.find(table.schema(), "").columns()[0]];
    } catch (NoImagesException e) {
      throw new IllegalStateException(e);
    }
  }

  /** All rows. */
  JavaRDD<Sample> samples(Network network) {
    PixelRules onPixels = rules;
    Size size = rules.sizeInFile(network.timeSteps(), network.inputSize());
    if (images == null) {
      return numbers().samples().map(sample -> ruled(sample, onPixels, size));
    }
    ImageColumns columns = images;
    int[] others = columns.others(table.schema());
    return table
        .javaRDD()
        .map(
            row -> {
              Object[] names = IntStream.of(others).mapToObj(row::get).toArray();
              try {
                GrayImage image = columns.image(row, size);
                return new Sample(
                    names, onPixels.apply(image.values(), size.rows(), size.columns()), null);
              } catch (UnusableImageException e) {
                return Sample.bad(names, e.getMessage());
              }
            });
  }

  /** Another number of values is told by who predicts. */
  private static Sample ruled(Sample sample, PixelRules rules, Size size) {
    if (sample.problem() != null) {
      return sample;
    }
    try {
      GrayImage image = ImageColumns.shaped(sample.values(), size);
      return new Sample(
          sample.names(), rules.apply(image.values(), image.rows(), image.columns()), null);
    } catch (UnusableImageException e) {
      return sample;
    }
  }
}
