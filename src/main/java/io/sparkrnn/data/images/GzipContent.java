package io.sparkrnn.data.images;

import io.sparkrnn.data.DataException;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/**
 * The content of a gzip file (RFC 1952), strictly: all of its members, and nothing else up to the
 * end of the file but zeros, with which tar and tapes pad it. Damage is a {@link DataException}
 * that says how far the compressed file was read; what fails in the file system stays an {@link
 * IOException}.
 */
final class GzipContent extends InputStream {
  static final int MAGIC_1 = 0x1F;
  static final int MAGIC_2 = 0x8B;

  private final IdxKind kind;
  private final String where;
  private final Source source;
  private final InputStream file;

  /** One member, which leaves the file where it ends. */
  private GzipCompressorInputStream content;

  /** What the library throws for a damaged file is an {@link IOException}, too. */
  private static final class Source extends FilterInputStream {
    private long bytes;
    private boolean failed;

    Source(InputStream file) {
      super(file);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      failed = true;
      int count = super.read(target, offset, length);
      failed = false;
      bytes += Math.max(0, count);
      return count;
    }
  }

  private interface Step<T> {
    T run() throws IOException;
  }

  /**
   * Reads the header of the first member.
   *
   * @param kind and the next: the file, for messages
   */
  GzipContent(InputStream file, IdxKind kind, String where) throws IOException {
    this.kind = kind;
    this.where = where;
    this.source = new Source(file);
    this.file = new BufferedInputStream(source);
    this.content = checked(() -> new GzipCompressorInputStream(this.file));
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    return checked(
        () -> {
          int count = content.read(target, offset, length);
          while (count < 0 && hasNextMember()) {
            content = new GzipCompressorInputStream(file);
            count = content.read(target, offset, length);
          }
          return count;
        });
  }

  private boolean hasNextMember() throws IOException {
    file.mark(2);
    int first = file.read();
    if (first == MAGIC_1 && file.read() == MAGIC_2) {
      file.reset();
      return true;
    }
    int padding = first;
    while (padding == 0) {
      padding = file.read();
    }
    if (padding >= 0) {
      throw new IOException("Garbage after a valid .gz stream");
    }
    return false;
  }

  private <T> T checked(Step<T> step) throws IOException {
    try {
      return step.run();
    } catch (IOException e) {
      if (source.failed) {
        throw e;
      }
      throw new DataException(
          "Cannot read IDX %s %s: expected whole gzip members up to the end of the file, found %s, reading at byte %d of the compressed file"
              .formatted(
                  kind.plural(),
                  where,
                  // Newer versions of the library end it with a full stop.
                  Objects.requireNonNullElse(e.getMessage(), "end of file")
                      .replaceFirst("\\.$", ""),
                  source.bytes),
          e);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
