package io.sparkrnn.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Rules over several keys. */
final class Combinations {
  private static final List<Key> FILES =
      List.of(Keys.TRAIN_IMAGES, Keys.TRAIN_LABELS, Keys.TEST_IMAGES, Keys.TEST_LABELS);

  /** What is done with images alone. */
  private static final List<Key> OF_IMAGES =
      Stream.of("data.label-offset", "data.resize", "data.transpose", "data.invert", "data.scale")
          .map(Keys::of)
          .toList();

  private static final Key RESIZE = Keys.of("data.resize");
  private static final Key FIRST_EPOCH = Keys.of("training.first-epoch-averaging-frequency");
  private static final Key FREQUENCY = Keys.of("training.averaging-frequency");
  private static final Key SHIFT = Keys.of("training.shift-pixels");
  private static final Key UPDATER = Keys.of("updater.name");
  private static final Key AVERAGING = Keys.of("training.averaging");
  private static final Key MOST_MINIBATCHES = Keys.of("training.most-minibatches");
  private static final Key MOST_EPOCHS = Keys.of("training.most-epochs");
  private static final Key EARLY_STOPPING = Keys.of("training.early-stopping-epochs");
  private static final Key SCHEDULE = Keys.of("schedule.name");
  private static final Key WARM_UP = Keys.of("schedule.warm-up-iterations");
  private static final Key MOMENTUM_AT_PEAK = Keys.of("schedule.momentum-at-peak");
  private static final Key PLATEAUS = Keys.of("schedule.plateau-epochs");
  private static final Key VALIDATION = Keys.of("data.validation");
  private static final Key KEEP_BEST = Keys.of("training.keep-best");
  private static final Key LOSS = Keys.of("model.loss");
  private static final Key TRAIN_TABLE = Keys.of("table.train");
  private static final Key TEST_TABLE = Keys.of("table.test");
  private static final Key TEST_FROM = Keys.of("table.test-from");

  private static final String DRIFTING =
      "data, arithmetic or keys outside of the section model, whose parameters would not fit";

  private final RunConfiguration run;
  private final Values values;
  private final Set<Key> broken;
  private final List<Key> ofCommand;
  private final List<Problem> problems = new ArrayList<>();

  private Combinations(RunConfiguration run, Values values, Set<Key> broken, List<Key> ofCommand) {
    this.run = run;
    this.values = values;
    this.broken = broken;
    this.ofCommand = ofCommand;
  }

  static List<Problem> check(
      RunConfiguration run, Values values, Set<Key> broken, List<Key> ofCommand) {
    Combinations combinations = new Combinations(run, values, broken, ofCommand);
    combinations.checkFiles();
    combinations.checkResize();
    combinations.checkTables();
    combinations.checkRun();
    combinations.checkSchedule();
    combinations.checkValidation();
    return combinations.problems;
  }

  private void checkFiles() {
    List<Key> given = FILES.stream().filter(this::isGiven).toList();
    if (given.isEmpty()) {
      return;
    }
    // Labels may be with the images, but then those of both.
    boolean labels = given.contains(Keys.TRAIN_LABELS) || given.contains(Keys.TEST_LABELS);
    boolean trains = ofCommand.contains(Keys.TRAIN_IMAGES);
    for (Key missing : FILES) {
      boolean needed =
          (labels || missing == Keys.TRAIN_IMAGES || missing == Keys.TEST_IMAGES)
              && (trains || missing == Keys.TEST_IMAGES || missing == Keys.TEST_LABELS);
      if (needed && !given.contains(missing)) {
        problems.add(
            new Problem(
                missing.path(), "", "expected a file beside " + given.get(0) + ", found none"));
      }
    }
    if (!values.isDefault(Keys.DATA_URI)) {
      report(
          List.of(Keys.DATA_URI),
          "expected one source of data, found this one and " + given.get(0));
    }
  }

  private void checkResize() {
    int numbers = run.data().resize().size();
    if (numbers != 0 && numbers != 2) {
      report(
          List.of(RESIZE), "expected two numbers, rows and columns, found %d".formatted(numbers));
    }
  }

  private void checkTables() {
    boolean tables = run.table().isGiven();
    // What does not train has no key for a training table.
    boolean asksForOne = ofCommand.contains(TRAIN_TABLE);
    for (Key key : Keys.all()) {
      if (asksForOne && key.isOf(TableConfiguration.class) && !tables && !values.isDefault(key)) {
        report(
            List.of(key, TRAIN_TABLE),
            "expected a table of training sequences beside it in %s, found none"
                .formatted(TRAIN_TABLE));
      }
    }
    if (!tables) {
      return;
    }
    if (!values.isDefault(Keys.DATA_URI) || run.data().hasExplicitFiles()) {
      report(
          List.of(TRAIN_TABLE), "expected one source of data, found this one and " + Keys.DATA_URI);
    }
    if (!values.isDefault(Keys.MODEL_NAME)) {
      report(
          List.of(Keys.MODEL_NAME),
          "expected no model of the zoo beside tables, whose network model.cell and model.hidden describe, found \"%s\""
              .formatted(run.model().name()));
    }
    boolean ofClasses =
        Set.of(TaskName.CLASSIFY, TaskName.LABEL_STEPS, TaskName.LANGUAGE_MODEL)
            .contains(run.model().task());
    if (ofClasses && isGiven(LOSS)) {
      report(
          List.of(LOSS),
          "expected none for the task %s, whose loss is cross-entropy, found %s"
              .formatted(run.model().task(), run.model().loss()));
    }
    if (run.table().test().isEmpty() && run.table().testFrom().isEmpty()) {
      report(
          List.of(TEST_TABLE),
          "expected a table to test on, or where the test part begins in %s, found neither"
              .formatted(TEST_FROM));
    }
    refuseWithDl4j(TRAIN_TABLE, "which trains on images");
    for (Key key : OF_IMAGES) {
      if (!values.isDefault(key)) {
        report(List.of(key), "expected none beside tables, found " + key.text(run));
      }
    }
    if (isGiven(SHIFT)) {
      report(
          List.of(SHIFT),
          "expected 0 beside tables, whose sequences are no images, found " + SHIFT.text(run));
    }
  }

  private void checkRun() {
    if (run.run().resume() && !isGiven(Keys.RUN_DIR)) {
      report(
          List.of(Keys.RESUME, Keys.RUN_DIR),
          "expected a run to resume in " + Keys.RUN_DIR + ", found none");
    }
    for (String field : run.run().allowDrift()) {
      if (!mayDrift(field)) {
        report(List.of(Keys.ALLOW_DRIFT), "expected %s, found \"%s\"".formatted(DRIFTING, field));
      }
    }
    refuseWithDl4j(FIRST_EPOCH, "which averages every epoch alike");
    refuseWithDl4j(MOST_MINIBATCHES, "which takes all of them");
    refuseWithDl4j(SHIFT, "which takes images as they are");
    checkAveraging();
  }

  private void checkAveraging() {
    if (run.training().engine() == Engine.DL4J && run.averaging() == Averaging.GRADIENTS) {
      report(
          List.of(AVERAGING, Keys.ENGINE),
          "expected auto or parameters with the engine dl4j, which averages nothing else, found gradients");
    }
    if (run.training().engine() == Engine.DL4J && run.updater().name() == UpdaterName.MUON) {
      report(
          List.of(UPDATER, Keys.ENGINE),
          "expected an updater of DL4J's with the engine dl4j, found muon");
    }
    for (Key key : List.of(FREQUENCY, FIRST_EPOCH)) {
      if (run.averaging() == Averaging.GRADIENTS && !values.isDefault(key)) {
        report(
            List.of(key, AVERAGING),
            "expected parameters in %s beside it, found %s, which with %d workers averages gradients every iteration"
                .formatted(AVERAGING, run.training().averaging(), run.training().workers()));
      }
    }
  }

  private void checkSchedule() {
    if (run.schedule().name() == ScheduleName.ONE_CYCLE && isGiven(WARM_UP)) {
      report(
          List.of(WARM_UP, SCHEDULE),
          "expected 0 with the schedule one-cycle, which begins with a rise of its own, found %s"
              .formatted(WARM_UP.text(run)));
    }
    refuseWithDl4j(MOMENTUM_AT_PEAK, "whose momentum does not change");
  }

  private void checkValidation() {
    for (Key key : List.of(EARLY_STOPPING, PLATEAUS, KEEP_BEST, MOST_EPOCHS)) {
      if (isGiven(key) && !run.validates()) {
        report(
            List.of(key, VALIDATION),
            "expected samples to validate on in %s, found none".formatted(VALIDATION));
      }
    }
    refuseWithDl4j(PLATEAUS, "whose learning rate follows from the iteration alone");
    refuseWithDl4j(MOST_EPOCHS, "whose schedule ends with training.epochs");
  }

  private static boolean mayDrift(String field) {
    return field.equals("data")
        || field.equals("arithmetic")
        || (Keys.find(field).isPresent() && !field.startsWith("model."));
  }

  /** Neither empty nor 0 nor false, which say that there is none, nor left to other settings. */
  private boolean isGiven(Key key) {
    return !Set.of("", "0", "0.0", "false", "auto").contains(key.text(run));
  }

  private void refuseWithDl4j(Key key, String why) {
    if (run.training().engine() == Engine.DL4J && isGiven(key)) {
      report(
          List.of(key, Keys.ENGINE),
          "expected %s with the engine dl4j, %s, found %s"
              .formatted(key.type() == String.class ? "none" : "0", why, key.text(run)));
    }
  }

  /** Of the first key; not where one is broken: its value is not the one that was meant. */
  private void report(List<Key> keys, String message) {
    if (Collections.disjoint(broken, keys)) {
      problems.add(new Problem(keys.get(0).path(), values.origin(keys.get(0)), message));
    }
  }
}
