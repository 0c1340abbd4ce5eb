package io.sparkrnn.storage;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads {@link SectionFile}'s format; trusts no length before it was compared with what is there.
 */
final class SectionFileDecoder {
  private final byte[] bytes;
  private final String where;
  private final ByteBuffer in;

  SectionFileDecoder(byte[] bytes, String where) {
    this.bytes = bytes;
    this.where = where;
    this.in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  SectionFile decode() {
    checkMagic();
    checkVersion();
    byte[] kind = string("the kind");
    byte[] id = string("the id");
    int countAt = require(Integer.BYTES, "the number of sections");
    int count = in.getInt(countAt);
    checkCrc("the header", 0);
    if (count < 0) {
      throw corrupt("expected at least 0 sections, found %d at byte %d".formatted(count, countAt));
    }
    Map<String, byte[]> sections = sections(count);
    checkFooter();
    return new SectionFile(text(kind, "the kind"), text(id, "the id"), sections, where);
  }

  private void checkMagic() {
    if (bytes.length == 0) {
      throw new TruncatedFileException(
          message("expected a file that starts with SPARKRNN, found an empty file"));
    }
    int compared = Math.min(bytes.length, SectionFile.MAGIC.length);
    int mismatch = Arrays.mismatch(bytes, 0, compared, SectionFile.MAGIC, 0, compared);
    if (mismatch >= 0) {
      throw new ForeignFileException(
          message(
              "expected the magic SPARKRNN, found another byte at byte "
                  + mismatch
                  + (mismatch == 0 ? FileKind.inBrackets(beginning()) : "")));
    }
    require(SectionFile.MAGIC.length, "the magic");
  }

  private byte[] beginning() {
    return Arrays.copyOf(bytes, Math.min(bytes.length, FileKind.BYTES));
  }

  private void checkVersion() {
    int at = require(Integer.BYTES, "the format version");
    int version = in.getInt(at);
    if (version == SectionFile.FORMAT_VERSION) {
      return;
    }
    String reason =
        "expected format version %d, found %d at byte %d"
            .formatted(SectionFile.FORMAT_VERSION, version, at);
    if (version > SectionFile.FORMAT_VERSION && footerHolds()) {
      throw new NewerFormatException(message(reason + "; a newer version of spark-rnn wrote it"));
    }
    throw corrupt(reason + " and no footer that holds for it");
  }

  private boolean footerHolds() {
    return lengthHolds() && digestHolds(bytes.length - SectionFile.FOOTER_BYTES);
  }

  /** Whether the last bytes read as a footer that gives the file's length. */
  private boolean lengthHolds() {
    int footer = bytes.length - SectionFile.FOOTER_BYTES;
    return footer >= SectionFile.MAGIC.length + Integer.BYTES && in.getLong(footer) == bytes.length;
  }

  private boolean digestHolds(int footer) {
    int digest = footer + Long.BYTES;
    byte[] found = Arrays.copyOfRange(bytes, digest, footer + SectionFile.FOOTER_BYTES);
    return Arrays.equals(SectionFile.sha256(bytes, digest), found);
  }

  private Map<String, byte[]> sections(int count) {
    Map<String, byte[]> sections = new LinkedHashMap<>();
    for (int index = 0; index < count; index++) {
      int start = in.position();
      String which = "section " + (index + 1) + " of " + count;
      byte[] nameBytes = string("the name of " + which);
      int lengthAt = require(Long.BYTES, "the length of " + which);
      long length = in.getLong(lengthAt);
      int available = in.remaining();
      if (length < 0 || length > available) {
        String reason =
            "expected %s to have at most the %d bytes that follow, found length %d at byte %d"
                .formatted(which, available, length, lengthAt);
        throw length < 0 ? corrupt(reason) : pastTheEnd(reason);
      }
      int contentAt = require(length, which);
      checkCrc(which, start);
      String name = text(nameBytes, "the name of " + which);
      byte[] content = Arrays.copyOfRange(bytes, contentAt, contentAt + (int) length);
      if (sections.put(name, content) != null) {
        throw corrupt(
            "expected every section once, found a second '%s' at byte %d".formatted(name, start));
      }
    }
    return sections;
  }

  private void checkFooter() {
    int start = in.position();
    if (in.remaining() < SectionFile.FOOTER_BYTES) {
      // The checksums before it hold, so this is its place.
      throw truncated(missing(SectionFile.FOOTER_BYTES, "the footer"));
    }
    int end = start + SectionFile.FOOTER_BYTES;
    long length = in.getLong(start);
    if (length != end) {
      throw corrupt(
          "expected the footer to give the file's length %d, found %d at byte %d"
              .formatted(end, length, start));
    }
    if (!digestHolds(start)) {
      throw corrupt(
          "expected the SHA-256 of the file at byte %d, found that of other bytes"
              .formatted(start + Long.BYTES));
    }
    if (bytes.length > end) {
      throw new TrailingBytesException(
          message(
              "expected the end of the file at byte %d, found %d more bytes"
                  .formatted(end, bytes.length - end)));
    }
  }

  private byte[] string(String what) {
    int at = require(Integer.BYTES, "the length of " + what);
    int length = in.getInt(at);
    if (length < 1 || length > SectionFile.MAX_STRING_BYTES) {
      throw corrupt(
          "expected %s to have 1 to %d bytes, found length %d at byte %d"
              .formatted(what, SectionFile.MAX_STRING_BYTES, length, at));
    }
    int start = require(length, what);
    return Arrays.copyOfRange(bytes, start, start + length);
  }

  private String text(byte[] utf8, String what) {
    try {
      // A fresh decoder reports what a String's constructor would replace.
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      throw corrupt("expected " + what + " in UTF-8, found other bytes");
    }
  }

  private void checkCrc(String what, int start) {
    int at = require(Integer.BYTES, "the checksum of " + what);
    int expected = in.getInt(at);
    int found = SectionFile.crc32c(bytes, start, at);
    if (found != expected) {
      throw corrupt(
          "expected %s, bytes %d to %d, to have CRC32C 0x%08x as at byte %d, found 0x%08x"
              .formatted(what, start, at - 1, expected, at, found));
    }
  }

  /** Moves past the next bytes and returns where they start. */
  private int require(long length, String what) {
    int start = in.position();
    if (length > in.remaining()) {
      throw pastTheEnd(missing(length, what));
    }
    in.position(start + (int) length);
    return start;
  }

  private String missing(long length, String what) {
    return "expected %d bytes of %s at byte %d, found the end of the file after %d"
        .formatted(length, what, in.position(), in.remaining());
  }

  /**
   * Either the file was cut, or a length that no checksum has confirmed yet is wrong; then the
   * footer is still in its place.
   */
  private FormatException pastTheEnd(String reason) {
    return lengthHolds()
        ? corrupt(reason + "; the file has its full length, so one inside it is damaged")
        : truncated(reason);
  }

  private FormatException truncated(String reason) {
    return new TruncatedFileException(message(reason + "; the file is truncated"));
  }

  private FormatException corrupt(String reason) {
    return new CorruptFileException(message(reason));
  }

  private String message(String reason) {
    return "Cannot read " + where + ": " + reason;
  }
}
