package io.sparkrnn.storage;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * A file of named sections of bytes, framed by checksums: data only, no code and no class names.
 * All numbers are little-endian.
 *
 * <pre>
 * header   8 bytes  magic "SPARKRNN"
 *          int      format version, now 1
 *          string   kind, such as "checkpoint" or "model"
 *          string   id, such as that of the run
 *          int      number of sections
 *          int      CRC32C of the header so far
 * section  string   name, unique in the file
 *          long     number of bytes
 *          bytes
 *          int      CRC32C of the section so far
 * footer   long     length of the whole file
 *          32 bytes SHA-256 of everything before
 * string   int      number of bytes, at most 1024
 *          bytes    UTF-8
 * </pre>
 *
 * <p>Magic, version and footer keep their places in every future version, so that a newer file can
 * be told from a damaged one.
 *
 * @param kind what the file holds, such as "checkpoint" or "model"
 * @param id whose it is, such as a run's
 * @param sections in the file's order; the arrays are not copied
 * @param where the file's name for messages
 */
public record SectionFile(String kind, String id, Map<String, byte[]> sections, String where) {
  static final byte[] MAGIC = "SPARKRNN".getBytes(StandardCharsets.US_ASCII);
  static final int FORMAT_VERSION = 1;
  static final int FOOTER_BYTES = Long.BYTES + 32;
  static final int MAX_STRING_BYTES = 1024;

  public SectionFile {
    sections = Collections.unmodifiableMap(new LinkedHashMap<>(sections));
  }

  /** The file's bytes: equal for equal arguments, with the sections in the map's order. */
  public static byte[] encode(String kind, String id, Map<String, byte[]> sections) {
    List<byte[]> names = new ArrayList<>();
    long length =
        MAGIC.length + Integer.BYTES + stringBytes(kind) + stringBytes(id) + 2L * Integer.BYTES;
    for (Map.Entry<String, byte[]> section : sections.entrySet()) {
      names.add(section.getKey().getBytes(StandardCharsets.UTF_8));
      length +=
          stringBytes(section.getKey()) + Long.BYTES + section.getValue().length + Integer.BYTES;
    }
    length += FOOTER_BYTES;
    if (length > Storage.MAX_FILE_BYTES) {
      throw new StorageException(
          "Cannot encode %s %s: expected at most %d bytes, found %d"
              .formatted(kind, id, Storage.MAX_FILE_BYTES, length));
    }
    ByteBuffer out = ByteBuffer.allocate((int) length).order(ByteOrder.LITTLE_ENDIAN);
    out.put(MAGIC).putInt(FORMAT_VERSION);
    putString(out, kind.getBytes(StandardCharsets.UTF_8));
    putString(out, id.getBytes(StandardCharsets.UTF_8));
    out.putInt(sections.size());
    out.putInt(crc32c(out.array(), 0, out.position()));
    int index = 0;
    for (byte[] bytes : sections.values()) {
      int start = out.position();
      putString(out, names.get(index++));
      out.putLong(bytes.length).put(bytes);
      out.putInt(crc32c(out.array(), start, out.position()));
    }
    out.putLong(length);
    out.put(sha256(out.array(), out.position()));
    return out.array();
  }

  /**
   * Reads a file's bytes, all checksums included.
   *
   * @param where the file's name for messages
   * @throws FormatException for anything but a whole and undamaged file, by its kind of damage;
   *     {@link NewerFormatException} for a whole one of a newer version
   */
  public static SectionFile decode(byte[] bytes, String where) {
    return new SectionFileDecoder(bytes, where).decode();
  }

  /**
   * Demands a kind.
   *
   * @throws ForeignFileException when the file is of another
   */
  public void requireKind(String expected) {
    if (!kind.equals(expected)) {
      throw new ForeignFileException(
          "Cannot read %s: expected a %s, found a %s".formatted(where, expected, kind));
    }
  }

  /**
   * One section's bytes, not copied.
   *
   * @throws CorruptFileException when there is none of that name
   */
  public byte[] section(String name) {
    byte[] bytes = sections.get(name);
    if (bytes == null) {
      throw new CorruptFileException(
          "Cannot read %s: expected a section '%s', found %s"
              .formatted(where, name, sections.keySet()));
    }
    return bytes;
  }

  static int crc32c(byte[] bytes, int from, int to) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, to - from);
    return (int) crc.getValue();
  }

  static byte[] sha256(byte[] bytes, int to) {
    MessageDigest digest = Sha256.begin();
    digest.update(bytes, 0, to);
    return digest.digest();
  }

  private static long stringBytes(String text) {
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    if (bytes == 0 || bytes > MAX_STRING_BYTES) {
      throw new IllegalArgumentException(
          "expected a name of 1 to " + MAX_STRING_BYTES + " bytes, found '" + text + "'");
    }
    return (long) Integer.BYTES + bytes;
  }

  private static void putString(ByteBuffer out, byte[] text) {
    out.putInt(text.length).put(text);
  }
}
