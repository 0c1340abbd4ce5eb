package io.sparkrnn.data.images;

import io.sparkrnn.data.ByteValues;

/**
 * Images in other sizes, as Pillow's {@code resize} with {@code BILINEAR} and torchvision's {@code
 * Resize} with {@code antialias} make them: each new pixel is the mean of the old ones around its
 * place, weighted by a triangle that spans two of the larger pixels; the width changes first.
 * (Pillow changes the height first where that is less work, which moves some bytes by one.)
 */
final class Resampling {
  private Resampling() {}

  /**
   * An image in another size. Unsigned bytes stay such.
   *
   * @param image {@code [row][column]}; stays as it is
   */
  static float[] resized(float[] image, int rows, int columns, int newRows, int newColumns) {
    if (rows == newRows && columns == newColumns) {
      return image;
    }
    boolean bytes = areBytes(image);
    float[] wide = new float[rows * newColumns];
    for (int column = 0; column < newColumns; column++) {
      Taps taps = Taps.of(column, columns, newColumns);
      for (int row = 0; row < rows; row++) {
        wide[row * newColumns + column] = taps.mean(image, row * columns, 1, bytes);
      }
    }
    float[] values = new float[newRows * newColumns];
    for (int row = 0; row < newRows; row++) {
      Taps taps = Taps.of(row, rows, newRows);
      for (int column = 0; column < newColumns; column++) {
        values[row * newColumns + column] = taps.mean(wide, column, newColumns, bytes);
      }
    }
    return values;
  }

  private static boolean areBytes(float[] image) {
    for (float value : image) {
      if (ByteValues.scaled((byte) Math.round(value * 255f)) != value) {
        return false;
      }
    }
    return true;
  }

  /** The old pixels that a new one is made of, and what each counts. */
  private record Taps(int from, double[] weights) {
    private static final int FRACTION_BITS = 22;

    static Taps of(int place, int oldLength, int newLength) {
      double scale = (double) oldLength / newLength;
      double reach = Math.max(scale, 1);
      double centre = (place + 0.5) * scale;
      int from = Math.max(0, (int) (centre - reach + 0.5));
      int to = Math.min(oldLength, (int) (centre + reach + 0.5));
      double[] weights = new double[to - from];
      double sum = 0;
      for (int i = 0; i < weights.length; i++) {
        weights[i] = Math.max(0, 1 - Math.abs((from + i + 0.5 - centre) / reach));
        sum += weights[i];
      }
      for (int i = 0; i < weights.length; i++) {
        weights[i] /= sum;
      }
      return new Taps(from, weights);
    }

    float mean(float[] values, int start, int step, boolean bytes) {
      return bytes ? ofBytes(values, start, step) : ofFloats(values, start, step);
    }

    private float ofFloats(float[] values, int start, int step) {
      double sum = 0;
      for (int i = 0; i < weights.length; i++) {
        sum += weights[i] * values[start + (from + i) * step];
      }
      return (float) sum;
    }

    /** In whole numbers, so that what is half way falls where it does in Pillow. */
    private float ofBytes(float[] values, int start, int step) {
      long sum = 1L << (FRACTION_BITS - 1);
      for (int i = 0; i < weights.length; i++) {
        long weight = (long) (0.5 + weights[i] * (1 << FRACTION_BITS));
        sum += weight * Math.round(values[start + (from + i) * step] * 255f);
      }
      return ByteValues.scaled((byte) Math.min(255, sum >> FRACTION_BITS));
    }
  }
}
