package io.sparkrnn.data;

import io.sparkrnn.storage.FileEntry;
import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.storage.StorageException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;

/**
 * The images of an IDX file one after another, in constant memory; for files of any number of
 * images, which {@link IdxReader} would hold all at once. What that one refuses is refused here, in
 * the same words: of a plain file when it is opened, of a gzip file when its last image is read.
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
  private final IdxReader reader;
  private final int images;
  private final int rows;
  private final int columns;
  private final byte[] image;
  private final ByteValues pixels;
  private final float[] values;
  private long read;

  private ImageStream(String where, InputStream content, boolean compressed) throws IOException {
    this.where = where;
    this.content = content;
    this.compressed = compressed;
    reader =
        new IdxReader(
            IdxKind.IMAGES, where, content, compressed ? IdxReader.DECOMPRESSED : IdxReader.PLAIN);
    int[] dimensions = reader.dimensions(content.readNBytes(IdxKind.IMAGES.headerBytes()));
    images = dimensions[0];
    rows = dimensions[1];
    columns = dimensions[2];
    if ((long) rows * columns > MAX_IMAGE_BYTES) {
      throw reader.defect(
          "images of at most %d bytes".formatted(MAX_IMAGE_BYTES),
          "%d x %d".formatted(rows, columns),
          2 * Integer.BYTES);
    }
    image = new byte[rows * columns];
    pixels = new ByteValues(image);
    values = new float[image.length];
  }

  /** Opens a file and reads its header. */
  public static ImageStream open(Storage storage, String pathOrUri) {
    URI uri = Locations.uri(pathOrUri);
    String where = Storage.describe(uri);
    InputStream file = new BufferedInputStream(storage.open(uri), BUFFER_BYTES);
    try {
      boolean gzip = IdxReader.isGzip(file);
      InputStream content = gzip ? new GzipContent(file, IdxKind.IMAGES, where) : file;
      ImageStream stream = new ImageStream(where, content, gzip);
      if (!gzip) {
        // Or tasks that read other parts of it would never know.
        stream.requireLength(storage.status(uri).map(FileEntry::length).orElse(0L));
      }
      return stream;
    } catch (IOException | RuntimeException e) {
      try {
        file.close();
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e instanceof RuntimeException unchecked ? unchecked : failure(where, (IOException) e);
    }
  }

  private static StorageException failure(String where, IOException e) {
    return new StorageException("Cannot read %s: %s".formatted(where, e.getMessage()), e);
  }

  private void requireLength(long length) {
    if (length < byteOf(images)) {
      throw endOfFile(length);
    }
    if (length > byteOf(images)) {
      throw moreData();
    }
  }

  private long byteOf(long index) {
    return IdxKind.IMAGES.headerBytes() + index * image.length;
  }

  private DataException endOfFile(long length) {
    return reader.defect("%d bytes".formatted(byteOf(images)), "end of file", length);
  }

  private DataException moreData() {
    return reader.defect("end of file", "more data", byteOf(images));
  }

  public int images() {
    return images;
  }

  /** Rows of each image. */
  public int rows() {
    return rows;
  }

  /** Pixels of each row. */
  public int columns() {
    return columns;
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
    } catch (EOFException e) {
      // It was longer when it was opened, or is compressed and has not told.
      throw new DataException(
          "Cannot read IDX images %s: expected %d images, found fewer than %d"
              .formatted(where, images, read + count),
          e);
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
        throw endOfFile(byteOf(read) + found);
      }
      read++;
      if (read == images && content.read() >= 0) {
        throw moreData();
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
}
