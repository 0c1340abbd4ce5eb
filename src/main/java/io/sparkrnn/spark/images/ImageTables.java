package io.sparkrnn.spark.images;

import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.data.DataException;
import io.sparkrnn.data.images.ImageDecoder.GrayImage;
import io.sparkrnn.data.images.ImageDecoder.Size;
import io.sparkrnn.data.images.ImageDecoder.UnusableImageException;
import io.sparkrnn.data.images.LabelledImages;
import io.sparkrnn.data.images.NamedLabels;
import io.sparkrnn.data.images.PixelRules;
import io.sparkrnn.spark.data.TableSource;
import io.sparkrnn.spark.images.ImageColumns.NoImagesException;
import io.sparkrnn.storage.Storage;
import java.io.Serializable;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StringType;

/** Images with a class each in the rows of tables, such as those of Hugging Face. */
public final class ImageTables {
  /** About what an object takes beside its pixels. */
  private static final long OBJECT_BYTES = 64;

  private ImageTables() {}

  /** An image, and the number or the name of its class. */
  private record Labelled(GrayImage image, int label, String name) implements Serializable {}

  /**
   * Reads files into the driver, one after another, each in the order of its rows.
   *
   * @param known names of the classes that there are, such as those of training; none: as labels
   *     are
   * @throws DataException with the file, the row and what was expected, where one is not as it must
   *     be
   */
  public static LabelledImages read(
      SparkSession spark, RunConfiguration configuration, List<URI> files, List<String> known) {
    SparkSession session = TableSource.session(spark);
    String first = Storage.describe(files.get(0));
    LabelledImages.Collector images = new LabelledImages.Collector();
    NamedLabels named = new NamedLabels(first, known, configuration.data().classes());
    List<Integer> numbers = new ArrayList<>();
    Size size = PixelRules.of(configuration.data()).size();
    for (URI file : files) {
      for (Labelled row : rows(session, configuration, Storage.describe(file), size, known)) {
        size = size.isAny() ? sizeOf(row) : size;
        images.add(row.image().values(), size.rows(), size.columns());
        if (row.name() == null) {
          numbers.add(row.label());
        } else {
          named.add(row.name());
        }
      }
    }
    boolean ofNames = numbers.isEmpty();
    int[] labels =
        ofNames ? named.numbers() : numbers.stream().mapToInt(Integer::intValue).toArray();
    if (labels.length < images.size()) {
      throw new DataException(
          "Cannot read %s: expected labels of one kind in all files, found numbers and names"
              .formatted(first));
    }
    return images.images(
        "table",
        first.substring(first.lastIndexOf('/') + 1),
        first,
        labels,
        ofNames ? named.names() : List.of());
  }

  private static List<Labelled> rows(
      SparkSession session,
      RunConfiguration configuration,
      String location,
      Size first,
      List<String> known) {
    TableSource source = new TableSource(session, configuration, location);
    Dataset<Row> rows = source.rows();
    ImageColumns columns;
    int label;
    try {
      columns = ImageColumns.find(rows.schema(), "");
      label = columns.label(rows.schema());
    } catch (NoImagesException e) {
      throw new DataException("Cannot read %s: %s".formatted(location, e.getMessage()), e);
    }
    List<Labelled> read =
        source.collect(
            rows,
            new Reader(
                location,
                columns,
                label,
                first.before().isAny() ? first : Size.ANY,
                known,
                configuration.data().labelOffset(),
                configuration.data().classes()));
    Size size = first.isAny() ? sizeOf(read.get(0)) : first;
    for (int i = 0; i < read.size(); i++) {
      Size found = sizeOf(read.get(i));
      if (found.rows() != size.rows() || found.columns() != size.columns()) {
        throw new DataException(
            "Cannot read %s: expected images of one size, %d x %d, found %d x %d in row %d"
                .formatted(
                    location, size.rows(), size.columns(), found.rows(), found.columns(), i));
      }
    }
    return read;
  }

  private static Size sizeOf(Labelled row) {
    return new Size(row.image().rows(), row.image().columns());
  }

  private record Reader(
      String location,
      ImageColumns columns,
      int label,
      Size size,
      List<String> known,
      int offset,
      int classes)
      implements TableSource.RowFunction<Labelled> {

    @Override
    public Labelled apply(Row row, long number) {
      Object found = row.get(label);
      boolean named = row.schema().fields()[label].dataType() instanceof StringType;
      boolean usable =
          named
              ? found instanceof String name && NamedLabels.isName(name, known)
              : found instanceof Number value
                  && LabelledImages.isLabel(value.doubleValue(), offset, classes);
      if (!usable) {
        throw refusal(
            "expected %s, found %s"
                .formatted(
                    named
                        ? NamedLabels.expected(known)
                        : LabelledImages.expectedLabel(offset, classes),
                    found),
            row.schema().fieldNames()[label],
            number,
            null);
      }
      try {
        return new Labelled(
            columns.image(row, size),
            named ? 0 : ((Number) found).intValue() - offset,
            named ? (String) found : null);
      } catch (UnusableImageException e) {
        throw refusal(e.getMessage(), row.schema().fieldNames()[columns.columns()[0]], number, e);
      }
    }

    private DataException refusal(String problem, String column, long row, Exception cause) {
      return new DataException(
          "Cannot read %s: %s in column %s, row %d".formatted(location, problem, column, row),
          cause);
    }

    @Override
    public long bytes(Labelled row) {
      return (long) Float.BYTES * row.image().values().length + OBJECT_BYTES;
    }
  }
}
