package io.sparkrnn.data.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkrnn.data.DataException;
import io.sparkrnn.random.SeededRandom;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GzipContentTest {
  private static final byte[] CONTENT = {1, 2, 3};

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 16_383, 16_384, 16_385, 1_000_003})
  void decompressesWhatTheJdkCompressed(int length) throws IOException {
    byte[] content = new byte[length];
    SeededRandom random = SeededRandom.of(length);
    for (int i = 0; i < length; i++) {
      content[i] = (byte) random.nextInt(5);
    }

    assertThat(decompress(compress(content))).isEqualTo(content);
  }

  @Test
  void decompressesByteByByte() throws IOException {
    try (GzipContent in =
        new GzipContent(
            new ByteArrayInputStream(compress(new byte[] {1, -1})), IdxKind.IMAGES, "x")) {
      assertThat(in.read(new byte[1], 0, 0)).isZero();
      assertThat(in.read()).isEqualTo(1);
      assertThat(in.read()).isEqualTo(255);
      assertThat(in.read()).isEqualTo(-1);
      assertThat(in.read()).isEqualTo(-1);
    }
  }

  @Test
  void joinsMembers() throws IOException {
    byte[] members =
        IdxBytes.concat(
            IdxBytes.gzip(CONTENT), IdxBytes.gzip(new byte[0]), compress(new byte[] {4}));

    assertThat(decompress(members)).containsExactly(1, 2, 3, 4);
  }

  @Test
  void zerosBehindTheLastMemberArePadding() throws IOException {
    byte[] padded = IdxBytes.concat(IdxBytes.gzip(CONTENT), new byte[512]);
    assertThat(decompress(padded)).isEqualTo(CONTENT);
    assertThatThrownBy(() -> decompress(IdxBytes.concat(padded, new byte[] {1})))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("found Garbage after a valid .gz stream");
    assertThatThrownBy(() -> decompress(IdxBytes.concat(padded, IdxBytes.gzip(CONTENT))))
        .isInstanceOf(DataException.class);
  }

  @Test
  void skipsTheOptionalPartsOfTheHeader() throws IOException {
    byte[] plain = IdxBytes.gzip(CONTENT);
    byte[] header = IdxBytes.with(IdxBytes.first(10, plain), 3, 0x1F);
    byte[] extra = {4, 0, 'x', 'y', 0, 0};
    byte[] name = {'n', 0};
    byte[] comment = {'c', 'c', 0};
    byte[] headerCrc = {0, 0};
    byte[] rest = Arrays.copyOfRange(plain, 10, plain.length);

    assertThat(decompress(IdxBytes.concat(header, extra, name, comment, headerCrc, rest)))
        .isEqualTo(CONTENT);
  }

  private static byte[] compress(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(content);
    }
    return bytes.toByteArray();
  }

  private static byte[] decompress(byte[] bytes) throws IOException {
    try (GzipContent in = new GzipContent(new ByteArrayInputStream(bytes), IdxKind.IMAGES, "x")) {
      return in.readAllBytes();
    }
  }
}
