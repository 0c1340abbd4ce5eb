package io.sparkrnn.spark.shards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkrnn.data.DataException;
import io.sparkrnn.data.Missing;
import io.sparkrnn.data.Readings;
import io.sparkrnn.data.SequenceColumns;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.Shard;
import io.sparkrnn.spark.jobs.SparkJobException;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is written is read, or its damage is found. */
class ShardFileTest {
  private static final Optional<byte[]> PLAIN = Optional.empty();
  private static final Optional<byte[]> ENCRYPTED = Optional.of(new byte[16]);

  @TempDir private Path temp;

  static List<Optional<byte[]>> keys() {
    return List.of(PLAIN, ENCRYPTED);
  }

  private static SequenceDataset images(int count) {
    byte[] pixels = new byte[count * 12];
    new SplittableRandom(2).nextBytes(pixels);
    return SequenceDataset.ofBytes(pixels, new byte[count], 4, 3, 2);
  }

  /** Of lengths from 1 to 8, or all of 8. */
  private static SequenceDataset sequences(int count, boolean equal) {
    SplittableRandom random = new SplittableRandom(1);
    int[] lengths = random.ints(count, equal ? 8 : 1, 9).toArray();
    int steps = Arrays.stream(lengths).sum();
    SequenceColumns columns =
        equal ? SequenceColumns.ofEqualLengths(count, 8) : SequenceColumns.ofLengths(lengths);
    return columns
        .dense(floats(random, 2 * steps), 2, Missing.REFUSE)
        .ids(random.ints(steps, 0, 50).toArray())
        .statics(floats(random, 3 * count), 3)
        .labels(random.ints(steps, 0, 4).toArray(), 4, Readings.EVERY_STEP)
        .weights(floats(random, steps))
        .dataset();
  }

  private static float[] floats(SplittableRandom random, int count) {
    float[] floats = new float[count];
    for (int i = 0; i < count; i++) {
      floats[i] = (float) random.nextDouble();
    }
    return floats;
  }

  static List<SequenceDataset> kinds() {
    SequenceDataset targets =
        SequenceColumns.ofEqualLengths(70, 1)
            .dense(floats(new SplittableRandom(3), 70), 1, Missing.REFUSE)
            .targets(floats(new SplittableRandom(4), 140), 2, Readings.ONE)
            .dataset();
    return List.of(images(70), sequences(70, true), sequences(70, false), targets);
  }

  private File write(Optional<byte[]> key, SequenceDataset... parts) throws IOException {
    File file = temp.resolve("shard-" + System.nanoTime()).toFile();
    try (ShardWriter writer = new ShardWriter(file, key)) {
      for (SequenceDataset part : parts) {
        writer.add(part);
      }
      writer.finish(7);
    }
    return file;
  }

  private static ShardFile open(File file, Optional<byte[]> key) throws IOException {
    return ShardFile.open(file, 7, key, () -> {});
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void minibatchesAreThoseOfTheDataset(SequenceDataset data) throws IOException {
    int[] order = IntStream.range(0, data.size()).map(i -> i * 27 % data.size()).toArray();
    for (Optional<byte[]> key : keys()) {
      try (ShardFile shard = open(write(key, data), key)) {
        assertThat(shard.size()).isEqualTo(data.size());
        assertThat(shard.summary())
            .as("the same in memory")
            .isEqualTo(ShardSummary.of(new Shard(7, data)));
        assertThat(shard.hasEqualLengths()).isEqualTo(data.hasEqualLengths());
        for (int first = 0; first < order.length; first += 16) {
          int count = Math.min(16, order.length - first);
          assertThat(shard.take(order, first, count).sha256())
              .isEqualTo(data.take(order, first, count).sha256());
        }
        // Back, and another length: what was read ahead is not what is asked for.
        assertThat(shard.take(order, 3, 5).sha256()).isEqualTo(data.take(order, 3, 5).sha256());
        assertThat(shard.length(9)).isEqualTo(data.length(9));
        assertThat(shard.take(order, 0, 1).vocabulary(0)).isEqualTo(data.vocabulary(0));
      } catch (IndexOutOfBoundsException e) {
        assertThat(data.channels()).isZero();
      }
    }
  }

  @Test
  void theDigestIsOfTheSamplesInTheirOrder() throws IOException {
    SequenceDataset data = sequences(20, false);
    int[] numbers = IntStream.range(0, 20).toArray();
    String whole = summary(write(PLAIN, data)).sha256();
    SequenceDataset[] ones =
        IntStream.range(0, 20)
            .mapToObj(i -> data.take(numbers, i, 1))
            .toArray(SequenceDataset[]::new);
    assertThat(summary(write(PLAIN, ones)).sha256()).isEqualTo(whole);
    SequenceDataset first = ones[0];
    ones[0] = ones[1];
    ones[1] = first;
    assertThat(summary(write(PLAIN, ones)).sha256()).isNotEqualTo(whole);
    assertThatThrownBy(
            () ->
                summary(write(PLAIN, ones)).requireSame(List.of("", "", "", "", "", "", "", whole)))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("Cannot rebuild the shard of worker 7: expected SHA-256 " + whole);
  }

  private static ShardSummary summary(File file) throws IOException {
    try (ShardFile shard = open(file, PLAIN)) {
      return shard.summary();
    }
  }

  @Test
  void samplesOfOtherColumnsAreRefused() {
    assertThatThrownBy(() -> write(PLAIN, images(3), sequences(3, true)))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("Cannot keep samples together: expected ");
  }

  /** Any changed byte is found, when the file is opened or when its sample is read. */
  @ParameterizedTest
  @MethodSource("keys")
  void damageIsFound(Optional<byte[]> key) throws IOException {
    SequenceDataset data = sequences(9, false);
    File file = write(key, data);
    byte[] written = Files.readAllBytes(file.toPath());
    int[] order = IntStream.range(0, 9).toArray();
    int atOpening = 0;
    for (int at = 0; at < written.length; at++) {
      byte[] damaged = written.clone();
      damaged[at] ^= 16;
      Files.write(file.toPath(), damaged);
      AtomicInteger told = new AtomicInteger();
      try (ShardFile shard = ShardFile.open(file, 7, key, told::incrementAndGet)) {
        if (at < RecordSeal.SALT_BYTES) {
          // Without a key it stands for nothing.
          assertThat(shard.take(order, 0, 9).sha256()).isEqualTo(data.sha256());
          continue;
        }
        assertThatThrownBy(() -> shard.take(order, 0, 9))
            .as("byte %d", at)
            .isInstanceOf(SparkJobException.class)
            .hasMessageStartingWith("Cannot read the shard of worker 7: expected record ")
            .hasMessageContaining(file.getPath());
        assertThat(told).hasValue(1);
      } catch (IOException e) {
        atOpening++;
        assertThat(e).hasMessageContaining("as it was written, found other bytes");
      }
    }
    assertThat(atOpening).isPositive();
    for (int length : new int[] {0, 10, written.length - 1}) {
      Files.write(file.toPath(), Arrays.copyOf(written, length));
      assertThatThrownBy(() -> open(file, key)).isInstanceOf(IOException.class);
    }
  }

  @ParameterizedTest
  @MethodSource("keys")
  void recordsThatHaveChangedPlacesAreFound(Optional<byte[]> key) throws IOException {
    SequenceDataset data = images(4);
    File file = write(key, data);
    byte[] written = Files.readAllBytes(file.toPath());
    int record = 12 + 2 + RecordSeal.of(key, new byte[16]).overhead();
    byte[] first = Arrays.copyOfRange(written, 16, 16 + record);
    System.arraycopy(written, 16 + record, written, 16, record);
    System.arraycopy(first, 0, written, 16 + record, record);
    Files.write(file.toPath(), written);
    try (ShardFile shard = open(file, key)) {
      assertThatThrownBy(() -> shard.take(new int[] {0}, 0, 1))
          .isInstanceOf(SparkJobException.class);
      assertThat(shard.take(new int[] {2}, 0, 1).sha256())
          .isEqualTo(data.take(new int[] {2}, 0, 1).sha256());
    }
  }

  @Test
  void nothingOfSamplesCanBeReadInAnEncryptedFile() throws IOException {
    float value = 0.123456f;
    SequenceDataset data = SequenceDataset.ofFloats(new float[] {value}, new int[1], 1, 1, 1);
    String bytes =
        text(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(value).array());
    assertThat(text(Files.readAllBytes(write(PLAIN, data).toPath()))).contains(bytes);
    byte[] encrypted = Files.readAllBytes(write(ENCRYPTED, data).toPath());
    assertThat(text(encrypted)).doesNotContain(bytes);
    assertThat(Files.readAllBytes(write(ENCRYPTED, data).toPath()))
        .as("the same samples with another salt")
        .isNotEqualTo(encrypted);
    assertThatThrownBy(() -> open(write(ENCRYPTED, data), Optional.of(new byte[32])))
        .isInstanceOf(IOException.class);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
