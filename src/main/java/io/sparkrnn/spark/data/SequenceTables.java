package io.sparkrnn.spark.data;

import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.config.ShardsChoice;
import io.sparkrnn.config.TableConfiguration;
import io.sparkrnn.config.TaskName;
import io.sparkrnn.data.DataException;
import io.sparkrnn.data.DatasetSplit;
import io.sparkrnn.data.Readings;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.Shards;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.spark.data.TableData.Description;
import io.sparkrnn.spark.data.TableData.Parts;
import io.sparkrnn.spark.shards.WorkerShards;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * Reads tables of sequences, series or texts to train on. Spark SQL's readers read the files; the
 * driver puts sequences in an order that neither partitions nor files have a part in, splits them,
 * fits what is to be fitted on the training part alone, and keeps them as datasets.
 */
public final class SequenceTables {
  private final SparkSession session;
  private final RunConfiguration configuration;
  private final TableConfiguration table;
  private final TaskName task;
  private final Optional<GivenTables> given;
  private final Sequences training;
  private final Optional<KeptPreparation> kept;

  /**
   * Data and where workers have their shards.
   *
   * @param release lets go of both
   */
  public record Placed(TableData data, WorkerShards shards, Runnable release) {}

  /** Windows of each part, and the tables that they are of. */
  private record Split(
      List<Window> spans,
      List<Window> training,
      TableSource ofValidation,
      List<Window> validation,
      TableSource ofTest,
      List<Window> test) {}

  private SequenceTables(
      SparkSession spark, RunConfiguration configuration, Optional<ModelFile> initial) {
    this.session = TableSource.session(spark);
    this.configuration = configuration;
    this.table = configuration.table();
    this.task = configuration.model().task();
    this.given = Optional.empty();
    this.training = read(table.train());
    this.kept = initial.map(model -> KeptPreparation.of(training.source(), table, model));
  }

  private SequenceTables(
      GivenTables given,
      RunConfiguration configuration,
      Optional<ModelFile> initial,
      Sequences training) {
    this.session = given.training().sparkSession();
    this.configuration = configuration;
    this.table = configuration.table();
    this.task = configuration.model().task();
    this.given = Optional.of(given);
    this.training = training;
    this.kept = initial.map(model -> KeptPreparation.of(training.source(), table, model));
  }

  /**
   * Reads the tables of a configuration.
   *
   * @param initial a model of tables that training starts from: what was fitted for it is kept
   * @throws DataException if one is not what the configuration says, or what the model has learnt
   */
  public static TableData read(
      SparkSession spark, RunConfiguration configuration, Optional<ModelFile> initial) {
    return configuration.model().task() == TaskName.LANGUAGE_MODEL
        ? new TextTables(spark, configuration, initial).read()
        : new SequenceTables(spark, configuration, initial).data();
  }

  /**
   * Reads tables that a program has. Their sequences are dealt out to the workers one by one, as
   * {@link RddShards} are; there is no test part. What the driver has no room for goes to the disks
   * of executors, unless it is cut from series.
   *
   * @param configuration names them {@link GivenTables#NAME}
   * @throws DataException if one is not what the configuration says, or what the model has learnt
   */
  public static Placed read(
      GivenTables given,
      RunConfiguration configuration,
      Optional<ModelFile> initial,
      RddShards.Keeping keeping) {
    SpreadSequences spread = new SpreadSequences(given, configuration, initial);
    return keeping.choice() == ShardsChoice.MEMORY || !spread.areWhole()
        ? inDriver(
            given,
            configuration,
            initial,
            given.read(given.training(), GivenTables.NAME, configuration))
        : spread.read(keeping);
  }

  /** What the driver has read. */
  static Placed inDriver(
      GivenTables given,
      RunConfiguration configuration,
      Optional<ModelFile> initial,
      Sequences training) {
    TableData data = new SequenceTables(given, configuration, initial, training).data();
    JavaSparkContext context =
        JavaSparkContext.fromSparkContext(given.training().sparkSession().sparkContext());
    return new Placed(data, WorkerShards.readFrom(context, data), data::destroy);
  }

  private Sequences read(String location) {
    return Sequences.read(session, configuration, location);
  }

  private Sequences readValidation() {
    return given.isPresent()
        ? given.get().validationSequences(configuration).orElseThrow()
        : read(table.validation());
  }

  private boolean hasTestTable() {
    return given.isEmpty() && !table.test().isEmpty();
  }

  private TableData data() {
    Split split = training.columns().times().isPresent() ? splitByTime() : splitBySeed();
    ClassNames classes = classes(split);
    List<String> features = featureNames(table, training.columns(), training.all().get(0).width());
    List<String> targets = isOfClasses() ? List.of() : table.targets();
    PreparationFit fit =
        new PreparationFit(training.source().name(), configuration, features, targets.size());
    List<Window> fitted = fitted(split);
    fitted.forEach(fit::add);
    fitted.forEach(fit::addDeviations);
    Preparation preparation =
        kept.map(model -> model.of(features, targets.size())).orElseGet(() -> fit.fit(classes));
    SequenceBuilder builder =
        new SequenceBuilder(table, preparation, classes, training.columns().readings(task));
    int longest =
        Stream.of(split.training(), split.validation(), split.test())
            .flatMap(List::stream)
            .mapToInt(Window::steps)
            .reduce(kept.map(KeptPreparation::timeSteps).orElse(0), Math::max);
    SequenceDataset trained = builder.build(training.source(), split.training(), longest);
    SequenceDataset validation =
        part(builder, trained, split.ofValidation(), split.validation(), longest);
    SequenceDataset test = part(builder, trained, split.ofTest(), split.test(), longest);
    int workers = configuration.training().workers();
    int[][] shards =
        given.isPresent()
            ? Shards.deal(trained.size(), workers)
            : Shards.assign(
                IntStream.range(0, trained.size()).toArray(),
                workers,
                configuration.training().seed());
    Parts parts = new Parts(trained, validation, test, shards);
    return new TableData(
        JavaSparkContext.fromSparkContext(session.sparkContext()),
        parts,
        new Description(
            TableParts.described(table),
            preparation,
            TableParts.fingerprints(table, parts),
            fit.columns(targets),
            longest,
            0,
            0,
            baselines(builder, split.test(), test),
            Arrays.stream(shards).mapToInt(shard -> shard.length).toArray(),
            validation.size(),
            test.size()));
  }

  private ClassNames classes(Split split) {
    if (!isOfClasses()) {
      return ClassNames.NONE;
    }
    ClassNames found =
        ClassNames.of(training.source(), split.spans(), configuration.data().classes());
    return kept.map(model -> model.classes(found)).orElse(found);
  }

  private boolean isOfClasses() {
    return isOfClasses(task);
  }

  static boolean isOfClasses(TaskName task) {
    return task == TaskName.CLASSIFY || task == TaskName.LABEL_STEPS;
  }

  /** Of series all steps of the training part: windows have those in the middle more often. */
  private List<Window> fitted(Split split) {
    return training.columns().times().isPresent() ? split.spans() : split.training();
  }

  private static SequenceDataset part(
      SequenceBuilder builder,
      SequenceDataset training,
      TableSource source,
      List<Window> windows,
      int longest) {
    return windows.isEmpty()
        ? training.subset(new int[0])
        : builder.build(source, windows, longest);
  }

  private Split splitByTime() {
    SeriesWindows windows = new SeriesWindows(table, training.columns().times().orElseThrow());
    List<Window> cut = windows.training(training.all());
    if (cut.isEmpty()) {
      throw training
          .source()
          .refusal(
              "a series with %d readings or more before the next part begins"
                  .formatted(Math.max(1, table.windowSteps()) + table.horizonSteps()),
              "none");
    }
    List<Window> validation = windows.validation(training.all());
    List<Window> test = windows.test(training.all());
    requireSteps(validation, table.validationFrom(), "table.validation-from", training);
    requireSteps(test, table.testFrom(), "table.test-from", training);
    TableSource ofValidation = training.source();
    TableSource ofTest = training.source();
    if (!table.validation().isEmpty()) {
      Sequences own = readValidation();
      ofValidation = own.source();
      validation = windows.all(own.all());
      requireSteps(validation, "the whole table", "its series", own);
    } else if (table.validationFrom().isEmpty() && configuration.data().validation() > 0) {
      if (table.windowSteps() > 0) {
        throw training
            .source()
            .refusal(
                "where the validation part begins in table.validation-from, since windows have steps in common",
                "data.validation alone");
      }
      DatasetSplit split = split(cut.size());
      validation = chosen(cut, split.validation());
      List<Window> kept = chosen(cut, split.training());
      return withTest(new Split(kept, kept, ofValidation, validation, ofTest, test), windows);
    }
    return withTest(
        new Split(
            windows.trainingSpans(training.all()), cut, ofValidation, validation, ofTest, test),
        windows);
  }

  private Split withTest(Split split, SeriesWindows windows) {
    if (!hasTestTable()) {
      return split;
    }
    Sequences own = read(table.test());
    List<Window> test = windows.all(own.all());
    requireSteps(test, "the whole table", "its series", own);
    return new Split(
        split.spans(),
        split.training(),
        split.ofValidation(),
        split.validation(),
        own.source(),
        test);
  }

  private void requireSteps(List<Window> part, String from, String key, Sequences of) {
    if (!from.isEmpty() && part.isEmpty()) {
      throw of.source()
          .refusal(
              "windows of %d steps, %d ahead, that end in the part from %s (%s)"
                  .formatted(Math.max(1, table.windowSteps()), table.horizonSteps(), from, key),
              "none");
    }
  }

  private DatasetSplit split(int samples) {
    return DatasetSplit.of(
        samples, configuration.data().validation(), configuration.training().seed());
  }

  private static List<Window> chosen(List<Window> windows, int[] numbers) {
    return Arrays.stream(numbers).mapToObj(windows::get).toList();
  }

  private Split splitBySeed() {
    requireNone("table.window-steps", table.windowSteps() > 0);
    requireNone("table.horizon-steps", table.horizonSteps() > 0);
    requireNone("table.known-ahead", !table.knownAhead().isEmpty());
    requireNone("table.validation-from", !table.validationFrom().isEmpty());
    requireNone("table.test-from", !table.testFrom().isEmpty());
    List<Window> all = training.all().stream().map(Window::of).toList();
    List<Window> kept = all;
    TableSource ofValidation = training.source();
    List<Window> validation = List.of();
    if (!table.validation().isEmpty()) {
      Sequences own = readValidation();
      ofValidation = own.source();
      validation = own.all().stream().map(Window::of).toList();
    } else if (configuration.data().validation() > 0) {
      DatasetSplit split = split(all.size());
      kept = chosen(all, split.training());
      validation = chosen(all, split.validation());
    }
    TableSource ofTest = training.source();
    List<Window> test = List.of();
    if (hasTestTable()) {
      Sequences own = read(table.test());
      ofTest = own.source();
      test = own.all().stream().map(Window::of).toList();
    }
    // A class that only samples have which are held out is a class all the same.
    return new Split(all, kept, ofValidation, validation, ofTest, test);
  }

  private void requireNone(String key, boolean given) {
    if (given) {
      throw training.source().refusal("a column in table.time beside %s".formatted(key), "none");
    }
  }

  static List<String> featureNames(TableConfiguration table, TableColumns columns, int width) {
    List<String> names = table.features();
    List<String> ofReadings = columns.readingNames();
    if (columns.times().isPresent() && ofReadings.size() == width) {
      return ofReadings;
    }
    if (names.size() == width) {
      return names;
    }
    String name = names.size() == 1 ? names.get(0) : "feature";
    return IntStream.range(0, width).mapToObj(i -> "%s[%d]".formatted(name, i)).toList();
  }

  /** Of windows: whole sequences have no target before their first. */
  private Map<String, float[]> baselines(
      SequenceBuilder builder, List<Window> windows, SequenceDataset test) {
    if (windows.isEmpty()
        || table.windowSteps() == 0
        || test.targetSize() == 0
        || test.readings() != Readings.EVERY_STEP) {
      return Map.of();
    }
    List<Window> counted =
        IntStream.range(0, test.size())
            .filter(sample -> test.weight(sample, test.length(sample) - 1) > 0)
            .mapToObj(windows::get)
            .toList();
    Map<String, float[]> baselines = new LinkedHashMap<>();
    // A window is as long as what is seen of the past, which should be a season.
    baselines.put("last value", builder.valuesBefore(counted, Math.max(1, table.horizonSteps())));
    baselines.put(
        "value %d steps before".formatted(table.windowSteps()),
        builder.valuesBefore(counted, Math.max(table.windowSteps(), table.horizonSteps())));
    baselines.values().removeIf(values -> values.length == 0);
    return baselines;
  }
}
