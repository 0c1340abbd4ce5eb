package io.sparkrnn.data.images;

import io.sparkrnn.storage.FileKind;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * PNG and JPEG files as gray images, light on dark as MNIST's: gray is 0.299 red + 0.587 green +
 * 0.114 blue, as most programs convert; what is transparent is dark.
 */
public final class ImageDecoder {
  /** The largest file that is taken for an image. */
  public static final long MAX_FILE_BYTES = 1 << 24;

  private static final int MAX_PIXELS = 1 << 24;

  private ImageDecoder() {}

  /** What becomes of images of other sizes. */
  public enum Others {
    REFUSED,
    RESIZED
  }

  /** An image's size; that of 0 rows stands for any. */
  public record Size(int rows, int columns, Others others) implements Serializable {
    public static final Size ANY = new Size(0, 0);

    public Size(int rows, int columns) {
      this(rows, columns, Others.REFUSED);
    }

    /** Whether it stands for any. */
    public boolean isAny() {
      return rows == 0;
    }

    /** The same, which images get that have another. */
    public Size ofResized() {
      return new Size(rows, columns, Others.RESIZED);
    }

    /** The size that an image must have to get this one. */
    public Size before() {
      return others == Others.RESIZED ? ANY : this;
    }

    /** The image, if it has this size, or in it. */
    public GrayImage require(GrayImage image) throws UnusableImageException {
      if (!before().fits(image.rows(), image.columns())) {
        throw before().other(image.rows(), image.columns());
      }
      return resized(image);
    }

    /** The image as {@link #others} says. */
    public GrayImage resized(GrayImage image) {
      return others == Others.RESIZED
          ? new GrayImage(
              rows,
              columns,
              Resampling.resized(image.values(), image.rows(), image.columns(), rows, columns))
          : image;
    }

    private UnusableImageException other(int foundRows, int foundColumns) {
      return new UnusableImageException(
          "expected %s, found %d rows of %d".formatted(expected(), foundRows, foundColumns));
    }

    private boolean fits(int foundRows, int foundColumns) {
      return rows == 0
          ? (long) foundRows * foundColumns <= MAX_PIXELS
          : rows == foundRows && columns == foundColumns;
    }

    private String expected() {
      return rows == 0
          ? "at most %d pixels".formatted(MAX_PIXELS)
          : "%d rows of %d pixels".formatted(rows, columns);
    }
  }

  /** What a file's bytes show: {@code [row][column]} from 0 to 1. */
  public record GrayImage(int rows, int columns, float[] values) implements Serializable {}

  /** What is wrong with a file, for the one who knows which one it is. */
  public static final class UnusableImageException extends Exception {
    private static final long serialVersionUID = 1L;

    public UnusableImageException(String message) {
      super(message);
    }
  }

  /**
   * Decodes a file.
   *
   * @throws UnusableImageException with what was expected and found, where it is no such image
   */
  public static GrayImage decode(byte[] file, Size size) throws UnusableImageException {
    boolean jpeg = file.length > 2 && file[0] == (byte) 0xFF && file[1] == (byte) 0xD8;
    ImageReader reader = reader(jpeg ? "jpeg" : "png");
    try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(file))) {
      // The provider fails where there are not even as many bytes as it compares.
      if (file.length < 8 || !reader.getOriginatingProvider().canDecodeInput(in)) {
        throw new UnusableImageException(
            "expected a PNG, found "
                + FileKind.of(Arrays.copyOf(file, Math.min(file.length, FileKind.BYTES)))
                    .orElse("another kind of file"));
      }
      reader.setInput(in, true, true);
      int rows = reader.getHeight(0);
      int columns = reader.getWidth(0);
      // Before its pixels take memory.
      if (!size.before().fits(rows, columns)) {
        throw size.before().other(rows, columns);
      }
      return size.resized(new GrayImage(rows, columns, gray(reader.read(0))));
    } catch (IOException | RuntimeException e) {
      // Which ones the reader throws for a damaged file is not said.
      throw new UnusableImageException(
          "expected a %s, found a damaged one (%s)"
              .formatted(jpeg ? "JPEG" : "PNG", e.getMessage()));
    } finally {
      reader.dispose();
    }
  }

  private static ImageReader reader(String format) {
    Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(format);
    return readers.next();
  }

  private static float[] gray(BufferedImage image) {
    ColorModel colors = image.getColorModel();
    boolean isGray =
        colors.getColorSpace().getType() == ColorSpace.TYPE_GRAY
            && !(colors instanceof IndexColorModel);
    int brightest = (1 << colors.getComponentSize(0)) - 1;
    float[] values = new float[image.getWidth() * image.getHeight()];
    for (int i = 0; i < values.length; i++) {
      int x = i % image.getWidth();
      int y = i / image.getWidth();
      // getRGB would correct gray for a screen.
      values[i] =
          isGray
              ? image.getRaster().getSample(x, y, 0) / (float) brightest
              : luma(image.getRGB(x, y)) / 255f;
      if (colors.hasAlpha()) {
        values[i] *= (image.getRGB(x, y) >>> 24) / 255f;
      }
    }
    return values;
  }

  private static float luma(int rgb) {
    return luma(rgb >> 16 & 0xFF, rgb >> 8 & 0xFF, rgb & 0xFF);
  }

  /** Gray of a colour, from 0 to 255. */
  public static float luma(int red, int green, int blue) {
    return 0.299f * red + 0.587f * green + 0.114f * blue;
  }
}
