package io.sparkrnn.data.images;

import io.sparkrnn.config.DataConfiguration;
import io.sparkrnn.data.images.ImageDecoder.Size;
import java.io.Serializable;
import java.util.List;

/**
 * What is done with the pixels of files before a network sees them, in this order.
 *
 * @param resize rows and columns that a network sees; none: those of the files
 * @param transpose whether rows and columns change places
 * @param scale factor of the values, of which unsigned bytes are from 0 to 1
 * @param invert whether a value v becomes 1 - v
 */
public record PixelRules(List<Integer> resize, boolean transpose, double scale, boolean invert)
    implements Serializable {
  /** Pixels as they are. */
  public static final PixelRules NONE = new PixelRules(List.of(), false, 1, false);

  public PixelRules {
    resize = List.copyOf(resize);
  }

  /** As a configuration says. */
  public static PixelRules of(DataConfiguration configuration) {
    return new PixelRules(
        configuration.resize(),
        configuration.transpose(),
        configuration.scale(),
        configuration.invert());
  }

  /** What is left to do with images that were resized. */
  PixelRules ofResized() {
    return new PixelRules(List.of(), transpose, scale, invert);
  }

  /** The size of images before they are transposed, as far as these rules say. */
  public Size size() {
    return resize.isEmpty() ? Size.ANY : sizeInFile(resize.get(0), resize.get(1));
  }

  /**
   * The size that an image has before it is transposed, to have another one when it is read.
   *
   * @param rows and the next: what a network sees
   */
  public Size sizeInFile(int rows, int columns) {
    Size size = transpose ? new Size(columns, rows) : new Size(rows, columns);
    return resize.isEmpty() ? size : size.ofResized();
  }

  /**
   * An image as the network sees it, but for its size.
   *
   * @param image {@code [row][column]} of the file, resized; stays as it is
   */
  public float[] apply(float[] image, int rows, int columns) {
    if (ofResized().equals(NONE)) {
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
