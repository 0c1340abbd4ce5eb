package io.sparkrnn.spark.ml;

import io.sparkrnn.config.ConfigurationException;
import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.MissingName;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.config.StandardiseName;
import io.sparkrnn.config.TableConfiguration;
import io.sparkrnn.config.TaskName;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.spark.data.GivenTables;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * What an estimator's params ask for.
 *
 * @param featuresCol the column of features, unless other params name the inputs
 * @param answers the column of labels, or those of targets
 * @param classes which labels are below, where that is known
 * @param initial whose parameters training starts from
 */
public record FitRequest(
    KeyParams params,
    TaskName task,
    String featuresCol,
    List<String> answers,
    OptionalInt classes,
    Optional<ModelFile> initial) {
  /** Params that only tables of sequences have, whose rows the driver reads. */
  private static final List<String> OF_SEQUENCES =
      List.of(
          "featuresCols",
          "textCol",
          "staticCols",
          "seriesCol",
          "timeCol",
          "validationFrom",
          "validationIndicatorCol",
          "weightCol",
          "inputs",
          "unscaled",
          "classWeights");

  private static final List<String> FOLLOWING = List.of("earlyStoppingEpochs", "keepBest");

  /** What a training is told, without what it is told of tables. */
  public RunConfiguration ofTraining() {
    return params.configuration(Map.of());
  }

  /**
   * Whether rows are plain sequences of flat numbers with one class each, which can be kept by
   * Spark's executors, each its own. Others go to the driver, if it has room.
   *
   * @param flat whether the column of features holds flat numbers
   */
  public boolean isPlain(boolean flat) {
    return task == TaskName.CLASSIFY
        && flat
        && OF_SEQUENCES.stream().noneMatch(params::isSet)
        && table("").standardise() == StandardiseName.NONE
        && table("").missing() == MissingName.REFUSE
        && initial.flatMap(ModelFile::preparation).isEmpty();
  }

  /**
   * What a training is told, for plain sequences or for all.
   *
   * @throws ConfigurationException if params contradict each other
   */
  public RunConfiguration configuration(boolean plain) {
    requireValidation();
    if (plain) {
      return ofTraining();
    }
    Map<String, String> more = new HashMap<>();
    more.put("model.task", task.toString());
    more.put("table.train", GivenTables.NAME);
    // Rules of the program demand one; nothing reads it.
    more.put("table.test", GivenTables.NAME);
    if (validationIndicator().isPresent()) {
      more.put("table.validation", GivenTables.NAME);
    }
    params
        .<String>found("validationFrom")
        .ifPresent(from -> more.put("table.validation-from", from));
    RunConfiguration base = params.configuration(more);
    return new RunConfiguration(
        base.model(),
        base.data().withClasses(classes.orElse(0)),
        table(base.table().validation()),
        base.training(),
        base.updater(),
        base.schedule(),
        base.run(),
        base.spark(),
        base.hadoop());
  }

  private void requireValidation() {
    boolean validates = validationIndicator().isPresent() || params.isSet("validationFrom");
    for (String name : FOLLOWING) {
      boolean asked =
          params.found(name).filter(value -> !List.of(0, false).contains(value)).isPresent();
      if (asked && !validates) {
        throw new ConfigurationException(
            name, "expected rows to validate on in validationIndicatorCol beside it, found none");
      }
    }
  }

  private TableConfiguration table(String validation) {
    TableConfiguration values = ConfigurationLoader.defaults().with(params.ofTables()).table();
    boolean ofClasses = task == TaskName.CLASSIFY || task == TaskName.LABEL_STEPS;
    return new TableConfiguration(
        GivenTables.NAME,
        validation,
        GivenTables.NAME,
        "",
        "",
        features(),
        values.inputs(),
        column("textCol"),
        values.tokens(),
        values.vocabularySize(),
        values.vocabularyMinCount(),
        ofClasses ? answers.get(0) : "",
        ofClasses ? List.of() : answers,
        column("weightCol"),
        columns("staticCols"),
        column("seriesCol"),
        column("timeCol"),
        values.windowSteps(),
        values.strideSteps(),
        values.horizonSteps(),
        columns("knownAhead"),
        values.validationFrom(),
        "",
        values.standardise(),
        columns("unscaled"),
        values.targetTransform(),
        values.missing());
  }

  /** The columns of numbers. */
  List<String> features() {
    List<String> several = columns("featuresCols");
    return several.isEmpty() && params.found("textCol").isEmpty() ? List.of(featuresCol) : several;
  }

  Optional<String> validationIndicator() {
    return params.found("validationIndicatorCol");
  }

  OptionalInt timeSteps() {
    return params.<Integer>found("timeSteps").map(OptionalInt::of).orElse(OptionalInt.empty());
  }

  boolean hasInputs() {
    return params.isSet("inputs");
  }

  boolean isOfReadings() {
    return params.found("timeCol").isPresent();
  }

  boolean skipsInvalid() {
    return !params.found("handleInvalid").equals(Optional.of("error"));
  }

  int mostTasks() {
    return params.<Integer>found("numTasks").orElse(Integer.MAX_VALUE);
  }

  Optional<String> checkpoints() {
    return params.found("checkpointDir");
  }

  /** All columns that are read. */
  List<String> columns() {
    return Stream.of(
            features(),
            answers,
            columns("staticCols"),
            List.of(column("textCol"), column("weightCol"), column("seriesCol"), column("timeCol")))
        .flatMap(List::stream)
        .filter(name -> !name.isEmpty())
        .distinct()
        .toList();
  }

  private String column(String name) {
    return params.<String>found(name).orElse("");
  }

  private List<String> columns(String name) {
    return params.<String[]>found(name).map(Arrays::asList).orElse(List.of());
  }
}
