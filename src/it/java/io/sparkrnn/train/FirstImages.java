package io.sparkrnn.train;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** The first images of MNIST, with their labels, as four IDX files. */
public final class FirstImages {
  private static final int PIXELS = 28 * 28;
  public static final int TEST_IMAGES = 40;
  private static final int ALL_TEST_IMAGES = 10_000;

  private FirstImages() {}

  /** The directory with this number of training images, below another; written if missing. */
  public static Path in(Path directory, int training) {
    return write(directory.resolve("first-" + training), training, TEST_IMAGES);
  }

  /** As the other, with all images to test on. */
  public static Path withWholeTest(Path directory, int training) {
    return write(directory.resolve("tested-" + training), training, ALL_TEST_IMAGES);
  }

  private static Path write(Path data, int training, int test) {
    if (Files.isDirectory(data)) {
      return data;
    }
    try {
      Files.createDirectory(data);
      write(data.resolve("train-images-idx3-ubyte"), 16, training, PIXELS);
      write(data.resolve("train-labels-idx1-ubyte"), 8, training, 1);
      write(data.resolve("t10k-images-idx3-ubyte"), 16, test, PIXELS);
      write(data.resolve("t10k-labels-idx1-ubyte"), 8, test, 1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return data;
  }

  private static void write(Path file, int headerBytes, int count, int itemBytes)
      throws IOException {
    String resource = "/io/sparkrnn/data/mnist/" + file.getFileName() + ".gz";
    try (InputStream in = new GZIPInputStream(FirstImages.class.getResourceAsStream(resource))) {
      byte[] bytes = in.readNBytes(headerBytes + count * itemBytes);
      // The count follows the magic number of 4 bytes.
      ByteBuffer.wrap(bytes).putInt(4, count);
      Files.write(file, bytes);
    }
  }
}
