package io.sparkrnn.data.images;

import io.sparkrnn.config.DataConfiguration;
import java.io.Serializable;

/**
 * What is done with the pixels of files before a network sees them, in this order.
 *
 * @param transpose whether rows and columns change places
 * @param scale factor of the values, of which unsigned bytes are from 0 to 1
 * @param invert whether a value v becomes 1 - v
 */
public record PixelRules(boolean transpose, double scale, boolean invert) implements Serializable {
  /** Pixels as they are. */
  public static final PixelRules NONE = new PixelRules(false, 1, false);

  /** As a configuration says. */
  public static PixelRules of(DataConfiguration configuration) {
    return new PixelRules(configuration.transpose(), configuration.scale(), configuration.invert());
  }

  /** The size that an image has in its file, to have another one when it is read. */
  public ImageDecoder.Size sizeInFile(int rows, int columns) {
    return transpose ? new ImageDecoder.Size(columns, rows) : new ImageDecoder.Size(rows, columns);
  }

  /**
   * An image as the network sees it.
   *
   * @param image {@code [row][column]} of the file; stays as it is
   */
  public float[] apply(float[] image, int rows, int columns) {
    if (equals(NONE)) {
      return image;
    }
    float factor = (float) scale;
    float[] values = new float[image.length];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        float value = image[row * columns + column] * factor;
        values[transpose ? column * rows + row : row * columns + column] =
            invert ? inverted(value) : value;
      }
    }
    return values;
  }

  /** Of unsigned bytes exactly what other unsigned bytes stand for. */
  private static float inverted(float value) {
    int pixel = Math.round(value * 255f);
    return value == pixel / 255f && pixel >= 0 && pixel <= 255 ? (255 - pixel) / 255f : 1 - value;
  }
}
