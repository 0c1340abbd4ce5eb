package io.sparkrnn.export;

import static io.sparkrnn.export.SafetensorsFile.PREPARATION;
import static io.sparkrnn.export.SafetensorsFile.TOPOLOGY;

import io.sparkrnn.kernel.Network;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.model.RnnTopology;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Reads one safetensors file; messages are without its name, but for truncated ones. */
final class SafetensorsDecoder {
  private static final int MAX_MESSAGE = 300;

  private final SafetensorsContent content;
  private final Map<String, String> metadata;

  SafetensorsDecoder(byte[] bytes, String where) {
    content = new SafetensorsContent(bytes, where);
    metadata = content.metadata();
  }

  ModelFile model(SafetensorsFile.Missing missing) {
    TorchModules modules = new TorchModules(content.tensors());
    // What we wrote into the file, if it was us; else what was found.
    RnnTopology topology =
        metadata.containsKey(TOPOLOGY)
            ? RnnTopology.decode(metadata.get(TOPOLOGY))
            : new RnnTopology(SafetensorsFile.FOREIGN, modules.network(missing));
    float[] parameters = modules.parameters(topology.network());
    Optional<Preparation> preparation =
        Optional.ofNullable(metadata.get(PREPARATION)).map(PreparationJson::decode);
    preparation.ifPresent(fitted -> requireOf(topology.network(), fitted));
    return new ModelFile(topology, parameters, provenance(), preparation);
  }

  /** There are no checksums: ids and classes that the network has not would fail much later. */
  private static void requireOf(Network network, Preparation fitted) {
    int tokens = fitted.vocabulary().size();
    boolean readable =
        tokens == 0
            || network.input().categorical().size() == 1
                && network.input().categorical().get(0).vocabulary() == tokens;
    int classes = fitted.classes().size();
    if (!readable || classes != 0 && classes != network.classes()) {
      throw new IllegalArgumentException(
          "expected a preparation for the network, found one of %d ids and %d classes"
              .formatted(tokens, classes));
    }
  }

  private Map<String, String> provenance() {
    Map<String, String> lines = new TreeMap<>();
    metadata.forEach(
        (name, value) -> {
          if (!name.equals(TOPOLOGY)
              && !name.equals(PREPARATION)
              && !name.contains("=")
              && (name + value).chars().noneMatch(Character::isISOControl)) {
            lines.put(name, value);
          }
        });
    return lines;
  }

  /** What a file says, as far as it has room in one line of a message. */
  static String oneLine(String text) {
    String line = text.replaceAll("\\p{Cntrl}", "?");
    return line.length() > MAX_MESSAGE ? line.substring(0, MAX_MESSAGE) + "..." : line;
  }
}
