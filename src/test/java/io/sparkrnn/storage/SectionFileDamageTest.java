package io.sparkrnn.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.Mutations;
import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.train.StateSections;
import io.sparkrnn.train.TrainingState;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Every damage of a checkpoint with a run's sections is found and called by its name. */
class SectionFileDamageTest {
  private static final long SEED = 1;
  private static final int MUTATIONS = 10_000;

  private static final byte[] CHECKPOINT = checkpoint(420);
  private static final byte[] LATER_CHECKPOINT = checkpoint(840);

  @Test
  void everyChangeOfOneByteIsFound() {
    Mutations random = new Mutations(SEED);
    Sweep sweep = new Sweep(SectionFileDamageTest::read);
    for (int at = 0; at < CHECKPOINT.length; at++) {
      for (int mask : new int[] {1, 2, 4, 8, 16, 32, 64, 0x80, 0xff, 1 + random.below(255)}) {
        byte[] damaged = CHECKPOINT.clone();
        damaged[at] ^= (byte) mask;
        sweep.add(damaged, "byte %d changed by 0x%02x".formatted(at, mask));
      }
    }
    sweep.print("one byte changed");

    assertThat(sweep.undetected).isEmpty();
    int inMagic = 10 * SectionFile.MAGIC.length;
    assertThat(sweep.detected)
        .containsExactly(
            Map.entry("CorruptFileException", 10 * CHECKPOINT.length - inMagic),
            Map.entry("ForeignFileException", inMagic));
  }

  @Test
  void everyTruncationIsFound() {
    Sweep sweep = new Sweep(SectionFileDamageTest::read);
    for (int length = 0; length < CHECKPOINT.length; length++) {
      sweep.add(Arrays.copyOf(CHECKPOINT, length), "cut to " + length);
    }
    sweep.print("truncated");

    assertThat(sweep.undetected).isEmpty();
    assertThat(sweep.detected)
        .containsExactly(Map.entry("TruncatedFileException", CHECKPOINT.length));
  }

  @Test
  void everyExtensionIsFound() {
    Mutations random = new Mutations(SEED);
    Sweep sweep = new Sweep(SectionFileDamageTest::read);
    sweep.add(Mutations.concat(CHECKPOINT, CHECKPOINT), "followed by itself");
    sweep.add(Mutations.concat(CHECKPOINT, LATER_CHECKPOINT), "followed by another");
    for (int length = 1; length <= 1000; length++) {
      sweep.add(
          Mutations.concat(CHECKPOINT, random.randomBytes(length)), length + " random bytes more");
      sweep.add(Arrays.copyOf(CHECKPOINT, CHECKPOINT.length + length), length + " zeros more");
    }
    sweep.print("extended");

    assertThat(sweep.undetected).isEmpty();
    assertThat(sweep.detected).containsExactly(Map.entry("TrailingBytesException", 2002));
  }

  @Test
  void randomDamageIsFound() {
    Sweep sweep = randomSweep(SectionFileDamageTest::read);
    sweep.print("random damage, seed " + SEED);

    assertThat(sweep.undetected).isEmpty();
    assertThat(sweep.detected).hasSize(4);
    assertThat(sweep.detected.values().stream().mapToInt(Integer::intValue).sum())
        .isEqualTo(MUTATIONS - sweep.unchanged)
        .isGreaterThan(9 * MUTATIONS / 10);
  }

  @Test
  void aReaderThatIgnoresCorruptionIsCaught() {
    Sweep sweep =
        randomSweep(
            bytes -> {
              try {
                read(bytes);
              } catch (CorruptFileException e) {
                // The planted fault.
              }
            });

    assertThat(sweep.undetected).hasSizeGreaterThan(1000);
  }

  /** Nothing but the checksums stands between a changed content and its use. */
  @Test
  void theSameChangesUnderNewChecksumsAreContent() {
    ByteBuffer in = ByteBuffer.wrap(CHECKPOINT).order(ByteOrder.LITTLE_ENDIAN).position(12);
    skipString(in);
    skipString(in);
    int count = in.getInt();
    in.getInt();
    for (int index = 0; index < count; index++) {
      int start = in.position();
      String name = skipString(in);
      int length = Math.toIntExact(in.getLong());
      int content = in.position();
      for (int at = 0; at < length; at++) {
        byte[] changed = CHECKPOINT.clone();
        changed[content + at] ^= 1;
        seal(changed, start, content + length);

        assertThat(SectionFile.decode(changed, "x").section(name))
            .isEqualTo(Arrays.copyOfRange(changed, content, content + length));
      }
      in.position(content + length + Integer.BYTES);
    }
  }

  private static Sweep randomSweep(Consumer<byte[]> reader) {
    Mutations mutations = new Mutations(SEED);
    Sweep sweep = new Sweep(reader);
    for (int number = 0; number < MUTATIONS; number++) {
      sweep.add(mutations.damage(CHECKPOINT, LATER_CHECKPOINT), "mutation " + number);
    }
    return sweep;
  }

  private static void read(byte[] bytes) {
    SectionFile.decode(bytes, "x").requireKind("checkpoint");
  }

  private static String skipString(ByteBuffer in) {
    byte[] text = new byte[in.getInt()];
    in.get(text);
    return new String(text, UTF_8);
  }

  private static void seal(byte[] bytes, int sectionStart, int crcAt) {
    ByteBuffer out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(crcAt, SectionFile.crc32c(bytes, sectionStart, crcAt));
    int digest = bytes.length - 32;
    out.put(digest, SectionFile.sha256(bytes, digest));
  }

  /** As a run writes it. */
  private static byte[] checkpoint(int round) {
    RnnTopology topology =
        new RnnTopology("small", Network.elman(3, 2, List.of(2), Activation.RELU, 2));
    float[] parameters = new float[topology.parameterCount()];
    float[] updaterState = new float[2 * parameters.length];
    Arrays.fill(parameters, round / 7f);
    Arrays.fill(updaterState, round / 11f);
    Map<String, byte[]> sections = new LinkedHashMap<>();
    sections.put(
        "checkpoint.round",
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(round).array());
    sections.putAll(
        StateSections.of(
            new TrainingState(parameters, updaterState, round, 3, 0, 5L * round, 0.25, 60_000)));
    sections.put("topology", topology.encode().getBytes(UTF_8));
    sections.put("configuration", ConfigurationLoader.defaults().render().getBytes(UTF_8));
    sections.put("data", ("0123456789abcdef".repeat(4) + "\n").repeat(4).getBytes(UTF_8));
    sections.put("arithmetic", "1".getBytes(UTF_8));
    sections.put("provenance", "java=17\nspark-rnn=1.0\n".getBytes(UTF_8));
    return SectionFile.encode("checkpoint", "3f8a2c", sections);
  }

  /** What a reader says to damaged checkpoints. */
  private static final class Sweep {
    final Map<String, Integer> detected = new TreeMap<>();
    final List<String> undetected = new ArrayList<>();
    int unchanged;
    private final Consumer<byte[]> reader;

    Sweep(Consumer<byte[]> reader) {
      this.reader = reader;
    }

    void add(byte[] damaged, String what) {
      if (Arrays.equals(damaged, CHECKPOINT) || Arrays.equals(damaged, LATER_CHECKPOINT)) {
        unchanged++;
        return;
      }
      try {
        reader.accept(damaged);
        undetected.add(what);
      } catch (FormatException e) {
        detected.merge(e.getClass().getSimpleName(), 1, Integer::sum);
      }
    }

    void print(String what) {
      System.out.printf(
          "Checkpoint of %d bytes, %s: %s, %d unchanged, %d undetected%n",
          CHECKPOINT.length, what, detected, unchanged, undetected.size());
    }
  }
}
