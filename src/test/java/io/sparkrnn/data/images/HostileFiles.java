package io.sparkrnn.data.images;

import io.sparkrnn.Mutations;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;

/** Makes IDX files, plain and gzipped, that were damaged by chance or on purpose. */
final class HostileFiles {
  static final int CLASSES = 10;

  private static final int[] EXTREMES = {
    0,
    1,
    2,
    -1,
    -2,
    255,
    256,
    65_535,
    65_536,
    46_340,
    46_341,
    1 << 26,
    1 << 30,
    IdxReader.MAX_VALUES,
    IdxReader.MAX_VALUES + 1,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE
  };
  private static final int BOMB_BYTES = 400 << 20;

  /**
   * A file and the undamaged one that it came from.
   *
   * @param original uncompressed
   */
  record HostileFile(IdxKind kind, byte[] original, byte[] bytes) {}

  private final Mutations random;
  private final List<byte[]> images;
  private final List<byte[]> labels;
  private final byte[] imagesBomb =
      truthfulBomb(IdxBytes.ints(0x0803, BOMB_BYTES >> 20, 1 << 10, 1 << 10));
  private final byte[] labelsBomb = truthfulBomb(IdxBytes.ints(0x0801, BOMB_BYTES));

  HostileFiles(long seed) {
    random = new Mutations(seed);
    images =
        List.of(
            IdxBytes.images(12, 7, 9, random.randomBytes(12 * 7 * 9)),
            IdxBytes.images(2, 28, 28),
            IdxBytes.images(1, 1, 1));
    labels = List.of(IdxBytes.labels(7, 0, 9), labels(500));
  }

  HostileFile next() {
    IdxKind kind = random.below(3) == 0 ? IdxKind.LABELS : IdxKind.IMAGES;
    List<byte[]> originals = kind == IdxKind.IMAGES ? images : labels;
    byte[] original = originals.get(random.below(originals.size()));
    byte[] other = originals.get(random.below(originals.size()));
    return new HostileFile(kind, original, hostile(kind, original, other));
  }

  private byte[] hostile(IdxKind kind, byte[] original, byte[] other) {
    return switch (random.below(10)) {
      case 0, 1 -> random.damage(original, other);
      case 2, 3, 4 -> random.damage(gzip(original), gzip(other));
      case 5 -> perhapsGzip(random.damage(original, other));
      case 6 -> perhapsGzip(extremeHeader(kind, original));
      case 7 -> hostileGzip(original, other);
      case 8 -> members(original, other);
      default -> random.below(20) == 0 ? bomb(kind, original) : extremeTrailer(gzip(original));
    };
  }

  private byte[] extremeHeader(IdxKind kind, byte[] original) {
    byte[] changed = original.clone();
    int fields = 1 + random.below(kind.rank());
    for (int i = 0; i < fields; i++) {
      int field = random.below(1 + kind.rank());
      ByteBuffer.wrap(changed).putInt(4 * field, EXTREMES[random.below(EXTREMES.length)]);
    }
    return changed;
  }

  /** One byte of the header anything, or a truncated stream under a whole trailer. */
  private byte[] hostileGzip(byte[] original, byte[] other) {
    byte[] gzip = gzip(original);
    if (random.below(2) == 0) {
      return IdxBytes.with(gzip, random.below(Math.min(40, gzip.length)), random.below(256));
    }
    byte[] cut = Arrays.copyOf(gzip, 10 + random.below(gzip.length - 18));
    byte[] trailer = Arrays.copyOfRange(gzip, gzip.length - 8, gzip.length);
    return IdxBytes.concat(cut, trailer, random.below(2) == 0 ? gzip(other) : new byte[0]);
  }

  /** Split at any place, with empty ones between, one too many, or damaged. */
  private byte[] members(byte[] original, byte[] other) {
    int cut = random.below(original.length + 1);
    byte[] first = gzip(Arrays.copyOf(original, cut));
    byte[] second = gzip(Arrays.copyOfRange(original, cut, original.length));
    return switch (random.below(5)) {
      case 0 -> IdxBytes.concat(first, second);
      case 1 -> IdxBytes.concat(first, repeated(gzip(new byte[0]), random.below(500)), second);
      case 2 -> IdxBytes.concat(gzip(original), gzip(other));
      case 3 -> IdxBytes.concat(first, random.randomBytes(1 + random.below(20)), second);
      default -> random.damage(IdxBytes.concat(first, second), gzip(other));
    };
  }

  private byte[] extremeTrailer(byte[] gzip) {
    byte[] changed = gzip.clone();
    int at = gzip.length - (random.below(2) == 0 ? 4 : 8);
    ByteBuffer.wrap(changed)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(at, EXTREMES[random.below(EXTREMES.length)]);
    return changed;
  }

  /** More content than the header says, or as much as it says and far too much. */
  private byte[] bomb(IdxKind kind, byte[] original) {
    if (random.below(2) == 0) {
      return compressed(original, 1 << (10 + random.below(14)));
    }
    return kind == IdxKind.IMAGES ? imagesBomb : labelsBomb;
  }

  /** A header and as many zeros as it says. */
  private static byte[] truthfulBomb(byte[] header) {
    byte[] mebibyte = compressed(new byte[0], 1 << 20);
    return IdxBytes.concat(compressed(header, 0), repeated(mebibyte, BOMB_BYTES >> 20));
  }

  private byte[] perhapsGzip(byte[] content) {
    return random.below(2) == 0 ? content : gzip(content);
  }

  private byte[] gzip(byte[] content) {
    return switch (random.below(3)) {
      case 0 -> IdxBytes.gzip(content);
      case 1 -> withOptionalParts(compressed(content, 0));
      default -> compressed(content, 0);
    };
  }

  private byte[] withOptionalParts(byte[] gzip) {
    byte[] header =
        IdxBytes.concat(
            IdxBytes.with(Arrays.copyOf(gzip, 10), 3, 0x1E),
            new byte[] {3, 0, 'a', 'b', 'c'},
            new byte[] {'n', 'a', 'm', 'e', 0},
            new byte[] {'c', 0});
    CRC32 crc = new CRC32();
    crc.update(header);
    byte[] headerCrc = {(byte) crc.getValue(), (byte) (crc.getValue() >>> 8)};
    return IdxBytes.concat(header, headerCrc, Arrays.copyOfRange(gzip, 10, gzip.length));
  }

  private byte[] labels(int count) {
    int[] values = new int[count];
    Arrays.setAll(values, index -> random.below(CLASSES));
    return IdxBytes.labels(values);
  }

  private static byte[] repeated(byte[] part, int times) {
    byte[][] parts = new byte[times][];
    Arrays.fill(parts, part);
    return IdxBytes.concat(parts);
  }

  /** Gzip of a content and of zeros, made without holding these. */
  private static byte[] compressed(byte[] content, int zerosAfter) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(content);
      byte[] block = new byte[Math.min(zerosAfter, 1 << 20)];
      for (int left = zerosAfter; left > 0; left -= block.length) {
        gzip.write(block, 0, Math.min(left, block.length));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
