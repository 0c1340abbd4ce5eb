package io.sparkrnn.cli;

import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.Key;
import io.sparkrnn.config.Keys;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.config.TaskName;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.run.RunDirectory;
import io.sparkrnn.storage.Storage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How a table is read for a model that was trained on one: as its run says, if there is a run
 * directory, else as flags say; what was fitted in training is the model's own.
 */
final class ModelTable {
  private static final String TASK = "model.task";
  private static final String SCORE = "training.score";

  private static final int MOST_NAMES = 20;

  /** The keys of what a network reads; that of features is each command's own. */
  static final List<Key> INPUTS =
      keys(
          "table.format",
          "table.query",
          "table.inputs",
          "table.text",
          "table.statics",
          "table.missing");

  /** Those of what it is tested on, besides. */
  static final List<Key> TEST =
      keys(TASK, "table.test", "table.features", "table.label", "table.targets", "table.weight");

  /** Those of series. */
  static final List<Key> SERIES =
      keys(
          "table.series",
          "table.time",
          "table.window-steps",
          "table.horizon-steps",
          "table.known-ahead");

  private ModelTable() {}

  private static List<Key> keys(String... paths) {
    return Stream.of(paths).map(Keys::of).toList();
  }

  /**
   * The texts of a configuration that reads tables for a model.
   *
   * @param location of the model, perhaps its run directory
   * @param given what a file and flags say overrides what the run says
   * @param flags those of them that were given as flags
   */
  static Map<String, String> texts(
      Storage storage,
      String location,
      ModelFile model,
      RunConfiguration given,
      Map<String, String> flags) {
    Preparation preparation = model.preparation().orElseThrow();
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put(TASK, task(model.topology().network(), preparation).toString());
    RunDirectory.configuration(storage, location)
        .filter(run -> run.table().isGiven())
        .ifPresent(run -> texts.putAll(saidOfTables(run)));
    texts.putAll(saidOfTables(given));
    texts.putAll(flags);
    texts.put("table.tokens", preparation.vocabulary().unit().toString());
    texts.put("table.target-transform", preparation.targets().log1p() ? "log1p" : "");
    return texts;
  }

  /** What is not as the defaults say. */
  private static Map<String, String> saidOfTables(RunConfiguration configuration) {
    RunConfiguration defaults = ConfigurationLoader.defaults();
    Map<String, String> texts = new LinkedHashMap<>();
    for (Key key : Keys.all()) {
      boolean ofTables =
          List.of(TASK, SCORE).contains(key.path()) || key.path().startsWith("table.");
      if (ofTables && !key.text(configuration).equals(key.text(defaults))) {
        texts.put(key.path(), key.text(configuration));
      }
    }
    return texts;
  }

  /** What a network can have been trained to do. */
  static TaskName task(Network network, Preparation preparation) {
    if (!network.head().loss().ofClasses()) {
      return TaskName.REGRESS;
    }
    if (network.head().reads() != Reads.EVERY) {
      return TaskName.CLASSIFY;
    }
    // Whose classes are its tokens.
    return preparation.classes().isEmpty()
            && preparation.features().isEmpty()
            && network.classes() == preparation.vocabulary().size()
        ? TaskName.LANGUAGE_MODEL
        : TaskName.LABEL_STEPS;
  }

  /** Names of classes with their numbers, as many as a person reads. */
  static String numbered(List<String> classes) {
    return IntStream.range(0, Math.min(classes.size(), MOST_NAMES))
        .mapToObj(number -> number + " " + classes.get(number))
        .collect(Collectors.joining(", ", "", classes.size() > MOST_NAMES ? ", ..." : ""));
  }
}
