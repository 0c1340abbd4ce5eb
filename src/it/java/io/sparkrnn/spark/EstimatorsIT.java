package io.sparkrnn.spark;

import static org.apache.spark.ml.functions.array_to_vector;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkrnn.config.ConfigurationException;
import io.sparkrnn.data.DataException;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.spark.ml.PreparedTable;
import io.sparkrnn.train.EarlyStopping;
import io.sparkrnn.train.TrainingLoop.Budget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.classification.OneVsRest;
import org.apache.spark.ml.classification.OneVsRestModel;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The estimators over all kinds of columns, and what they do beside training; one Spark. */
class EstimatorsIT {
  private static final int STEPS = 6;

  private static SparkSession spark;
  // Two channels, of which the order says the class.
  private static Dataset<Row> table;

  @TempDir private Path temp;

  @BeforeAll
  static void start() {
    spark = MnistTable.session();
    table =
        spark
            .range(0, 48, 1, 3)
            .selectExpr(
                "id",
                "id % 2 as label",
                "transform(sequence(0, 5), t -> float(sin(id * 0.7 + t * (1 + id % 2)))) as a",
                "transform(sequence(0, 5), t -> float(cos(id * 0.3 + t))) as b")
            .selectExpr(
                "*",
                "zip_with(a, b, (x, y) -> array(x, y)) as nested",
                "zip_with(a, b, (x, y) -> named_struct('x', x, 'y', y)) as structs",
                "flatten(zip_with(a, b, (x, y) -> array(x, y))) as features")
            .localCheckpoint();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static RnnClassifier classifier() {
    return new RnnClassifier().setHidden(new int[] {5}).setEpochs(2).setMinibatchSize(8);
  }

  private static RnnClassifier flat() {
    return classifier().setTimeSteps(STEPS);
  }

  @Test
  void columnsOfAllKindsAreTheSameSequences() {
    RnnClassificationModel plain = flat().setCell("lstm").fit(table);
    float[] expected = plain.parameters();
    List<Row> probabilities = plain.transform(table).select("probability").collectAsList();
    for (RnnClassifier rnn :
        List.of(
            classifier().setFeaturesCol("nested"),
            classifier().setFeaturesCol("structs"),
            classifier().setFeaturesCols(new String[] {"a", "b"}),
            classifier().setInputs(2))) {
      RnnClassificationModel model = rnn.setCell("lstm").fit(table.repartition(2));
      assertThat(model.parameters()).containsExactly(expected);
      assertThat(model.transform(table).select("probability").collectAsList())
          .isEqualTo(probabilities);
    }
    Dataset<Row> weighted = table.withColumn("weight", functions.lit(1));
    assertThat(flat().setWeightCol("weight").fit(weighted).parameters())
        .containsExactly(flat().fit(table).parameters());
    OneVsRestModel oneVersusTheRest =
        new OneVsRest()
            .setClassifier(flat())
            .setWeightCol("weight")
            .fit(weighted.withColumn("features", array_to_vector(functions.col("features"))));
    assertThat(((RnnClassificationModel) oneVersusTheRest.models()[1]).getWeightCol())
        .isEqualTo("weight");
  }

  @Test
  void networksAreThoseThatParamsAskFor() {
    RnnClassificationModel model =
        flat()
            .setCell("gru")
            .setBidirectional(true)
            .setDropout(0.1)
            .setReads("mean")
            .setLabelSmoothing(0.1)
            .fit(table);
    assertThat(model.toString())
        .contains("6 x 2 -> ")
        .contains("gru 5 both dropout 0.1 -> mean -> 2");
    assertThat(model.getLabelCol()).isEqualTo("label");
  }

  private static RnnClassifier ofWords() {
    return classifier()
        .setTextCol("words")
        .setFeaturesCols(new String[] {"features"})
        .setStaticCols(new String[] {"place"})
        .setEmbeddingSize(3)
        .setClassWeights("balanced")
        .setStandardise("channel")
        .setMissing("fill-forward");
  }

  @Test
  void lengthsTextsStaticsAndClassWeights() {
    Dataset<Row> ragged =
        table.selectExpr(
            "slice(nested, 1, int(2 + id % 4)) as features",
            "label",
            "double(id % 3) as place",
            "array_repeat(if(id % 2 = 0, 'even', 'odd'), int(2 + id % 4)) as words");
    RnnClassificationModel model = ofWords().setEpochs(20).setLearningRate(0.02).fit(ragged);
    double[] losses = model.summary().objectiveHistory();
    assertThat(losses).hasSize(20);
    assertThat(losses[19]).isLessThan(losses[0]);
    assertThat(model.file().preparation().orElseThrow().vocabulary().tokens())
        .containsExactlyInAnyOrder("even", "odd");
  }

  @Test
  void sequencesOnDiskHaveTheBitsOfThoseInMemory() {
    Dataset<Row> ragged =
        table.selectExpr(
            "transform(slice(nested, 1, int(2 + id % 4)), (x, t) -> if(t = 1 and id % 5 = 0, array(null, 2.5), x)) as features",
            "id % 2 as label",
            "double(id % 3) as place",
            "array_repeat(if(id % 2 = 0, 'even', 'odd'), int(2 + id % 4)) as words",
            "id % 4 = 3 as held",
            "1 + id % 2 as weight",
            "transform(slice(a, 1, int(2 + id % 4)), x -> if(x > 0, 'up', 'down')) as signs",
            "transform(slice(b, 1, int(2 + id % 4)), x -> x + 3) as targets");
    for (BiFunction<String, Dataset<Row>, ModelFile> fit :
        List.<BiFunction<String, Dataset<Row>, ModelFile>>of(
            (shards, rows) ->
                ofWords()
                    .setValidationIndicatorCol("held")
                    .setWorkers(3)
                    .setShards(shards)
                    .fit(rows)
                    .file(),
            (shards, rows) ->
                new RnnSequenceLabeler()
                    .setHidden(new int[] {5})
                    .setEpochs(2)
                    .setMinibatchSize(8)
                    .setMissing("mask")
                    .setLabelCol("signs")
                    .setWeightCol("weight")
                    .setShards(shards)
                    .fit(rows)
                    .file(),
            (shards, rows) ->
                regressor()
                    .setEpochs(2)
                    .setMissing("mask")
                    .setLabelCol("targets")
                    .setTargetTransform("log1p")
                    .setShards(shards)
                    .fit(rows)
                    .file())) {
      ModelFile expected = fit.apply("memory", ragged);
      ModelFile found = fit.apply("disk", ragged.repartition(2));
      assertThat(found.parameters()).containsExactly(expected.parameters());
      assertThat(found.topology()).isEqualTo(expected.topology());
      assertThat(found.preparation()).isEqualTo(expected.preparation());
      assertThat(found.provenance().get("inputs.highest"))
          .isEqualTo(expected.provenance().get("inputs.highest"));
    }
    assertThatThrownBy(
            () ->
                classifier()
                    .setMissing("fill-forward")
                    .setStandardise("channel")
                    .setShards("disk")
                    .fit(table.selectExpr("if(id = 3, null, nested) as features", "label")))
        .hasMessageContaining("expected numbers, found null in column features, row 3");
  }

  @Test
  void numbersAreLearnt() {
    Dataset<Row> numbers =
        table.selectExpr(
            "nested as features", "a[5] * 3 + 10 as label", "b[0] as other", "id % 4 = 3 as held");
    RnnRegressionModel model =
        regressor().setValidationIndicatorCol("held").setKeepBest(true).fit(numbers);
    double[] errors = model.summary().validationHistory();
    assertThat(model.summary().validationScore()).contains("rmse");
    assertThat(errors).hasSize(15);
    assertThat(errors[14]).isLessThan(errors[0]);
    assertThat(model.summary().rows()).isEqualTo(36);
    RnnRegressionModel two = regressor().setLabelCols(new String[] {"label", "other"}).fit(numbers);
    assertThat(two.file().topology().network().head().outputs()).isEqualTo(2);
    RnnRegressionModel steps =
        regressor().setLabelCol("b").fit(table.selectExpr("nested as features", "b"));
    assertThat(steps.file().topology().summary()).contains("6 x 2");
    assertThat(steps.hasSummary()).isTrue();
    Row first = steps.transform(numbers).select("prediction", "predictions").first();
    assertThat(first.<Double>getList(1)).hasSize(STEPS).last().isEqualTo(first.getDouble(0));
    assertThat(two.transform(numbers).select("predictions").first().getList(0)).hasSize(2);
  }

  private static RnnRegressor regressor() {
    return new RnnRegressor()
        .setHidden(new int[] {6})
        .setEpochs(15)
        .setMinibatchSize(8)
        .setLearningRate(0.02);
  }

  @Test
  void readingsOfSeriesAreForecast() {
    Dataset<Row> readings =
        spark
            .range(0, 120)
            .selectExpr("id % 2 as series", "id div 2 as time", "sin((id div 2) * 0.4) as value");
    RnnRegressor forecaster =
        regressor()
            .setFeaturesCols(new String[] {"value"})
            .setLabelCol("value")
            .setSeriesCol("series")
            .setTimeCol("time")
            .setWindowSteps(8)
            .setHorizonSteps(2)
            .setValidationFrom("48")
            .setEpochs(6);
    RnnRegressionModel model = forecaster.fit(readings.repartition(3));
    assertThat(model.summary().validationHistory()).hasSize(6);
    double[] losses = model.summary().objectiveHistory();
    assertThat(losses[5]).isLessThan(losses[0]);
    assertThat(forecaster.fit(readings).file().parameters())
        .containsExactly(model.file().parameters());
  }

  @Test
  void eachTimeStepIsLabelled() {
    Dataset<Row> signs =
        table.selectExpr("nested", "transform(a, x -> if(x > 0, 'up', 'down')) as signs");
    RnnSequenceLabelingModel model =
        new RnnSequenceLabeler()
            .setHidden(new int[] {5})
            .setEpochs(12)
            .setLearningRate(0.02)
            .setMinibatchSize(8)
            .setFeaturesCol("nested")
            .setLabelCol("signs")
            .fit(signs);
    double[] losses = model.summary().objectiveHistory();
    assertThat(losses[11]).isLessThan(losses[0]);
    assertThat(model.labels()).containsExactly("down", "up");
    assertThat(model.transform(signs).select("prediction").first().getList(0)).hasSize(STEPS);
  }

  @Test
  void validationEndsTraining() {
    Dataset<Row> held = table.selectExpr("*", "id % 3 = 0 as held");
    RnnClassificationModel model =
        flat()
            .setEpochs(40)
            .setLearningRate(0.05)
            .setValidationIndicatorCol("held")
            .setEarlyStoppingEpochs(2)
            .fit(held);
    double[] scores = model.summary().validationHistory();
    assertThat(scores).hasSizeLessThan(40).hasSize(model.summary().totalIterations());
    assertThat(model.summary().secondsHistory()).hasSameSizeAs(scores);
    assertThatThrownBy(() -> flat().setKeepBest(true).fit(table))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "Cannot use the configuration: keepBest: expected rows to validate on in validationIndicatorCol beside it, found none");
    assertThatThrownBy(
            () ->
                flat()
                    .setValidationIndicatorCol("held")
                    .fit(held.withColumn("held", functions.lit(false))))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot read the table's rows to validate on: expected at least one row, found none");
  }

  @Test
  void rowsThatCannotBeUsedAreLeftOut() {
    Dataset<Row> bad =
        table
            .selectExpr("features", "nested", "label")
            .union(
                table
                    .limit(2)
                    .selectExpr(
                        "transform(features, x -> if(x = features[1], float('NaN'), x))",
                        "transform(nested, x -> cast(null as array<float>))",
                        "label"));
    float[] expected = flat().fit(table).parameters();
    for (RnnClassifier rnn :
        List.of(
            flat(),
            classifier().setFeaturesCol("nested"),
            classifier().setFeaturesCol("nested").setShards("disk"))) {
      assertThatThrownBy(() -> rnn.fit(bad)).isInstanceOf(DataException.class);
      RnnClassificationModel model = rnn.setHandleInvalid("skip").fit(bad);
      assertThat(model.parameters()).containsExactly(expected);
      assertThat(model.summary().skippedRows()).isEqualTo(2);
      assertThat(model.summary().rows()).isEqualTo(48);
    }
  }

  @Test
  void trainingStartsFromAModel() throws IOException {
    RnnClassificationModel first = flat().fit(table);
    first.save(temp.resolve("first").toString());
    RnnClassificationModel second = flat().setInitialModel(first).fit(table);
    assertThat(second.parameters()).isNotEqualTo(first.parameters());
    assertThat(flat().setInitialModel(temp.resolve("first").toString()).fit(table).parameters())
        .containsExactly(second.parameters());
    assertThat(flat().setInitialModel(first).copy(ParamMap.empty()).fit(table).parameters())
        .containsExactly(second.parameters());
    assertThatThrownBy(() -> flat().setCell("lstm").setInitialModel(first).fit(table))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith(
            "Cannot use the configuration: initialModel: expected a model of 6 x 2 -> lstm 5 -> 2 as is to be trained, found one of 6 x 2 -> 5 tanh -> 2");
  }

  /** The rule's budget for 16,384 samples a step, one of each worker an epoch: 110 epochs. */
  @Test
  void aFitGoesOnWhileValidationGetsBetter() {
    RnnClassifier rnn =
        new RnnClassifier()
            .setTimeSteps(STEPS)
            .setHidden(new int[] {5})
            .setWorkers(4)
            .setMinibatchSize(4_096)
            .setValidationIndicatorCol("later");
    Dataset<Row> parts = table.withColumn("later", functions.expr("id % 5 = 0"));
    double[] found = rnn.fit(parts).summary().validationHistory();
    List<Double> merits = Arrays.stream(found).boxed().toList();

    assertThat(merits)
        .hasSize(new Budget(110, 330, new EarlyStopping(0, 0.001)).end(merits))
        .hasSizeGreaterThanOrEqualTo(110);
    // Epochs that are asked for are what there is.
    assertThat(rnn.setEpochs(110).fit(parts).summary().validationHistory())
        .containsExactly(Arrays.copyOf(found, 110));
  }

  @Test
  void trainingGoesOnFromItsCheckpoints() throws Exception {
    String directory = temp.resolve("checkpoints").toString();
    RnnClassifier rnn = flat().setEpochs(12);
    float[] expected = rnn.fit(table).parameters();
    RnnClassifier kept = rnn.copy(ParamMap.empty()).setCheckpointDir(directory);
    // Slow enough to be caught in between.
    RnnClassifier slow = kept.copy(ParamMap.empty()).setRounds("job");
    Thread killed =
        new Thread(
            () -> {
              try {
                slow.fit(table);
              } catch (RuntimeException e) {
                // As it was asked to.
              }
            });
    killed.start();
    await(() -> checkpoints(directory) > 1 || !killed.isAlive());
    killed.interrupt();
    killed.join();
    RnnClassificationModel model = kept.fit(table);
    assertThat(model.parameters()).containsExactly(expected);
    assertThat(model.summary().objectiveHistory()).hasSize(12);
    // All of it is there already.
    RnnClassificationModel again = kept.fit(table);
    assertThat(again.parameters()).containsExactly(expected);
    assertThat(again.summary().secondsHistory()).containsExactly(model.summary().secondsHistory());
    // Where samples lie is no part of it.
    assertThat(kept.copy(ParamMap.empty()).setShards("disk").fit(table).summary().secondsHistory())
        .containsExactly(model.summary().secondsHistory());
    // Another training has another directory.
    assertThat(kept.copy(ParamMap.empty()).setSeed(2).fit(table).parameters())
        .isNotEqualTo(expected);
  }

  private static long checkpoints(String directory) throws IOException {
    if (!Files.exists(Path.of(directory))) {
      return 0;
    }
    try (Stream<Path> files = Files.walk(Path.of(directory))) {
      return files.filter(file -> file.getFileName().toString().endsWith(".srnn")).count();
    }
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + 30_000_000_000L;
    while (!condition.call() && System.nanoTime() < deadline) {
      Thread.sleep(20);
    }
    assertThat(condition.call()).isTrue();
  }

  @Test
  void aPreparedTableIsReadOnce() {
    RnnClassifier rnn = flat();
    try (PreparedTable prepared = rnn.prepare(table)) {
      AtomicInteger jobs = new AtomicInteger();
      AtomicInteger running = new AtomicInteger();
      AtomicInteger most = new AtomicInteger();
      SparkListener counts =
          new SparkListener() {
            @Override
            public void onJobStart(SparkListenerJobStart event) {
              jobs.incrementAndGet();
            }

            @Override
            public void onTaskStart(SparkListenerTaskStart event) {
              most.accumulateAndGet(running.incrementAndGet(), Math::max);
            }

            @Override
            public void onTaskEnd(SparkListenerTaskEnd event) {
              running.decrementAndGet();
            }
          };
      spark.sparkContext().addSparkListener(counts);
      float[] found = rnn.setNumTasks(1).fit(prepared).parameters();
      assertThat(rnn.setHidden(new int[] {3}).fit(prepared).toString()).contains("-> 3 tanh");
      spark.sparkContext().removeSparkListener(counts);
      assertThat(found).containsExactly(flat().fit(table).parameters());
      assertThat(jobs.get()).isEqualTo(2);
      assertThat(most.get()).isEqualTo(1);
      assertThatThrownBy(() -> rnn.setWorkers(3).fit(prepared))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("prepared table: expected the columns, workers and preparation");
      assertThat(prepared.size()).isEqualTo(48);
    }
  }

  /** What Spark runs at a time of any of its jobs is the tasks of a stage. */
  @Test
  void readingTrainingAndEvaluatingLeaveSlotsToOthers() {
    Dataset<Row> held = table.selectExpr("*", "id % 3 = 0 as held");
    float[] expected = flat().setWorkers(3).fit(table).parameters();
    float[] validated = flat().setValidationIndicatorCol("held").fit(held).parameters();
    Map<String, Integer> tasks = new ConcurrentHashMap<>();
    SparkListener counts =
        new SparkListener() {
          @Override
          public void onStageSubmitted(SparkListenerStageSubmitted event) {
            tasks.put(event.stageInfo().name(), event.stageInfo().numTasks());
          }
        };
    spark.sparkContext().addSparkListener(counts);
    try {
      for (String shards : List.of("memory", "disk")) {
        RnnClassifier rnn = flat().setWorkers(3).setNumTasks(1).setShards(shards);
        assertThat(rnn.fit(table).parameters()).containsExactly(expected);
      }
      RnnClassifier rnn = flat().setValidationIndicatorCol("held").setNumTasks(1);
      for (String rounds : List.of("resident", "job")) {
        assertThat(rnn.setRounds(rounds).fit(held).parameters()).containsExactly(validated);
      }
    } finally {
      spark.sparkContext().removeSparkListener(counts);
    }
    assertThat(tasks).isNotEmpty().allSatisfy((stage, count) -> assertThat(count).isOne());
  }

  @Test
  void aPersistedTableIsReadOnceAndAnOverwrittenFileAgain() throws Exception {
    String file = temp.resolve("table").toString();
    table.drop("structs").write().parquet(file);
    float[] ofAll = flat().fit(spark.read().parquet(file)).parameters();
    Dataset<Row> persisted = spark.read().parquet(file).persist();
    assertThat(flat().fit(persisted).parameters()).containsExactly(ofAll);
    assertThat(keptShards()).isEqualTo(1);
    assertThat(flat().setSeed(2).fit(persisted).parameters()).isNotEqualTo(ofAll);
    assertThat(keptShards()).isEqualTo(1);
    persisted.unpersist(true);
    await(() -> keptShards() == 0);

    table.drop("structs").filter("id > 10").write().mode("overwrite").parquet(file);
    float[] ofSome = flat().fit(table.filter("id > 10")).parameters();
    assertThat(ofSome).isNotEqualTo(ofAll);
    assertThat(flat().fit(spark.read().parquet(file)).parameters()).containsExactly(ofSome);
    Dataset<Row> again = spark.read().parquet(file).persist();
    assertThat(flat().fit(again).parameters()).containsExactly(ofSome);
    again.unpersist(true);
    await(() -> keptShards() == 0);
  }

  private static long keptShards() {
    return JavaSparkContext.fromSparkContext(spark.sparkContext())
        .getPersistentRDDs()
        .values()
        .stream()
        .filter(rdd -> "shards".equals(rdd.name()))
        .count();
  }

  @Test
  void whatIsSavedIsReadBack() throws IOException {
    String directory = temp.resolve("regressor").toString();
    regressor().setLabelCols(new String[] {"x", "y"}).setTimeCol("t").save(directory);
    RnnRegressor found = RnnRegressor.load(directory);
    assertThat(found.getLabelCols()).containsExactly("x", "y");
    assertThat(found.getTimeCol()).isEqualTo("t");
    assertThat(found.getLearningRate()).isEqualTo(0.02);
    String labeler = temp.resolve("labeler").toString();
    new RnnSequenceLabeler().setLabelCol("tags").setBidirectional(true).save(labeler);
    assertThat(RnnSequenceLabeler.load(labeler).getBidirectional()).isTrue();
    assertThat(RnnSequenceLabeler.load(labeler).getLabelCol()).isEqualTo("tags");
  }

  @Test
  void columnsThatDoNotFitAreRefused() {
    assertThatThrownBy(() -> flat().setWeightCol("nowhere").fit(table))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(
            "Cannot train on rows: expected a column nowhere, found [id, label");
    assertThatThrownBy(() -> classifier().setFeaturesCol("id").fit(table))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot train on rows: expected numbers in an array or a vector in column id, found bigint");
    assertThatThrownBy(() -> new RnnSequenceLabeler().setFeaturesCol("nested").fit(table))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(
            "Cannot read the table: expected an array of a label for each time step, found bigint in column label");
    assertThatThrownBy(() -> flat().setTimeSteps(5).setWeightCol("id").fit(table))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("expected a multiple of 5 values (time steps) in column features");
    assertThatThrownBy(() -> classifier().setFeaturesCol("nested").setTimeSteps(4).fit(table))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("expected 4 time steps, found 6 in column nested");
  }
}
