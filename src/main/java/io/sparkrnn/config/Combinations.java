package io.sparkrnn.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Rules over several keys. */
final class Combinations {
  private static final List<Key<String>> FILES =
      List.of(Keys.TRAIN_IMAGES, Keys.TRAIN_LABELS, Keys.TEST_IMAGES, Keys.TEST_LABELS);

  private static final String DRIFTING =
      "data, arithmetic or keys outside of the section model, whose parameters would not fit";

  private Combinations() {}

  private static boolean mayDrift(String field) {
    return field.equals("data")
        || field.equals("arithmetic")
        || (Keys.find(field).isPresent() && !field.startsWith("model."));
  }

  /** A rule is not applied where a key in it is broken: its value is not the one that was meant. */
  static List<Problem> check(RunConfiguration run, Values values, Set<Key<?>> broken) {
    List<Problem> problems = new ArrayList<>();
    List<Key<String>> given = FILES.stream().filter(key -> !key.text(run).isEmpty()).toList();
    if (!given.isEmpty()) {
      for (Key<String> missing : FILES) {
        if (!given.contains(missing)) {
          problems.add(
              new Problem(
                  missing.path(), "", "expected a file beside " + given.get(0) + ", found none"));
        }
      }
      if (!values.isDefault(Keys.DATA_URI) && !broken.contains(Keys.DATA_URI)) {
        problems.add(
            new Problem(
                Keys.DATA_URI.path(),
                values.origin(Keys.DATA_URI),
                "expected one source of data, found this one and " + given.get(0)));
      }
    }
    if (run.run().resume()
        && run.run().dir().isEmpty()
        && Collections.disjoint(broken, List.of(Keys.RESUME, Keys.RUN_DIR))) {
      problems.add(
          new Problem(
              Keys.RESUME.path(),
              values.origin(Keys.RESUME),
              "expected a run to resume in " + Keys.RUN_DIR + ", found none"));
    }
    if (!broken.contains(Keys.ALLOW_DRIFT)) {
      run.run().allowDrift().stream()
          .filter(field -> !mayDrift(field))
          .map(
              field ->
                  new Problem(
                      Keys.ALLOW_DRIFT.path(),
                      values.origin(Keys.ALLOW_DRIFT),
                      "expected %s, found \"%s\"".formatted(DRIFTING, field)))
          .forEach(problems::add);
    }
    if (run.training().engine() == Engine.DL4J
        && run.training().firstEpochAveragingFrequency() != 0
        && Collections.disjoint(
            broken, List.of(Keys.ENGINE, Keys.FIRST_EPOCH_AVERAGING_FREQUENCY))) {
      problems.add(
          new Problem(
              Keys.FIRST_EPOCH_AVERAGING_FREQUENCY.path(),
              values.origin(Keys.FIRST_EPOCH_AVERAGING_FREQUENCY),
              "expected 0 with the engine dl4j, which averages every epoch alike, found "
                  + run.training().firstEpochAveragingFrequency()));
    }
    Stream.of(Keys.EARLY_STOPPING_EPOCHS, Keys.PLATEAU_EPOCHS)
        .filter(key -> !key.text(run).equals("0") && run.data().validation() == 0)
        .filter(key -> Collections.disjoint(broken, List.of(key, Keys.VALIDATION)))
        .map(
            key ->
                new Problem(
                    key.path(),
                    values.origin(key),
                    "expected samples to validate on in %s, found none".formatted(Keys.VALIDATION)))
        .forEach(problems::add);
    if (run.training().engine() == Engine.DL4J
        && run.schedule().plateauEpochs() != 0
        && Collections.disjoint(broken, List.of(Keys.ENGINE, Keys.PLATEAU_EPOCHS))) {
      problems.add(
          new Problem(
              Keys.PLATEAU_EPOCHS.path(),
              values.origin(Keys.PLATEAU_EPOCHS),
              "expected 0 with the engine dl4j, whose learning rate follows from the iteration alone, found "
                  + run.schedule().plateauEpochs()));
    }
    return problems;
  }
}
