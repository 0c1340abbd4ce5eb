package io.sparkrnn.data.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkrnn.data.Axes;
import io.sparkrnn.data.DataException;
import io.sparkrnn.data.SequenceDataset;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The files are described in {@link IdxDefectFiles}. */
@SuppressWarnings("InputStreamSlowMultibyteRead") // Fakes that are read a few bytes from.
class IdxReaderTest {
  @ParameterizedTest
  @ValueSource(strings = {"bin", "gz"})
  void readsGoodFiles(String extension) throws IOException {
    SequenceDataset dataset = read("good-images." + extension, "good-labels." + extension);

    assertThat(dataset.size()).isEqualTo(3);
    assertThat(dataset.timeSteps()).isEqualTo(2);
    assertThat(dataset.inputSize()).isEqualTo(5);
    assertThat(dataset.classes()).isEqualTo(10);
    assertThat(new int[] {dataset.label(0), dataset.label(1), dataset.label(2)})
        .containsExactly(7, 0, 9);
    assertThat(dataset.batch(new int[] {2}, Axes.BATCH_FIRST))
        .containsExactly(
            20 / 255f, 21 / 255f, 22 / 255f, 23 / 255f, 24 / 255f, 25 / 255f, 26 / 255f, 27 / 255f,
            28 / 255f, 29 / 255f);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          empty.bin | expected a header of 16 bytes, found end of file at byte 0
          truncated-magic.bin | expected a header of 16 bytes, found end of file at byte 3
          truncated-header.bin | expected a header of 16 bytes, found end of file at byte 10
          truncated-data.bin | expected 46 bytes, found end of file at byte 40
          trailing-bytes.bin | expected end of file, found more data at byte 46
          wrong-magic.bin | expected magic 0x00000803, found 0x89504E47 at byte 0
          wrong-type.bin | expected magic 0x00000803, found 0x00000D03 at byte 0 (elements of type 0x0D, floats, in place of unsigned bytes)
          wrong-rank.bin | expected magic 0x00000803, found 0x00000801 at byte 0 (rank 1 in place of 3)
          zero-dimension.bin | expected a dimension of at least 1, found 0 at byte 8
          negative-dimension.bin | expected a dimension of at least 1, found -5 at byte 12
          overflowing-dimensions.bin | expected at most 2147483631 values, found 65536 x 65536 x 65536 at byte 4
          empty-content.gz | expected a header of 16 bytes, found end of file at byte 0 of the decompressed content
          truncated-content.gz | expected 46 bytes, found end of file at byte 40 of the decompressed content
          truncated-header.gz | expected whole gzip members up to the end of the file, found end of file, reading at byte 7 of the compressed file
          truncated-data.gz | expected whole gzip members up to the end of the file, found end of file, reading at byte 50 of the compressed file
          truncated-trailer.gz | expected whole gzip members up to the end of the file, found end of file, reading at byte 64 of the compressed file
          corrupt-method.gz | expected whole gzip members up to the end of the file, found Unsupported compression method 7 in the .gz header, reading at byte 69 of the compressed file
          corrupt-flags.gz | expected whole gzip members up to the end of the file, found Reserved flags are set in the .gz header, reading at byte 69 of the compressed file
          corrupt-block.gz | expected whole gzip members up to the end of the file, found Gzip-compressed data is corrupt, reading at byte 69 of the compressed file
          corrupt-length.gz | expected whole gzip members up to the end of the file, found Gzip-compressed data is corrupt(uncompressed size mismatch), reading at byte 69 of the compressed file
          trailing-bytes.gz | expected whole gzip members up to the end of the file, found Garbage after a valid .gz stream, reading at byte 73 of the compressed file
          bomb.gz | expected end of file, found more data at byte 46 of the decompressed content
          promising.gz | expected 2147395616 bytes, found end of file at byte 46 of the decompressed content
          """)
  void refusesImagesWithADefect(String file, String defect) {
    assertThatThrownBy(() -> IdxReader.read(IdxKind.IMAGES, open(file), "hdfs://nn/data/" + file))
        .isInstanceOf(DataException.class)
        .message()
        // The words of a newer Spark's library.
        .matches(
            message ->
                message
                    .replace("corrupt (uncompressed", "corrupt(uncompressed")
                    .replace("Unexpected data", "Garbage")
                    .equals("Cannot read IDX images hdfs://nn/data/%s: %s".formatted(file, defect)),
            defect);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          empty.bin | expected a header of 8 bytes, found end of file at byte 0
          labels-wrong-rank.bin | expected magic 0x00000801, found 0x00000803 at byte 0 (rank 3 in place of 1)
          labels-zero-dimension.bin | expected a dimension of at least 1, found 0 at byte 4
          labels-truncated-data.bin | expected 11 bytes, found end of file at byte 10
          labels-trailing-bytes.bin | expected end of file, found more data at byte 11
          labels-out-of-range.bin | expected a label from 0 to 9, found 10 at byte 9
          """)
  void refusesLabelsWithADefect(String file, String defect) {
    assertThatThrownBy(() -> labels(open(file), "/data/" + file).labels(0, 10))
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot read IDX labels /data/%s: %s".formatted(file, defect));
  }

  @ParameterizedTest
  @CsvSource({
    "<!DOCTYPE html>, a web page",
    "PK\u0003\u0004 and more, a zip file",
    "\u0093NUMPY, a NumPy file",
    "'\u0003\u0008\0\0', its bytes in the reverse order"
  })
  void namesFilesOfOtherKinds(String content, String kind) {
    byte[] file = content.getBytes(StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> IdxReader.read(IdxKind.IMAGES, new ByteArrayInputStream(file), "x"))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("Cannot read IDX images x: expected magic 0x00000803, found 0x")
        .hasMessageEndingWith(" at byte 0 (%s)", kind);
  }

  @ParameterizedTest
  @CsvSource({"labels-too-few.bin,2", "labels-too-many.bin,4"})
  void refusesLabelsThatAreNotAsManyAsImages(String labels, int found) {
    assertThatThrownBy(() -> read("good-images.bin", labels))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot pair IDX images good-images.bin with labels %s: expected 3 labels, found %d at byte 4 of the labels"
                .formatted(labels, found));
  }

  @Test
  void refusesACorruptValueByItsChecksum() {
    assertThatThrownBy(() -> IdxReader.read(IdxKind.IMAGES, open("corrupt-value.gz"), "x.gz"))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot read IDX images x.gz: expected whole gzip members up to the end of the file, found Gzip-compressed data is corrupt (CRC32 error), reading at byte 69 of the compressed file");
  }

  @Test
  void refusesEveryTruncation() throws IOException {
    for (String file : new String[] {"good-images.bin", "good-images.gz"}) {
      byte[] whole = open(file).readAllBytes();
      for (int length = 0; length < whole.length; length++) {
        byte[] truncated = IdxBytes.first(length, whole);
        assertThatThrownBy(
                () -> IdxReader.read(IdxKind.IMAGES, new ByteArrayInputStream(truncated), "x"))
            .as("%s cut to %d bytes", file, length)
            .isInstanceOf(DataException.class)
            .hasMessageContaining(" at byte " + length);
      }
    }
  }

  @Test
  void decompressesNoMoreThanTheHeaderPromises() {
    EndlessGzip endless = new EndlessGzip(IdxBytes.images(1, 2, 5));

    assertThatThrownBy(() -> IdxReader.read(IdxKind.IMAGES, endless, "endless.gz"))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot read IDX images endless.gz: expected end of file, found more data at byte 26 of the decompressed content");
    assertThat(endless.read).isLessThan(100_000);
  }

  @Test
  void passesFailuresOfTheStreamOn() {
    InputStream failing =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("connection lost");
          }
        };

    assertThatThrownBy(() -> IdxReader.read(IdxKind.IMAGES, failing, "x"))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("connection lost");
  }

  private static SequenceDataset read(String images, String labels) throws IOException {
    ArrayFile ofImages = ArrayFile.of(IdxReader.read(IdxKind.IMAGES, open(images), images));
    ArrayFile ofLabels = labels(open(labels), labels);
    ArrayFile.requireEqualCounts(ofImages, ofLabels);
    return ofImages.pixels().dataset(ofLabels.labels(0, 10), 10);
  }

  private static ArrayFile labels(InputStream in, String where) throws IOException {
    return ArrayFile.of(IdxReader.read(IdxKind.LABELS, in, where));
  }

  private static InputStream open(String file) {
    return Objects.requireNonNull(IdxReaderTest.class.getResourceAsStream("idx/" + file), file);
  }

  /** A gzip member without end: the content, then stored blocks of zeros. */
  private static final class EndlessGzip extends InputStream {
    private static final int BLOCK_BYTES = 0xFFFF;

    private final ByteBuffer start;
    private long read;

    EndlessGzip(byte[] content) {
      start = ByteBuffer.allocate(10 + 5 + content.length).order(ByteOrder.LITTLE_ENDIAN);
      start.put(new byte[] {0x1F, (byte) 0x8B, 8, 0, 0, 0, 0, 0, 0, 0, 0});
      start.putShort((short) content.length).putShort((short) ~content.length).put(content).flip();
    }

    @Override
    public int read() {
      long position = read++ - start.capacity();
      if (start.hasRemaining()) {
        return start.get() & 0xFF;
      }
      int inBlock = (int) (position % (BLOCK_BYTES + 5));
      return inBlock == 1 || inBlock == 2 ? 0xFF : 0;
    }
  }
}
