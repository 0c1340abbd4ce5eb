package io.sparkrnn.data;

import java.io.IOException;

/** Damage in a gzip file; the message ends with its place in the compressed file. */
final class CorruptGzipException extends IOException {
  private static final long serialVersionUID = 1;

  CorruptGzipException(String expected, String found, long offset) {
    super(
        "expected %s, found %s at byte %d of the compressed file"
            .formatted(expected, found, offset));
  }
}
