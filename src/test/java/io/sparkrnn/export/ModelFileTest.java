package io.sparkrnn.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.model.ChannelScale;
import io.sparkrnn.model.Floats;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.model.TargetScale;
import io.sparkrnn.model.Vocabulary;
import io.sparkrnn.storage.FormatException;
import io.sparkrnn.storage.SectionFile;
import io.sparkrnn.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFileTest {
  private static final RnnTopology TOPOLOGY =
      new RnnTopology("small", Network.elman(3, 2, List.of(2), Activation.RELU, 2));

  @Test
  void bytesAreThoseOfTheGoldenFile() throws IOException {
    try (InputStream golden = ModelFileTest.class.getResourceAsStream("model-v1.srnn")) {
      assertThat(golden).isNotNull();
      assertThat(model().encode("run-7")).isEqualTo(golden.readAllBytes());
    }
  }

  @Test
  void theGoldenFileIsReadBack(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("model.srnn");
    try (InputStream golden = ModelFileTest.class.getResourceAsStream("model-v1.srnn")) {
      assertThat(golden).isNotNull();
      Files.write(file, golden.readAllBytes());
    }
    ModelFile read = ModelFile.read(Storage.of(Map.of()), file.toUri());

    assertThat(read.topology()).isEqualTo(TOPOLOGY);
    assertThat(read.parameters()).containsExactly(model().parameters());
    assertThat(read.provenance()).isEqualTo(model().provenance());
  }

  @Test
  void otherKindsOfFilesAreRefused() {
    byte[] checkpoint = SectionFile.encode("checkpoint", "run-7", Map.of());
    assertRefused(checkpoint, "Cannot read x.srnn: expected a model, found a checkpoint");
  }

  @Test
  void filesOfOthersAreSaidToBeForImport() {
    assertRefused(
        new byte[9],
        "Cannot read x.srnn: expected the magic SPARKRNN, found another byte at byte 0; import reads models of PyTorch (safetensors) and DL4J (zip)");
  }

  @Test
  void missingSectionsAreNamed() {
    Map<String, byte[]> sections = sections();
    sections.remove("parameters");
    assertRefused(
        encode(sections),
        "Cannot read x.srnn: expected a section 'parameters', found [topology, provenance]");
  }

  @Test
  void parametersMustFitTheTopology() {
    Map<String, byte[]> sections = sections();
    sections.put("parameters", Floats.toBytes(new float[15]));
    assertRefused(
        encode(sections),
        "Cannot read x.srnn: expected 16 parameters of 3 x 2 -> 2 relu -> 2, found 15");
    sections.put("parameters", new byte[63]);
    assertRefused(
        encode(sections), "Cannot read x.srnn: floats take a multiple of 4 bytes, found 63");
  }

  @Test
  void topologiesMustBeWhole() {
    Map<String, byte[]> sections = sections();
    sections.put("topology", "name=small\n".getBytes(StandardCharsets.UTF_8));
    byte[] bytes = encode(sections);
    assertThatThrownBy(() -> ModelFile.decode(bytes, "x.srnn"))
        .isInstanceOf(FormatException.class)
        .hasMessageStartingWith(
            "Cannot read x.srnn: expected [name, timeSteps, inputSize, hidden, activation, classes] of a topology, found [name]");
  }

  @Test
  void whatMayMeanSomethingIsNotIgnored() {
    Map<String, byte[]> sections = sections();
    sections.put("provenance", "java=17\nnonsense\n".getBytes(StandardCharsets.UTF_8));
    assertRefused(
        encode(sections),
        "Cannot read x.srnn: expected lines key=value with each key once, found \"nonsense\"");
    sections.put("provenance", "java=17\njava=18\n".getBytes(StandardCharsets.UTF_8));
    assertRefused(
        encode(sections),
        "Cannot read x.srnn: expected lines key=value with each key once, found \"java=18\" beside another java");
    sections = sections();
    sections.put("scale", new byte[4]);
    assertRefused(
        encode(sections),
        "Cannot read x.srnn: expected the sections topology, parameters and provenance, found [topology, parameters, provenance, scale]");
  }

  @Test
  void aModelMayHaveNoProvenance() {
    byte[] bytes = model().withProvenance(Map.of()).encode("run-7");
    assertThat(ModelFile.decode(bytes, "x.srnn").provenance()).isEmpty();
  }

  @Test
  void whatIsFittedOnATableComesBack() {
    Preparation preparation =
        new Preparation(
            List.of("x", "y"),
            new ChannelScale(List.of(1.5, -2.0), List.of(0.25, 1.0)),
            Map.of(),
            Vocabulary.NONE,
            List.of("no", "yes"),
            TargetScale.IDENTITY);
    ModelFile model =
        new ModelFile(
            TOPOLOGY, model().parameters(), model().provenance(), Optional.of(preparation));
    ModelFile read = ModelFile.decode(model.encode("run-7"), "x.srnn");
    assertThat(read.preparation()).contains(preparation);
    assertThat(read.computesAs(model)).isTrue();
    assertThat(read.computesAs(model())).isFalse();
    assertThat(read.withProvenance(Map.of()).preparation()).contains(preparation);
    assertThat(ModelFile.decode(model().encode("run-7"), "x.srnn").preparation()).isEmpty();
  }

  @Test
  void aPreparationIsReadStrictly() {
    Map<String, byte[]> sections = sections();
    sections.put("preparation", "preparation=2\n".getBytes(StandardCharsets.UTF_8));
    assertRefused(
        encode(sections), "Cannot read x.srnn: expected version 1 of a preparation, found \"2\"");
    sections.put("scale", new byte[4]);
    assertRefused(
        encode(sections),
        "Cannot read x.srnn: expected the sections topology, parameters and provenance, found [topology, parameters, provenance, preparation, scale]");
  }

  @Test
  void damageIsFound() {
    byte[] bytes = model().encode("run-7");
    bytes[bytes.length / 2] ^= 1;
    assertThatThrownBy(() -> ModelFile.decode(bytes, "x.srnn"))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("x.srnn");
  }

  private static void assertRefused(byte[] bytes, String message) {
    assertThatThrownBy(() -> ModelFile.decode(bytes, "x.srnn"))
        .isInstanceOf(FormatException.class)
        .hasMessage(message);
  }

  private static ModelFile model() {
    float[] parameters = new float[TOPOLOGY.network().parameterCount()];
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] = i * 0.5f - 3;
    }
    return new ModelFile(TOPOLOGY, parameters, Map.of("java", "17", "equation", "a=b"));
  }

  private static Map<String, byte[]> sections() {
    return new LinkedHashMap<>(SectionFile.decode(model().encode("run-7"), "x.srnn").sections());
  }

  private static byte[] encode(Map<String, byte[]> sections) {
    return SectionFile.encode("model", "run-7", sections);
  }
}
