package io.sparkrnn.data.images;

import io.sparkrnn.data.ByteValues;
import io.sparkrnn.data.SequenceDataset;
import java.util.Arrays;

/**
 * Images of one size, {@code [image][row][column]}, as unsigned bytes or as floats.
 *
 * @param bytes null where there are floats
 * @param floats null where there are bytes
 */
record Pixels(int rows, int columns, byte[] bytes, float[] floats) {
  static Pixels ofBytes(int rows, int columns, byte[] bytes) {
    return new Pixels(rows, columns, bytes, null);
  }

  static Pixels ofFloats(int rows, int columns, float[] floats) {
    return new Pixels(rows, columns, null, floats);
  }

  int count() {
    return (bytes == null ? floats.length : bytes.length) / (rows * columns);
  }

  long bytesInMemory() {
    return bytes == null ? (long) Float.BYTES * floats.length : bytes.length;
  }

  /** As a network sees them. Bytes stay bytes where their values can. */
  Pixels with(PixelRules rules) {
    if (rules.equals(PixelRules.NONE)) {
      return this;
    }
    if (!rules.resize().isEmpty()) {
      return resized(rules.size()).with(rules.ofResized());
    }
    int newRows = rules.transpose() ? columns : rows;
    int newColumns = rules.transpose() ? rows : columns;
    if (bytes != null && rules.scale() == 1) {
      return ofBytes(newRows, newColumns, changedBytes(rules));
    }
    int size = rows * columns;
    float[] changed = new float[count() * size];
    float[] image = new float[size];
    for (int from = 0; from < changed.length; from += size) {
      for (int i = 0; i < size; i++) {
        image[i] = bytes == null ? floats[from + i] : ByteValues.scaled(bytes[from + i]);
      }
      System.arraycopy(rules.apply(image, rows, columns), 0, changed, from, size);
    }
    return ofFloats(newRows, newColumns, changed);
  }

  private Pixels resized(ImageDecoder.Size size) {
    if (rows == size.rows() && columns == size.columns()) {
      return this;
    }
    Collector collector = new Collector();
    float[] image = new float[rows * columns];
    for (int from = 0; from < count() * image.length; from += image.length) {
      for (int i = 0; i < image.length; i++) {
        image[i] = bytes == null ? floats[from + i] : ByteValues.scaled(bytes[from + i]);
      }
      collector.add(
          Resampling.resized(image, rows, columns, size.rows(), size.columns()),
          size.rows(),
          size.columns());
    }
    return collector.pixels();
  }

  private byte[] changedBytes(PixelRules rules) {
    byte[] changed = new byte[bytes.length];
    int size = rows * columns;
    for (int i = 0; i < bytes.length; i++) {
      int row = i % size / columns;
      int column = i % columns;
      int to = rules.transpose() ? i - i % size + column * rows + row : i;
      changed[to] = (byte) (rules.invert() ? 255 - Byte.toUnsignedInt(bytes[i]) : bytes[i]);
    }
    return changed;
  }

  /** With a class for each image. */
  SequenceDataset dataset(int[] labels, int classes) {
    return bytes == null
        ? SequenceDataset.ofFloats(floats, labels, rows, columns, classes)
        : SequenceDataset.owning(bytes, labels, rows, columns, classes);
  }

  /** Collects images one after another, as bytes for as long as nothing is lost by that. */
  static final class Collector {
    private int rows;
    private int columns;
    private int length;
    private byte[] bytes = new byte[0];
    private float[] floats;

    /** Room for an image more, of the size of those before. */
    void add(float[] image, int imageRows, int imageColumns) {
      rows = imageRows;
      columns = imageColumns;
      int end = Math.addExact(length, image.length);
      if (floats == null && end > bytes.length) {
        bytes = Arrays.copyOf(bytes, grown(bytes.length, end));
      }
      if (floats != null && end > floats.length) {
        floats = Arrays.copyOf(floats, grown(floats.length, end));
      }
      for (int i = 0; i < image.length; i++) {
        byte rounded = (byte) Math.round(image[i] * 255f);
        if (floats == null && ByteValues.scaled(rounded) != image[i]) {
          toFloats();
        }
        if (floats == null) {
          bytes[length + i] = rounded;
        } else {
          floats[length + i] = image[i];
        }
      }
      length = end;
    }

    private void toFloats() {
      floats = new float[bytes.length];
      for (int i = 0; i < bytes.length; i++) {
        floats[i] = ByteValues.scaled(bytes[i]);
      }
      bytes = null;
    }

    private static int grown(int length, int needed) {
      return (int) Math.min(IdxReader.MAX_VALUES, Math.max(needed, 2L * length));
    }

    Pixels pixels() {
      return floats == null
          ? ofBytes(rows, columns, Arrays.copyOf(bytes, length))
          : ofFloats(rows, columns, Arrays.copyOf(floats, length));
    }
  }
}
