package io.sparkrnn.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads the text of a configuration file. */
final class ConfigurationFile {
  /** Ten times what every key with its comment takes; parsing time grows with the square. */
  private static final int MAX_BYTES = 64 << 10;

  private ConfigurationFile() {}

  /**
   * The file's text.
   *
   * @throws ConfigurationException if there is none
   */
  static String read(Path file) {
    if (Files.isDirectory(file)) {
      throw unusable(file, "expected a configuration file, found a directory");
    }
    if (!Files.exists(file)) {
      throw unusable(file, "expected a configuration file, found nothing");
    }
    try (InputStream in = Files.newInputStream(file)) {
      // Not by its length: a pipe has none.
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw unusable(
            file, "expected a configuration file of at most " + MAX_BYTES + " bytes, found more");
      }
      return decode(file, bytes);
    } catch (IOException e) {
      throw unusable(file, "expected a configuration file, found one that cannot be read: " + e);
    }
  }

  private static String decode(Path file, byte[] bytes) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CoderResult result = decoder.decode(in, out, true);
    if (result.isError()) {
      throw unusable(file, "expected text in UTF-8, found other bytes at byte " + in.position());
    }
    return out.flip().toString();
  }

  private static ConfigurationException unusable(Path file, String message) {
    return new ConfigurationException(file.toString(), message);
  }
}
