package io.sparkrnn.data;

import io.sparkrnn.storage.Storage;
import io.sparkrnn.storage.StorageException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;

/**
 * The images of an IDX file one after another, in constant memory; for files of any number of
 * images, which {@link IdxReader} would hold all at once. A file is gzip if its first two bytes say
 * so.
 *
 * <p>Methods throw {@link DataException} for a defect, with what was expected, what was found and
 * the byte, and {@link StorageException} for what cannot be opened or read.
 */
public final class ImageStream implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int MAX_IMAGE_BYTES = 1 << 24;

  private final String where;
  private final InputStream content;
  private final boolean compressed;
  private final int images;
  private final byte[] image;
  private final ByteValues pixels;
  private final float[] values;
  private long read;

  private ImageStream(String where, InputStream content, boolean compressed) throws IOException {
    this.where = where;
    this.content = content;
    this.compressed = compressed;
    byte[] header = content.readNBytes(IdxKind.IMAGES.headerBytes());
    if (header.length < IdxKind.IMAGES.headerBytes()) {
      throw defect(
          "a header of %d bytes".formatted(IdxKind.IMAGES.headerBytes()),
          "end of file",
          header.length);
    }
    ByteBuffer fields = ByteBuffer.wrap(header);
    int magic = fields.getInt();
    if (magic != IdxKind.IMAGES.magic()) {
      throw defect(
          "magic 0x%08X".formatted(IdxKind.IMAGES.magic()),
          "0x%08X".formatted(magic) + IdxKind.IMAGES.explain(magic),
          0);
    }
    images = fields.getInt();
    int rows = fields.getInt();
    int columns = fields.getInt();
    if (images < 1 || rows < 1 || columns < 1 || (long) rows * columns > MAX_IMAGE_BYTES) {
      throw defect(
          "images of 1 to %d bytes".formatted(MAX_IMAGE_BYTES),
          "%d of %d x %d".formatted(images, rows, columns),
          Integer.BYTES);
    }
    image = new byte[rows * columns];
    pixels = new ByteValues(image);
    values = new float[image.length];
  }

  /** Opens a file and reads its header. */
  public static ImageStream open(Storage storage, String pathOrUri) {
    URI uri = Storage.uri(pathOrUri);
    String where = Storage.describe(uri);
    InputStream file = new BufferedInputStream(storage.open(uri), BUFFER_BYTES);
    try {
      file.mark(2);
      boolean gzip = file.read() == GzipInput.MAGIC_1 && file.read() == GzipInput.MAGIC_2;
      file.reset();
      return new ImageStream(where, gzip ? new GzipInput(file) : file, gzip);
    } catch (IOException | RuntimeException e) {
      try {
        file.close();
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e instanceof RuntimeException unchecked ? unchecked : failure(where, (IOException) e);
    }
  }

  private static RuntimeException failure(String where, IOException e) {
    return e instanceof CorruptGzipException
        ? new DataException("Cannot read IDX images %s: %s".formatted(where, e.getMessage()), e)
        : new StorageException("Cannot read %s: %s".formatted(where, e.getMessage()), e);
  }

  public int images() {
    return images;
  }

  /** Whether an image can only be reached by reading all before it. */
  public boolean compressed() {
    return compressed;
  }

  /** Leaves so many images out. */
  public void skip(long count) {
    try {
      content.skipNBytes(count * image.length);
      read += count;
    } catch (IOException e) {
      throw failure(where, e);
    }
  }

  /**
   * The next image: {@code [row][column]}, bytes scaled to {@code value / 255f}. The next call
   * overwrites it.
   */
  public float[] next() {
    try {
      int found = content.readNBytes(image, 0, image.length);
      if (found < image.length) {
        throw defect(
            "%d images of %d bytes".formatted(images, image.length),
            "end of file",
            IdxKind.IMAGES.headerBytes() + read * image.length + found);
      }
      read++;
      if (read == images && content.read() >= 0) {
        throw defect(
            "end of file", "more data", IdxKind.IMAGES.headerBytes() + read * image.length);
      }
    } catch (IOException e) {
      throw failure(where, e);
    }
    for (int i = 0; i < values.length; i++) {
      values[i] = pixels.scaled(i);
    }
    return values;
  }

  @Override
  public void close() {
    try {
      content.close();
    } catch (IOException e) {
      throw failure(where, e);
    }
  }

  private DataException defect(String expected, String found, long offset) {
    return new DataException(
        "Cannot read IDX images %s: expected %s, found %s at byte %d"
            .formatted(where, expected, found, offset));
  }
}
