package io.sparkrnn.data.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.sparkrnn.data.DataException;
import io.sparkrnn.data.images.HostileFiles.HostileFile;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.storage.StorageException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the reader that holds all images at once makes of a file, the stream makes of it. */
class ImageStreamTest {
  private static final Storage STORAGE = Storage.of(Map.of());
  // As much as the oracle reads.
  private static final int MOST_BYTES = 16 << 20;

  @TempDir private Path directory;

  private Path file(byte[] bytes) throws IOException {
    return Files.write(directory.resolve("images"), bytes);
  }

  private static ImageStream open(Path file) {
    return ImageStream.open(STORAGE, file.toString());
  }

  /** Everything in a file, as the file would be without compression; up to the oracle's limit. */
  private static byte[] content(Path file) {
    try (ImageStream images = open(file)) {
      ByteArrayOutputStream content = new ByteArrayOutputStream();
      content.writeBytes(IdxBytes.ints(0x0803, images.images(), images.rows(), images.columns()));
      for (int i = 0; i < images.images() && content.size() <= MOST_BYTES; i++) {
        for (float value : images.next()) {
          content.write(Math.round(value * 255));
        }
      }
      return content.toByteArray();
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "3, 2, 5", "7, 28, 28", "200, 1, 17", "2, 300, 301", "90, 28, 27"})
  void sizesOfAnyKindAreReadAsTheReaderReadsThem(int count, int rows, int columns)
      throws IOException {
    byte[] plain = IdxBytes.images(count, rows, columns);
    for (byte[] bytes :
        new byte[][] {
          plain, IdxBytes.gzip(plain.length < 60_000 ? plain : IdxBytes.images(1, 2, 3))
        }) {
      IdxFile expected = IdxReader.read(IdxKind.IMAGES, new ByteArrayInputStream(bytes), "x");
      try (ImageStream images = open(file(bytes))) {
        assertThat(new int[] {images.images(), images.rows(), images.columns()})
            .isEqualTo(expected.dimensions());
        for (int i = 0; i < expected.count(); i++) {
          float[] image = images.next();
          for (int p = 0; p < image.length; p++) {
            int value = expected.values()[i * image.length + p] & 0xFF;
            assertThat(image[p]).isEqualTo(value / 255f);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 64, 65, 499})
  void anImageCanBeReachedWithoutThoseBeforeIt(int first) throws IOException {
    byte[] plain = IdxBytes.images(500, 11, 13);
    // Two members, since a stored block holds 64 KiB.
    byte[] gzip =
        IdxBytes.concat(
            IdxBytes.gzip(IdxBytes.first(60_000, plain)),
            IdxBytes.gzip(Arrays.copyOfRange(plain, 60_000, plain.length)));
    for (byte[] bytes : new byte[][] {plain, gzip}) {
      try (ImageStream images = open(file(bytes))) {
        assertThat(images.compressed()).isEqualTo(bytes == gzip);
        images.skip(first);
        for (int i = first; i < 500; i++) {
          assertThat(images.next()[142]).isEqualTo((plain[16 + 143 * i + 142] & 0xFF) / 255f);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "empty.bin",
        "truncated-magic.bin",
        "truncated-header.bin",
        "truncated-data.bin",
        "trailing-bytes.bin",
        "wrong-magic.bin",
        "wrong-type.bin",
        "wrong-rank.bin",
        "zero-dimension.bin",
        "negative-dimension.bin",
        "empty-content.gz",
        "truncated-content.gz",
        "truncated-header.gz",
        "truncated-data.gz",
        "truncated-trailer.gz",
        "corrupt-method.gz",
        "corrupt-flags.gz",
        "corrupt-block.gz",
        "corrupt-value.gz",
        "corrupt-length.gz",
        "trailing-bytes.gz",
        "bomb.gz"
      })
  void defectsAreRefusedInTheReadersWords(String name) throws IOException {
    byte[] bytes;
    try (InputStream in =
        Objects.requireNonNull(ImageStreamTest.class.getResourceAsStream("idx/" + name))) {
      bytes = in.readAllBytes();
    }
    Path file = file(bytes);
    Throwable expected =
        catchThrowable(
            () ->
                ArrayReader.read(IdxKind.IMAGES, new ByteArrayInputStream(bytes), file.toString()));

    assertThatThrownBy(() -> content(file))
        .isInstanceOf(DataException.class)
        .hasMessage(expected.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"truncated-data.bin", "trailing-bytes.bin"})
  void plainFilesOfAWrongLengthAreRefusedWhenTheyAreOpened(String name) throws IOException {
    try (InputStream in = ImageStreamTest.class.getResourceAsStream("idx/" + name)) {
      Path file = file(Objects.requireNonNull(in).readAllBytes());
      assertThatThrownBy(() -> open(file)).isInstanceOf(DataException.class);
    }
  }

  @ParameterizedTest
  @CsvSource({"65536, 65536", "4096, 4097", "1, 2147483647"})
  void noMoreMemoryIsTakenThanAnImageMayNeed(int rows, int columns) throws IOException {
    Path file = file(IdxBytes.images(1, rows, columns, new byte[30]));
    assertThatThrownBy(() -> open(file))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot read IDX images %s: expected images of at most 16777216 bytes, found %d x %d at byte 8"
                .formatted(file, rows, columns));
  }

  @Test
  void everyTruncationIsRefused() throws IOException {
    byte[] plain = IdxBytes.images(3, 2, 5);
    for (byte[] whole : new byte[][] {plain, IdxBytes.gzip(plain)}) {
      for (int length = 0; length < whole.length; length++) {
        Path file = file(IdxBytes.first(length, whole));
        assertThatThrownBy(() -> content(file))
            .isInstanceOf(DataException.class)
            .hasMessageContaining(" at byte " + length);
      }
    }
  }

  @Test
  void hostileFilesAreReadAsTheJdkReadsThemOrRefused() throws IOException {
    HostileFiles hostile = new HostileFiles(3);
    int read = 0;
    int refused = 0;
    for (int number = 0; number < 400; number++) {
      HostileFile next = hostile.next();
      if (next.kind() != IdxKind.IMAGES) {
        continue;
      }
      Path file = file(next.bytes());
      Optional<byte[]> valid = IdxOracle.read(IdxKind.IMAGES, 10, next.bytes());
      try {
        byte[] content = content(file);
        if (content.length <= MOST_BYTES) {
          // The JDK refuses some damage to what surrounds the content, which is then whole.
          assertThat(content).as("file %d", number).isEqualTo(valid.orElse(next.original()));
        }
        read++;
      } catch (DataException e) {
        assertThat(e)
            .as("file %d", number)
            .hasMessageContainingAll(file + ": expected ", " at byte ");
        refused++;
      }
    }
    assertThat(read).isGreaterThan(10);
    assertThat(refused).isGreaterThan(100);
  }

  @Test
  void whatIsNotThereIsAMatterOfStorage() {
    assertThatThrownBy(() -> open(directory.resolve("none")))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("/none");
    assertThatThrownBy(() -> open(directory)).isInstanceOf(StorageException.class);
  }
}
