package io.sparkrnn.registry;

import io.sparkrnn.export.ModelFile;
import java.util.Map;
import java.util.TreeMap;

/**
 * A trained model that is to become a version.
 *
 * @param runId the run that trained it; each run is decided once
 * @param configuration the texts of the run's configuration, by path of their keys
 */
public record Candidate(
    String runId, ModelFile model, DataSummary data, Map<String, String> configuration) {
  public Candidate {
    // Refuses what cannot be part of a file's name.
    new Version(1, runId);
    configuration = Map.copyOf(configuration);
  }

  /**
   * The version's file: the model with lines of provenance for its version, parent, data,
   * configuration and accuracy. No time is in it, so that equal arguments give equal bytes.
   */
  byte[] encode(Version version, String parent, Evidence evidence) {
    Map<String, String> lines = new TreeMap<>(model.provenance());
    lines.put(RegisteredModel.VERSION, version.name());
    lines.put("registry.parent", parent);
    lines.put("registry.samples", Long.toString(evidence.samples()));
    evidence
        .accuracy()
        .ifPresent(accuracy -> lines.put("registry.accuracy", Double.toString(accuracy)));
    evidence
        .score()
        .ifPresent(
            score -> {
              lines.put("registry.score", score.name() + " " + score.value());
              lines.put("registry.score-better", score.better());
            });
    for (int file = 0; file < data.files().size(); file++) {
      DataSummary.File described = data.files().get(file);
      lines.put("data." + (file + 1), described.sha256() + " " + described.name());
    }
    configuration.forEach((path, text) -> lines.put("configuration." + path, text));
    lines.replaceAll((name, text) -> text.replaceAll("\\R", " "));
    return model.withProvenance(lines).encode(runId);
  }
}
