package io.sparkrnn.data.images;

/**
 * The checked content of an IDX file.
 *
 * @param where the file, as messages name it
 * @param dimensions positive; their product is the number of values
 * @param sha256 of the uncompressed file
 */
record IdxFile(IdxKind kind, String where, int[] dimensions, byte[] values, String sha256) {
  int count() {
    return dimensions[0];
  }

  /** The length of the uncompressed file. */
  long bytes() {
    return (long) kind.headerBytes() + values.length;
  }
}
