package io.sparkrnn.export;

import io.sparkrnn.model.Floats;
import io.sparkrnn.model.ImageClasses;
import io.sparkrnn.model.KeyValueLines;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.storage.CorruptFileException;
import io.sparkrnn.storage.ForeignFileException;
import io.sparkrnn.storage.FormatException;
import io.sparkrnn.storage.SectionFile;
import io.sparkrnn.storage.Storage;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A trained model as a data-only file: a {@link SectionFile} of kind {@code model} with sections
 * {@code topology}, {@code parameters} (little-endian floats in flat order) and {@code provenance}
 * ({@code key=value} lines), and of tables {@code preparation}.
 *
 * @param provenance what it was made with, by name
 * @param preparation what becomes of the rows of a table; empty for images
 */
public record ModelFile(
    RnnTopology topology,
    float[] parameters,
    Map<String, String> provenance,
    Optional<Preparation> preparation) {
  private static final String KIND = "model";
  private static final int SECTIONS = 3;
  private static final String PREPARATION = "preparation";

  /** Of images. */
  public ModelFile(RnnTopology topology, float[] parameters, Map<String, String> provenance) {
    this(topology, parameters, provenance, Optional.empty());
  }

  /** What classes are called, in their order; none where they are numbers. */
  public List<String> classNames() {
    return preparation.map(Preparation::classes).orElseGet(() -> ImageClasses.read(provenance));
  }

  /** A copy with another provenance. */
  public ModelFile withProvenance(Map<String, String> lines) {
    return new ModelFile(topology, parameters, lines, preparation);
  }

  /** Whether another model computes the same, whatever it was made with. */
  public boolean computesAs(ModelFile other) {
    return topology.equals(other.topology)
        && Arrays.equals(parameters, other.parameters)
        && preparation.equals(other.preparation);
  }

  /**
   * The file's bytes; equal models give equal bytes.
   *
   * @throws IllegalArgumentException for a provenance that would not be read back: a name with an
   *     equals sign, or a line break anywhere
   */
  public byte[] encode(String runId) {
    provenance.forEach(
        (name, value) -> {
          if (name.contains("=") || (name + value).chars().anyMatch(c -> c == '\n' || c == '\r')) {
            throw new IllegalArgumentException(
                "expected provenance of one line each, found \"%s=%s\"".formatted(name, value));
          }
        });
    Map<String, byte[]> sections = new LinkedHashMap<>();
    sections.put("topology", topology.encode().getBytes(StandardCharsets.UTF_8));
    sections.put("parameters", Floats.toBytes(parameters));
    sections.put(
        "provenance",
        new TreeMap<>(provenance)
            .entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining("\n", "", "\n"))
                .getBytes(StandardCharsets.UTF_8));
    preparation.ifPresent(
        fitted -> sections.put(PREPARATION, fitted.encode().getBytes(StandardCharsets.UTF_8)));
    return SectionFile.encode(KIND, runId, sections);
  }

  /** Reads a model from anywhere. */
  public static ModelFile read(Storage storage, URI file) {
    return decode(storage.read(file, Storage.MAX_FILE_BYTES), Storage.describe(file));
  }

  /**
   * The model in a file's bytes.
   *
   * @param where names the file in messages
   * @throws FormatException if it is damaged or no model
   */
  public static ModelFile decode(byte[] bytes, String where) {
    SectionFile file;
    try {
      file = SectionFile.decode(bytes, where);
    } catch (ForeignFileException e) {
      throw new ForeignFileException(
          e.getMessage() + "; import reads models of PyTorch (safetensors) and DL4J (zip)");
    }
    file.requireKind(KIND);
    try {
      RnnTopology topology = RnnTopology.decode(text(file, "topology"));
      float[] parameters = Floats.fromBytes(file.section("parameters"));
      if (parameters.length != topology.parameterCount()) {
        throw new IllegalArgumentException(
            "expected %d parameters of %s, found %d"
                .formatted(topology.parameterCount(), topology.summary(), parameters.length));
      }
      boolean prepared = file.sections().containsKey(PREPARATION);
      if (file.sections().size() > SECTIONS + (prepared ? 1 : 0)) {
        throw new IllegalArgumentException(
            "expected the sections topology, parameters and provenance, found "
                + file.sections().keySet());
      }
      // Without provenance there is an empty line.
      String provenance = text(file, "provenance");
      Map<String, String> lines = provenance.isBlank() ? Map.of() : KeyValueLines.parse(provenance);
      return new ModelFile(
          topology,
          parameters,
          lines,
          prepared ? Optional.of(Preparation.decode(text(file, PREPARATION))) : Optional.empty());
    } catch (IllegalArgumentException e) {
      throw new CorruptFileException("Cannot read %s: %s".formatted(where, e.getMessage()));
    }
  }

  private static String text(SectionFile file, String section) {
    return new String(file.section(section), StandardCharsets.UTF_8);
  }
}
