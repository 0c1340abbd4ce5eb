package io.sparkrnn.spark.predict;

import io.sparkrnn.data.DataException;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.spark.data.Sample;
import io.sparkrnn.storage.FileEntry;
import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.Storage;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * The files of a directory as images, each named by its path: light on dark as MNIST's, of as many
 * rows and columns as the network has time steps and inputs. Gray is 0.299 red + 0.587 green +
 * 0.114 blue, as most programs convert; what is transparent is dark.
 */
final class PngImages {
  private static final int FILES_A_RANGE = 1_000;
  private static final int SIGNATURE_BYTES = 8;
  private static final long MAX_FILE_BYTES = 1 << 24;
  private static final Set<String> OF_FILE_MANAGERS =
      Set.of("thumbs.db", "ehthumbs.db", "desktop.ini");

  private PngImages() {}

  /**
   * The images; directories in it are left out, and so are files that are none of the user's: those
   * that Hadoop and Spark leave out, too, and those that file managers drop.
   *
   * @throws DataException if there are none
   */
  static JavaRDD<Sample> of(
      JavaSparkContext context, Map<String, String> hadoop, String directory, Network network) {
    URI uri = Locations.uri(directory);
    List<String> names =
        Storage.of(hadoop).list(uri).stream()
            .filter(entry -> !entry.directory())
            .map(FileEntry::name)
            .filter(name -> !name.startsWith(".") && !name.startsWith("_"))
            .filter(name -> !OF_FILE_MANAGERS.contains(name.toLowerCase(Locale.ROOT)))
            .toList();
    if (names.isEmpty()) {
      throw new DataException(
          "Cannot predict images of %s: expected PNG files, found none".formatted(directory));
    }
    int ranges = Math.max(2 * context.defaultParallelism(), names.size() / FILES_A_RANGE);
    return context
        .parallelize(names, Math.min(names.size(), ranges))
        .mapPartitions(
            part -> {
              Storage storage = Storage.of(hadoop);
              Iterable<String> all = () -> part;
              return StreamSupport.stream(all.spliterator(), false)
                  .map(name -> read(storage, Storage.resolve(uri, name), network))
                  .iterator();
            });
  }

  private static Sample read(Storage storage, URI file, Network network) {
    Object[] name = {Storage.describe(file)};
    if (storage.status(file).map(FileEntry::length).orElse(0L) > MAX_FILE_BYTES) {
      return Sample.bad(
          name,
          "expected a PNG of at most %d bytes, found a larger file".formatted(MAX_FILE_BYTES));
    }
    return sample(name, storage.read(file, MAX_FILE_BYTES), network);
  }

  /** What a file's bytes show. */
  static Sample sample(Object[] name, byte[] file, Network network) {
    ImageReader png = ImageIO.getImageReadersByFormatName("png").next();
    try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(file))) {
      // The provider fails where there are not even as many bytes as it compares.
      if (file.length < SIGNATURE_BYTES || !png.getOriginatingProvider().canDecodeInput(in)) {
        return Sample.bad(name, "expected a PNG, found another kind of file");
      }
      png.setInput(in, true, true);
      int rows = png.getHeight(0);
      int columns = png.getWidth(0);
      // Before its pixels take memory.
      if (rows != network.timeSteps() || columns != network.inputSize()) {
        return Sample.bad(
            name,
            "expected %d rows of %d pixels, found %d rows of %d"
                .formatted(network.timeSteps(), network.inputSize(), rows, columns));
      }
      return new Sample(name, gray(png.read(0)), null);
    } catch (IOException | RuntimeException e) {
      // Which ones the reader throws for a damaged file is not said.
      return Sample.bad(name, "expected a PNG, found a damaged one (" + e.getMessage() + ")");
    } finally {
      png.dispose();
    }
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
    return 0.299f * (rgb >> 16 & 0xFF) + 0.587f * (rgb >> 8 & 0xFF) + 0.114f * (rgb & 0xFF);
  }
}
