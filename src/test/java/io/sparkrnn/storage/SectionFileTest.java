package io.sparkrnn.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;

class SectionFileTest {
  // Where things are in small().
  private static final int COUNT_AT = 31;
  private static final int FIRST_SECTION_AT = 39;
  private static final int FIRST_LENGTH_AT = 50;
  private static final int SECOND_SECTION_AT = 67;
  private static final int FOOTER_AT = 84;
  private static final int LENGTH = 124;

  @Test
  void decodesWhatItEncoded() {
    SectionFile file = SectionFile.decode(small(), "x");

    assertThat(file.kind()).isEqualTo("model");
    assertThat(file.id()).isEqualTo("run-ä");
    assertThat(file.sections()).containsOnlyKeys("weights", "b");
    assertThat(file.sections().keySet()).containsExactly("weights", "b");
    assertThat(file.section("weights")).containsExactly(1, 2, 3, 4, 5);
    assertThat(file.section("b")).isEmpty();
  }

  @Test
  void mayHaveNoSections() {
    byte[] bytes = SectionFile.encode("model", "id", Map.of());

    assertThat(SectionFile.decode(bytes, "x").sections()).isEmpty();
  }

  @Test
  void givesTheSameBytesAsEver() throws IOException {
    try (InputStream golden = SectionFileTest.class.getResourceAsStream("section-file-v1.srnn")) {
      assertThat(golden).isNotNull();
      assertThat(small()).isEqualTo(golden.readAllBytes()).hasSize(LENGTH);
    }
  }

  @Test
  void namesEachKindOfDamage() {
    damage(TruncatedFileException.class, new byte[0])
        .hasMessage(
            "Cannot read x: expected a file that starts with SPARKRNN, found an empty file");
    damage(ForeignFileException.class, "SPARKxyz and so on".getBytes(UTF_8))
        .hasMessage("Cannot read x: expected the magic SPARKRNN, found another byte at byte 5");
    damage(TruncatedFileException.class, Arrays.copyOf(small(), 5))
        .hasMessage(
            "Cannot read x: expected 8 bytes of the magic at byte 0, found the end of the file after 5; the file is truncated");
    damage(TruncatedFileException.class, Arrays.copyOf(small(), LENGTH - 1))
        .hasMessage(
            "Cannot read x: expected 40 bytes of the footer at byte 84, found the end of the file after 39; the file is truncated");
    damage(TrailingBytesException.class, Arrays.copyOf(small(), LENGTH + 3))
        .hasMessage("Cannot read x: expected the end of the file at byte 124, found 3 more bytes");
    damage(CorruptFileException.class, flipped(20))
        .hasMessageContaining("expected the header, bytes 0 to 34, to have CRC32C");
    damage(CorruptFileException.class, flipped(FIRST_LENGTH_AT + 9))
        .hasMessageContaining("expected section 1 of 2, bytes 39 to 62, to have CRC32C 0x")
        .hasMessageContaining("as at byte 63, found 0x");
    damage(CorruptFileException.class, flipped(FOOTER_AT))
        .hasMessage(
            "Cannot read x: expected the footer to give the file's length 124, found 125 at byte 84");
    damage(CorruptFileException.class, flipped(LENGTH - 1))
        .hasMessage(
            "Cannot read x: expected the SHA-256 of the file at byte 92, found that of other bytes");
  }

  @Test
  void absurdLengthsAreRefusedBeforeAnythingIsAllocated() {
    for (long length : new long[] {-1, Long.MIN_VALUE, 1L << 40, Long.MAX_VALUE, 67}) {
      byte[] bytes = small();
      littleEndian(bytes).putLong(FIRST_LENGTH_AT, length);
      damage(CorruptFileException.class, bytes)
          .hasMessage(
              "Cannot read x: expected section 1 of 2 to have at most the 66 bytes that follow, found length "
                  + length
                  + " at byte 50"
                  + (length < 0
                      ? ""
                      : "; the file has its full length, so one inside it is damaged"));
    }
    for (int length : new int[] {-1, 0, 1025, Integer.MAX_VALUE}) {
      byte[] bytes = small();
      littleEndian(bytes).putInt(12, length);
      damage(CorruptFileException.class, bytes)
          .hasMessage(
              "Cannot read x: expected the kind to have 1 to 1024 bytes, found length "
                  + length
                  + " at byte 12");
    }
  }

  @Test
  void aLengthThatIsTooLongIsToldFromATruncation() {
    damage(TruncatedFileException.class, Arrays.copyOf(small(), FIRST_LENGTH_AT + 10))
        .hasMessage(
            "Cannot read x: expected section 1 of 2 to have at most the 2 bytes that follow, found length 5 at byte 50; the file is truncated");
    byte[] bytes = small();
    littleEndian(bytes).putLong(FIRST_LENGTH_AT, 65);
    damage(CorruptFileException.class, bytes)
        .hasMessage(
            "Cannot read x: expected 4 bytes of the checksum of section 1 of 2 at byte 123, found the end of the file after 1; the file has its full length, so one inside it is damaged");
  }

  @Test
  void lessThanNoSectionsAreRefused() {
    byte[] bytes = SectionFile.encode("model", "run-ä", Map.of());
    littleEndian(bytes).putInt(COUNT_AT, -1);
    sealHeader(bytes);
    sealFooter(bytes);

    damage(CorruptFileException.class, bytes)
        .hasMessage("Cannot read x: expected at least 0 sections, found -1 at byte 31");
  }

  @Test
  void otherKindsAreForeign() {
    SectionFile file = SectionFile.decode(small(), "x");

    file.requireKind("model");
    assertThatThrownBy(() -> file.requireKind("checkpoint"))
        .isInstanceOf(ForeignFileException.class)
        .hasMessage("Cannot read x: expected a checkpoint, found a model");
  }

  @Test
  void anAbsurdCountOfSectionsEndsAtTheEndOfTheFile() {
    byte[] bytes = small();
    littleEndian(bytes).putInt(COUNT_AT, Integer.MAX_VALUE);
    sealHeader(bytes);

    damage(CorruptFileException.class, bytes).hasMessageContaining("section 3 of 2147483647");
  }

  @Test
  void aSecondSectionOfOneNameIsRefused() {
    byte[] bytes = SectionFile.encode("model", "run-ä", sections("b", "c"));
    byte[] name = "b".getBytes(UTF_8);
    int second = FIRST_SECTION_AT + 17;
    bytes[second + 4] = name[0];
    littleEndian(bytes).putInt(second + 13, SectionFile.crc32c(bytes, second, second + 13));
    sealFooter(bytes);

    damage(CorruptFileException.class, bytes)
        .hasMessage(
            "Cannot read x: expected every section once, found a second 'b' at byte " + second);
  }

  @Test
  void aNameThatIsNoTextIsRefused() {
    byte[] bytes = small();
    bytes[SECOND_SECTION_AT + 4] = (byte) 0xff;
    littleEndian(bytes)
        .putInt(
            SECOND_SECTION_AT + 13,
            SectionFile.crc32c(bytes, SECOND_SECTION_AT, SECOND_SECTION_AT + 13));

    damage(CorruptFileException.class, bytes)
        .hasMessage(
            "Cannot read x: expected the name of section 2 of 2 in UTF-8, found other bytes");
  }

  @Test
  void aWholeFileOfANewerVersionIsTold() {
    byte[] bytes = small();
    littleEndian(bytes).putInt(8, 2);
    damage(CorruptFileException.class, bytes)
        .hasMessage(
            "Cannot read x: expected format version 1, found 2 at byte 8 and no footer that holds for it");

    sealFooter(bytes);
    assertThatThrownBy(() -> SectionFile.decode(bytes, "x"))
        .isInstanceOf(NewerFormatException.class)
        .hasMessage(
            "Cannot read x: expected format version 1, found 2 at byte 8; a newer version of spark-rnn wrote it");
  }

  @Test
  void aMissingSectionIsNamed() {
    assertThatThrownBy(() -> SectionFile.decode(small(), "x").section("c"))
        .isInstanceOf(CorruptFileException.class)
        .hasMessage("Cannot read x: expected a section 'c', found [weights, b]");
  }

  @Test
  void namesHaveToBeThereAndShort() {
    assertThatThrownBy(() -> SectionFile.encode("", "id", Map.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SectionFile.encode("model", "i".repeat(1025), Map.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static AbstractThrowableAssert<?, ?> damage(
      Class<? extends FormatException> kind, byte[] bytes) {
    return assertThatThrownBy(() -> SectionFile.decode(bytes, "x")).isExactlyInstanceOf(kind);
  }

  private static byte[] small() {
    Map<String, byte[]> sections = new LinkedHashMap<>();
    sections.put("weights", new byte[] {1, 2, 3, 4, 5});
    sections.put("b", new byte[0]);
    return SectionFile.encode("model", "run-ä", sections);
  }

  private static Map<String, byte[]> sections(String... names) {
    Map<String, byte[]> sections = new LinkedHashMap<>();
    for (String name : names) {
      sections.put(name, new byte[0]);
    }
    return sections;
  }

  private static byte[] flipped(int at) {
    byte[] bytes = small();
    bytes[at] ^= 1;
    return bytes;
  }

  private static void sealHeader(byte[] bytes) {
    littleEndian(bytes).putInt(COUNT_AT + 4, SectionFile.crc32c(bytes, 0, COUNT_AT + 4));
  }

  private static void sealFooter(byte[] bytes) {
    int digest = bytes.length - 32;
    System.arraycopy(SectionFile.sha256(bytes, digest), 0, bytes, digest, 32);
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
