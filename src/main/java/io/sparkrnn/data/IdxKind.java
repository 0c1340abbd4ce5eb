package io.sparkrnn.data;

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

  /** Why a magic is not this kind's, or nothing where the numbers say it all. */
  String explain(int found) {
    if (found >>> 16 != 0) {
      return "";
    }
    int type = found >>> 8;
    if (type != UNSIGNED_BYTE) {
      return " (element type 0x%02X in place of unsigned bytes)".formatted(type);
    }
    return " (rank %d in place of %d)".formatted(found & 0xFF, rank);
  }
}
