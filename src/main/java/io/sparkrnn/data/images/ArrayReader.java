package io.sparkrnn.data.images;

import io.sparkrnn.storage.FileKind;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Reads an array of images or labels, in whichever of the known formats it is. */
final class ArrayReader {
  private ArrayReader() {}

  /**
   * Reads a file and closes the stream.
   *
   * @param where the file, for messages
   * @throws io.sparkrnn.data.DataException for any defect
   */
  static ArrayFile read(IdxKind kind, InputStream in, String where) throws IOException {
    try (InputStream file = new BufferedInputStream(in)) {
      if (!IdxReader.isGzip(file)) {
        return read(kind, file, where, IdxReader.PLAIN);
      }
      try (InputStream content = new BufferedInputStream(new GzipContent(file, kind, where))) {
        return read(kind, content, where, IdxReader.DECOMPRESSED);
      }
    }
  }

  private static ArrayFile read(IdxKind kind, InputStream content, String where, String suffix)
      throws IOException {
    byte[] beginning = FileKind.peek(content);
    if (ArrayHeader.isNumpy(beginning)) {
      ArrayHeader.Read header = ArrayHeader.readNumpy(content, kind, where);
      return ArrayFile.read(kind, where, header.header(), header.bytes(), content, suffix);
    }
    if (ArrayHeader.isOtherIdx(beginning, kind)) {
      ArrayHeader.Read header = ArrayHeader.readIdx(content, kind, where);
      return ArrayFile.read(kind, where, header.header(), header.bytes(), content, suffix);
    }
    return ArrayFile.of(new IdxReader(kind, where, content, suffix).read());
  }
}
