package io.sparkrnn.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkrnn.storage.CorruptFileException;
import io.sparkrnn.storage.ForeignFileException;
import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.SectionFile;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.train.StateSections;
import io.sparkrnn.train.TrainingState;
import io.sparkrnn.train.VectorLayout;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint of version 1 is read, and written byte for byte, as ever. */
class CheckpointFormatTest {
  private static final String RUN = "20260101T000000Z-row-rnn-150-0000";
  private static final CheckpointEntry ENTRY =
      new CheckpointEntry(URI.create("file:///checkpoint-000000420.srnn"), 420, 0);

  /** Of a run with a moving average whose later epochs depend on the accuracies of earlier ones. */
  private static final TrainingState FOLLOWING =
      new TrainingState(
          new float[] {1f, -2.5f, 0.5f, -0f},
          new VectorLayout(2, 0, 2),
          420,
          2,
          230,
          2105,
          1234.5,
          29_440,
          List.of(0.5, 0.75));

  @TempDir private Path directory;

  @Test
  void givesTheSameBytesAsEver() throws IOException {
    byte[] encoded = CheckpointFile.encode(RUN, 420, OptionalDouble.of(0.9784), sections());

    assertThat(encoded).isEqualTo(golden("checkpoint-v1.srnn"));
  }

  @Test
  void readsTheGoldenFile() throws IOException {
    Checkpoint checkpoint = CheckpointFile.decode(golden("checkpoint-v1.srnn"), ENTRY, RUN);

    assertThat(checkpoint.round()).isEqualTo(420);
    assertThat(checkpoint.score()).hasValue(0.9784);
    assertThat(checkpoint.sections().keySet()).containsExactlyElementsOf(sections().keySet());
    TrainingState state = StateSections.read(checkpoint.sections(), "it");
    assertThat(state.parameters()).containsExactly(1f, -2.5f, 0.125f);
    assertThat(state.updaterState()).containsExactly(0f, 1e-8f, 3f, 4f, 5f, Float.MIN_VALUE);
    assertThat(state.round()).isEqualTo(420);
    assertThat(state.epoch()).isEqualTo(2);
    assertThat(state.minibatch()).isEqualTo(230);
    assertThat(state.iteration()).isEqualTo(2105);
    assertThat(state.epochLossSum()).isEqualTo(1234.5);
    assertThat(state.epochSamples()).isEqualTo(29_440);
  }

  @Test
  void whatOnlySomeRunsKeepHasSectionsOfItsOwn() throws IOException {
    byte[] golden = golden("checkpoint-v1-following.srnn");
    Map<String, byte[]> sections = new LinkedHashMap<>(StateSections.of(FOLLOWING));
    put(sections, "initialParametersSha256", "00ff");

    assertThat(CheckpointFile.encode(RUN, 420, OptionalDouble.of(0.75), sections))
        .isEqualTo(golden);
    Checkpoint checkpoint = CheckpointFile.decode(golden, ENTRY, RUN);
    assertThat(checkpoint.sections().keySet())
        .containsExactly(
            "parameters",
            "updaterState",
            "counters",
            "movingAverage",
            "accuracies",
            "initialParametersSha256");
    TrainingState state = StateSections.read(checkpoint.sections(), "it");
    assertThat(state.movingAverage()).containsExactly(0.5f, -0f);
    assertThat(state.merits()).containsExactly(0.5, 0.75);
  }

  @Test
  void otherRunsHaveNone() throws IOException {
    Checkpoint checkpoint = CheckpointFile.decode(golden("checkpoint-v1.srnn"), ENTRY, RUN);

    TrainingState state = StateSections.read(checkpoint.sections(), "it");
    assertThat(state.movingAverage()).isEmpty();
    assertThat(state.merits()).isEmpty();
  }

  @Test
  void averagesAndAccuraciesOfOtherSizesAreTold() {
    Map<String, byte[]> sections = new LinkedHashMap<>(StateSections.of(FOLLOWING));
    sections.put("movingAverage", new byte[12]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StateSections.read(sections, "it"))
        .withMessage(
            "Cannot resume from it: expected a moving average of 2 parameters, found one of 3");
    sections.remove("movingAverage");
    sections.put("accuracies", new byte[12]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StateSections.read(sections, "it"))
        .withMessage("Cannot resume from it: expected accuracies of 8 bytes each, found 12 bytes");
  }

  @Test
  void theStoreReadsTheGoldenFile() throws IOException {
    Path file = directory.resolve("checkpoints/checkpoint-000000420.srnn");
    Files.createDirectories(file.getParent());
    Files.write(file, golden("checkpoint-v1.srnn"));
    CheckpointStore store =
        CheckpointStore.open(
            Storage.of(Map.of()), Locations.uri(directory.toString()), RUN, 3, Retry.NEVER);

    assertThat(store.latest().orElseThrow().round()).isEqualTo(420);
    assertThat(store.takeWarnings()).isEmpty();
  }

  @Test
  void otherKindsRoundsAndSizesAreTold() {
    assertThatThrownBy(() -> decode(SectionFile.encode("model", RUN, sections())))
        .isExactlyInstanceOf(ForeignFileException.class);
    assertThatThrownBy(() -> decode(SectionFile.encode("checkpoint", RUN, sections())))
        .isExactlyInstanceOf(CorruptFileException.class)
        .hasMessageContaining("expected a section 'checkpoint.round'");
    assertThatThrownBy(
            () ->
                decode(
                    SectionFile.encode("checkpoint", RUN, Map.of("checkpoint.round", new byte[7]))))
        .isExactlyInstanceOf(CorruptFileException.class)
        .hasMessageContaining("expected a number of 8 bytes, found 7");
    assertThatThrownBy(
            () -> decode(CheckpointFile.encode(RUN, 421, OptionalDouble.empty(), sections())))
        .isExactlyInstanceOf(CorruptFileException.class)
        .hasMessageContaining("expected round 420 as in its name, found round 421");
  }

  private static void decode(byte[] bytes) {
    CheckpointFile.decode(bytes, ENTRY, RUN);
  }

  private static byte[] golden(String name) throws IOException {
    try (InputStream in = CheckpointFormatTest.class.getResourceAsStream(name)) {
      assertThat(in).isNotNull();
      return in.readAllBytes();
    }
  }

  private static Map<String, byte[]> sections() {
    TrainingState state =
        new TrainingState(
            new float[] {1f, -2.5f, 0.125f},
            new float[] {0f, 1e-8f, 3f, 4f, 5f, Float.MIN_VALUE},
            420,
            2,
            230,
            2105,
            1234.5,
            29_440);
    Map<String, byte[]> sections = new LinkedHashMap<>(StateSections.of(state));
    put(sections, "schedule", "name=cosine\nnextRate=0.0017\ntotalIterations=4690\n");
    put(sections, "validation", "accuracy=0.9784\nloss=0.0712\nsamples=5000\n");
    put(sections, "topology", "a topology");
    put(sections, "configuration", "training { epochs = 5 }\n");
    put(sections, "data", "00ff\n11ee\n");
    put(sections, "arithmetic", "1");
    put(sections, "provenance", "sparkRnn=0.1.0\nkernels=vector kernels, 512 bits\ncpu=a CPU\n");
    put(sections, "drift", "");
    return sections;
  }

  private static void put(Map<String, byte[]> sections, String name, String text) {
    sections.put(name, text.getBytes(UTF_8));
  }
}
