package io.sparkrnn.data.images;

import io.sparkrnn.data.DataException;
import io.sparkrnn.storage.FileEntry;
import io.sparkrnn.storage.FileKind;
import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.storage.StorageException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;

/**
 * The images of an IDX or NumPy file one after another, in constant memory; for files of any number
 * of images, which {@link ArrayReader} would hold all at once. What that one refuses is refused
 * here, in the same words: of a plain file when it is opened, of a gzip file when its last image is
 * read.
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
  private final ArrayHeader header;
  private final int images;
  private final int rows;
  private final int columns;
  private final byte[] image;
  private final ByteBuffer elements;
  private final float[] values;
  private long read;

  private ImageStream(String where, InputStream content, boolean compressed) throws IOException {
    this.where = where;
    this.content = content;
    this.compressed = compressed;
    reader =
        new IdxReader(
            IdxKind.IMAGES, where, content, compressed ? IdxReader.DECOMPRESSED : IdxReader.PLAIN);
    header = header();
    int[] size = ArrayFile.imageSize(header, IdxKind.IMAGES, where);
    images = header.dimensions()[0];
    rows = size[0];
    columns = size[1];
    long imageBytes = (long) rows * columns * header.type().bytes();
    if (imageBytes > MAX_IMAGE_BYTES) {
      throw reader.defect(
          "images of at most %d bytes".formatted(MAX_IMAGE_BYTES),
          "%d x %d".formatted(rows, columns),
          2 * Integer.BYTES);
    }
    image = new byte[(int) imageBytes];
    elements = ByteBuffer.wrap(image).order(header.order());
    values = new float[rows * columns];
  }

  private ArrayHeader header() throws IOException {
    byte[] beginning = FileKind.peek(content);
    if (ArrayHeader.isNumpy(beginning)) {
      return ArrayHeader.readNumpy(content, IdxKind.IMAGES, where).header();
    }
    if (ArrayHeader.isOtherIdx(beginning, IdxKind.IMAGES)) {
      return ArrayHeader.readIdx(content, IdxKind.IMAGES, where).header();
    }
    return ArrayHeader.ofIdx(
        ElementType.UNSIGNED_BYTE,
        reader.dimensions(content.readNBytes(IdxKind.IMAGES.headerBytes())));
  }

  /** Opens a file and reads its header. */
  public static ImageStream open(Storage storage, String pathOrUri) {
    URI uri = Locations.uri(pathOrUri);
    String where = Storage.describe(uri);
    InputStream file = new BufferedInputStream(storage.open(uri), BUFFER_BYTES);
    try {
      boolean gzip = IdxReader.isGzip(file);
      InputStream content =
          gzip ? new BufferedInputStream(new GzipContent(file, IdxKind.IMAGES, where)) : file;
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
    return header.headerBytes() + index * image.length;
  }

  private DataException endOfFile(long length) {
    return defect("%d bytes".formatted(byteOf(images)), "end of file", length);
  }

  private DataException moreData() {
    return defect("end of file", "more data", byteOf(images));
  }

  private DataException defect(String expected, String found, long offset) {
    return new DataException(
        "Cannot read %s images %s: expected %s, found %s at byte %d%s"
            .formatted(header.format(), where, expected, found, offset, reader.offsetSuffix()));
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
          "Cannot read %s images %s: expected %d images, found fewer than %d"
              .formatted(header.format(), where, images, read + count),
          e);
    } catch (IOException e) {
      throw failure(where, e);
    }
  }

  /**
   * The next image: {@code [row][column]}, whole numbers scaled to {@code value / 255f}. The next
   * call overwrites it.
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
      values[i] = ArrayFile.pixel(header.type(), elements, i);
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
