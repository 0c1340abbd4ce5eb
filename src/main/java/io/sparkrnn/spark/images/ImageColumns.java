package io.sparkrnn.spark.images;

import io.sparkrnn.data.images.ImageDecoder;
import io.sparkrnn.data.images.ImageDecoder.GrayImage;
import io.sparkrnn.data.images.ImageDecoder.Size;
import io.sparkrnn.data.images.ImageDecoder.UnusableImageException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.ShortType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Where a table's rows have their images.
 *
 * @param columns one, or of single pixels all of them, row after row of the image
 */
public record ImageColumns(Kind kind, int[] columns) implements Serializable {
  private static final List<String> LABELS = List.of("label", "labels", "class", "target", "digit");
  private static final float BRIGHTEST = 255f;
  private static final int GRAY = 1;
  private static final int COLOURS = 3;
  private static final int COLOURS_AND_ALPHA = 4;

  /** How an image is written. */
  enum Kind {
    /** Hugging Face's {@code struct<bytes, path>}: the bytes of a PNG or JPEG file. */
    FILE,
    /** The same bytes alone, as Spark's {@code binaryFile} has them in {@code content}. */
    BYTES,
    /** What Spark's data source {@code image} gives: pixels, blue before green before red. */
    SPARK,
    /** Pixels in an array, an array of arrays or a vector. */
    NUMBERS,
    /** A column for each pixel, from 0 to 255. */
    BYTE_PIXELS,
    /** A column for each pixel, as it is. */
    PIXELS
  }

  /** What is wrong with a schema. */
  public static final class NoImagesException extends Exception {
    private static final long serialVersionUID = 1L;

    NoImagesException(String message) {
      super(message);
    }
  }

  /**
   * Finds them by their types.
   *
   * @param name of the column; empty: the only one that can be it, or those of pixels
   * @throws NoImagesException with what was expected and found
   */
  public static ImageColumns find(StructType schema, String name) throws NoImagesException {
    StructField[] fields = schema.fields();
    if (name.endsWith("*")) {
      return ofPixels(schema, name.substring(0, name.length() - 1))
          .orElseThrow(() -> notThere(schema, "columns " + name));
    }
    List<ImageColumns> found = new ArrayList<>();
    for (int i = 0; i < fields.length; i++) {
      Optional<Kind> kind = kind(fields[i].dataType());
      if (kind.isPresent() && (name.isEmpty() || fields[i].name().equals(name))) {
        found.add(new ImageColumns(kind.get(), new int[] {i}));
      }
    }
    if (found.isEmpty() && name.isEmpty()) {
      for (String beginning : List.of("pixel", "px", "p", "")) {
        Optional<ImageColumns> pixels = ofPixels(schema, beginning);
        if (pixels.isPresent()) {
          return pixels.get();
        }
      }
    }
    if (found.size() != 1) {
      throw notThere(
          schema,
          name.isEmpty()
              ? "one column of images: files in bytes or struct<bytes,path>, Spark's images, arrays or vectors of pixels, or pixel0, pixel1, ..."
              : "images in a column " + name);
    }
    return found.get(0);
  }

  private static NoImagesException notThere(StructType schema, String expected) {
    String found = schema.simpleString();
    return new NoImagesException(
        "expected %s, found %s"
            .formatted(expected, found.length() > 200 ? found.substring(0, 200) + "..." : found));
  }

  private static Optional<ImageColumns> ofPixels(StructType schema, String beginning) {
    String[] names = schema.fieldNames();
    int[] columns =
        IntStream.range(0, names.length)
            .filter(i -> names[i].toLowerCase(Locale.ROOT).startsWith(beginning))
            .filter(i -> !LABELS.contains(names[i].toLowerCase(Locale.ROOT)))
            .toArray();
    boolean numbers =
        Arrays.stream(columns).allMatch(i -> schema.fields()[i].dataType() instanceof NumericType);
    if (columns.length < 2 || !numbers || !isSquare(columns.length)) {
      return Optional.empty();
    }
    boolean integers =
        Arrays.stream(columns).allMatch(i -> isInteger(schema.fields()[i].dataType()));
    return Optional.of(new ImageColumns(integers ? Kind.BYTE_PIXELS : Kind.PIXELS, columns));
  }

  private static boolean isSquare(int number) {
    int side = (int) Math.round(Math.sqrt(number));
    return side * side == number;
  }

  private static boolean isInteger(DataType type) {
    return type instanceof ByteType
        || type instanceof ShortType
        || type instanceof IntegerType
        || type instanceof LongType;
  }

  private static Optional<Kind> kind(DataType type) {
    if (type instanceof BinaryType) {
      return Optional.of(Kind.BYTES);
    }
    if (type instanceof StructType struct) {
      Set<String> names = Set.of(struct.fieldNames());
      if (names.containsAll(Set.of("height", "width", "nChannels", "data"))) {
        return Optional.of(Kind.SPARK);
      }
      return names.contains("bytes") && struct.apply("bytes").dataType() instanceof BinaryType
          ? Optional.of(Kind.FILE)
          : Optional.empty();
    }
    boolean numbers =
        type.equals(SQLDataTypes.VectorType())
            || type instanceof ArrayType array
                && (array.elementType() instanceof NumericType
                    || array.elementType() instanceof ArrayType inner
                        && inner.elementType() instanceof NumericType);
    return numbers ? Optional.of(Kind.NUMBERS) : Optional.empty();
  }

  /**
   * Where the labels are: numbers in a column that is called so, else names in one, else in the
   * only one of integers.
   *
   * @throws NoImagesException with what was expected and found
   */
  public int label(StructType schema) throws NoImagesException {
    StructField[] fields = schema.fields();
    List<Predicate<DataType>> types =
        List.of(NumericType.class::isInstance, StringType.class::isInstance);
    for (Predicate<DataType> type : types) {
      for (String name : LABELS) {
        for (int i = 0; i < fields.length; i++) {
          if (fields[i].name().equalsIgnoreCase(name) && type.test(fields[i].dataType())) {
            return i;
          }
        }
      }
    }
    List<Integer> others = new ArrayList<>();
    for (int i = 0; i < fields.length; i++) {
      if (Arrays.binarySearch(columns, i) < 0 && isInteger(fields[i].dataType())) {
        others.add(i);
      }
    }
    if (others.size() != 1) {
      throw notThere(schema, "whole numbers, or names, in a column label");
    }
    return others.get(0);
  }

  /** Whether they are numbers, in any order that is a network's. */
  public boolean isOfNumbers() {
    return kind == Kind.NUMBERS;
  }

  /** All columns but those of images. */
  public int[] others(StructType schema) {
    return IntStream.range(0, schema.size())
        .filter(i -> Arrays.binarySearch(columns, i) < 0)
        .toArray();
  }

  /**
   * The image of a row.
   *
   * @param size that it should have
   * @throws UnusableImageException with what was expected and found
   */
  public GrayImage image(Row row, Size size) throws UnusableImageException {
    for (int column : columns) {
      if (row.isNullAt(column)) {
        throw new UnusableImageException("expected an image, found null");
      }
    }
    return switch (kind) {
      case FILE -> {
        Object bytes = row.getStruct(columns[0]).getAs("bytes");
        if (bytes == null) {
          throw new UnusableImageException("expected the bytes of an image, found null");
        }
        yield ImageDecoder.decode((byte[]) bytes, size);
      }
      case BYTES -> ImageDecoder.decode((byte[]) row.get(columns[0]), size);
      case SPARK -> size.require(spark(row.getStruct(columns[0])));
      case NUMBERS -> numbers(row, size);
      case BYTE_PIXELS, PIXELS -> {
        float[] values = new float[columns.length];
        for (int i = 0; i < values.length; i++) {
          float value = ((Number) row.get(columns[i])).floatValue();
          values[i] = kind == Kind.PIXELS ? value : value / BRIGHTEST;
        }
        yield shaped(values, size);
      }
    };
  }

  private GrayImage numbers(Row row, Size size) throws UnusableImageException {
    if (row.get(columns[0]) instanceof Vector vector) {
      return shaped(floats(Arrays.stream(vector.toArray()).boxed().toList()), size);
    }
    List<?> list = row.getList(columns[0]);
    if (list.isEmpty() || list.get(0) instanceof Number || list.get(0) == null) {
      return shaped(floats(list), size);
    }
    List<Object> flat = new ArrayList<>();
    int width = -1;
    for (Object cell : list) {
      List<?> numbers = cell == null ? List.of() : seq(cell);
      width = width < 0 ? numbers.size() : width;
      if (numbers.size() != width || width == 0) {
        throw new UnusableImageException(
            "expected rows of as many pixels, found %d and %d".formatted(width, numbers.size()));
      }
      flat.addAll(numbers);
    }
    return size.require(new GrayImage(list.size(), width, floats(flat)));
  }

  private static List<?> seq(Object cell) {
    scala.collection.Iterator<?> elements = ((scala.collection.Seq<?>) cell).iterator();
    List<Object> list = new ArrayList<>();
    while (elements.hasNext()) {
      list.add(elements.next());
    }
    return Collections.unmodifiableList(list);
  }

  private static float[] floats(List<?> numbers) throws UnusableImageException {
    float[] values = new float[numbers.size()];
    for (int i = 0; i < values.length; i++) {
      if (!(numbers.get(i) instanceof Number number) || !Float.isFinite(number.floatValue())) {
        throw new UnusableImageException(
            "expected finite numbers in the range of a float, found %s at %d"
                .formatted(numbers.get(i), i));
      }
      values[i] = number.floatValue();
    }
    return values;
  }

  /**
   * The pixels of an image of the size that is asked for, or else of a square one.
   *
   * @throws UnusableImageException with what was expected and found
   */
  public static GrayImage shaped(float[] values, Size wanted) throws UnusableImageException {
    int side = (int) Math.round(Math.sqrt(values.length));
    boolean whole = values.length == wanted.rows() * wanted.columns();
    Size size = whole ? wanted : wanted.before();
    if (size.isAny() && side * side == values.length && side > 0) {
      return wanted.resized(new GrayImage(side, side, values));
    }
    if (size.isAny() || size.rows() * size.columns() != values.length) {
      throw new UnusableImageException(
          size.isAny()
              ? "expected the pixels of a square image, found %d numbers".formatted(values.length)
              : "expected %d values, found %d"
                  .formatted(size.rows() * size.columns(), values.length));
    }
    return new GrayImage(size.rows(), size.columns(), values);
  }

  private static GrayImage spark(Row image) throws UnusableImageException {
    int rows = image.getAs("height");
    int columns = image.getAs("width");
    int channels = image.getAs("nChannels");
    byte[] data = image.getAs("data");
    boolean whole =
        List.of(GRAY, COLOURS, COLOURS_AND_ALPHA).contains(channels)
            && rows > 0
            && columns > 0
            && data != null
            && data.length == (long) rows * columns * channels;
    if (!whole) {
      throw new UnusableImageException(
          "expected an image of Spark's of 1, 3 or 4 channels of bytes, found %d x %d x %d in %s bytes"
              .formatted(rows, columns, channels, data == null ? "no" : data.length));
    }
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = gray(data, i * channels, channels) / BRIGHTEST;
      if (channels == COLOURS_AND_ALPHA) {
        values[i] *= (data[i * channels + COLOURS] & 0xFF) / BRIGHTEST;
      }
    }
    return new GrayImage(rows, columns, values);
  }

  private static float gray(byte[] data, int at, int channels) {
    return channels == GRAY
        ? data[at] & 0xFF
        : ImageDecoder.luma(data[at + 2] & 0xFF, data[at + 1] & 0xFF, data[at] & 0xFF);
  }
}
