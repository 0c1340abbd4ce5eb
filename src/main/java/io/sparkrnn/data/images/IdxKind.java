package io.sparkrnn.data.images;

import io.sparkrnn.storage.FileKind;
import java.util.Map;

/** What an IDX file of unsigned bytes holds. */
enum IdxKind {
  /** {@code [image][row][column]}. */
  IMAGES("images", 3),
  /** {@code [label]}. */
  LABELS("labels", 1);

  private static final int UNSIGNED_BYTE = 0x08;

  private final String plural;
  private final int rank;

  IdxKind(String plural, int rank) {
    this.plural = plural;
    this.rank = rank;
  }

  private static final Map<Integer, String> TYPES =
      Map.of(
          0x09, "signed bytes",
          0x0B, "16-bit integers",
          0x0C, "32-bit integers",
          0x0D, "floats",
          0x0E, "doubles");

  String plural() {
    return plural;
  }

  int rank() {
    return rank;
  }

  /** Two zero bytes, the type of the elements, the number of dimensions. */
  int magic() {
    return UNSIGNED_BYTE << 8 | rank;
  }

  int headerBytes() {
    return Integer.BYTES * (1 + rank);
  }

  /**
   * Why a magic is not this kind's, or nothing where the numbers say it all.
   *
   * @param beginning of the file, as much of it as is there
   */
  String explain(int found, byte[] beginning) {
    if (found >>> 16 != 0) {
      return Integer.reverseBytes(found) == magic()
          ? " (its bytes in the reverse order)"
          : FileKind.inBrackets(beginning);
    }
    int type = found >>> 8;
    if (type != UNSIGNED_BYTE) {
      return " (elements of type 0x%02X, %s, in place of unsigned bytes)"
          .formatted(type, TYPES.getOrDefault(type, "which IDX does not have"));
    }
    return " (rank %d in place of %d)".formatted(found & 0xFF, rank);
  }
}
