package io.sparkrnn.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.attribute.Attribute;
import org.apache.spark.ml.attribute.AttributeGroup;
import org.apache.spark.ml.attribute.NominalAttribute;
import org.apache.spark.ml.classification.LogisticRegression;
import org.apache.spark.ml.classification.LogisticRegressionModel;
import org.apache.spark.ml.classification.OneVsRest;
import org.apache.spark.ml.classification.OneVsRestModel;
import org.apache.spark.ml.evaluation.BinaryClassificationEvaluator;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.tuning.TrainValidationSplit;
import org.apache.spark.ml.tuning.TrainValidationSplitModel;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerEvent;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the suites of Spark ML's own classifiers check of each of them, in plain Java: the table in
 * spark-ml.md says which check is which test.
 */
class SparkOwnChecksIT {
  @TempDir private static Path temp;

  private static SparkSession spark;
  private static Dataset<Row> table;
  private static RnnClassificationModel model;
  private static float[] afterOneEpoch;

  @BeforeAll
  static void start() {
    spark = MnistTable.session();
    table = rows(3, 240, 0.4, 3).repartition(3).cache();
    model = rnn().fit(table);
    afterOneEpoch = rnn().setEpochs(1).fit(table).parameters();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static RnnClassifier rnn() {
    return new RnnClassifier()
        .setTimeSteps(2)
        .setHidden(new int[] {6})
        .setEpochs(4)
        .setMinibatchSize(8)
        .setLearningRate(0.02);
  }

  /** Sequences of 2 time steps and 3 inputs, one of which says the class. */
  private static Dataset<Row> rows(int classes, int count, double noise, int seed) {
    Random random = new Random(seed);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      double[] values = new double[6];
      for (int j = 0; j < 6; j++) {
        values[j] = noise * random.nextGaussian() + (j % 3 == i % classes ? 1.5 : 0);
      }
      rows.add(RowFactory.create((double) (i % classes), Vectors.dense(values)));
    }
    return spark.createDataFrame(
        rows,
        new StructType()
            .add("label", DataTypes.DoubleType)
            .add("features", SQLDataTypes.VectorType()));
  }

  static Stream<Params> both() {
    return Stream.of(new RnnClassifier(), model);
  }

  @ParameterizedTest
  @MethodSource("both")
  void paramsAreInOrderAndOwned(Params of) throws NoSuchMethodException {
    Param<?>[] params = of.params();
    assertThat(params).extracting(Param::name).isSorted();
    assertThat(params)
        .allSatisfy(
            param -> {
              assertThat(param.parent()).isEqualTo(of.uid());
              assertThat(of.getParam(param.name())).isEqualTo(param);
              assertThat(param.doc()).isNotBlank();
            });
    assertThat(of.getClass().getMethod("copy", ParamMap.class).getReturnType())
        .isEqualTo(of.getClass());
    assertThat(of.explainParams()).contains("seed");
  }

  @Test
  void everyParamHasASetterThatReturnsTheEstimator() {
    List<String> setters =
        Arrays.stream(RnnClassifier.class.getMethods()).map(Method::getName).toList();
    assertThat(new RnnClassifier().params())
        .allSatisfy(
            param ->
                assertThat(setters)
                    .contains(
                        "set"
                            + param.name().substring(0, 1).toUpperCase()
                            + param.name().substring(1)));
    RnnClassifier chained =
        new RnnClassifier()
            .setFeaturesCol("f")
            .setLabelCol("l")
            .setPredictionCol("p")
            .setRawPredictionCol("r")
            .setProbabilityCol("q")
            .setThresholds(new double[] {0.5, 0.5});
    assertThat(chained.getFeaturesCol()).isEqualTo("f");
  }

  @Test
  void theModelHasTheParamsOfTheEstimator() throws IOException {
    for (Param<?> param : new RnnClassifier().params()) {
      assertThat(model.hasParam(param.name())).as(param.name()).isTrue();
    }
    Path saved = temp.resolve("with params");
    model.save(saved.toString());
    RnnClassificationModel loaded = RnnClassificationModel.load(saved.toString());
    for (RnnClassificationModel of : List.of(model, loaded)) {
      assertThat(of.getTimeSteps()).isEqualTo(2);
      assertThat(of.getHidden()).containsExactly(6);
      assertThat(of.getEpochs()).isEqualTo(4);
      assertThat(of.getSeed()).isEqualTo(1);
      assertThat(of.getLearningRate()).isEqualTo(0.02);
      assertThat(of.getAveraging()).isEqualTo("auto");
    }
  }

  @Test
  void copiesKeepParentAndUid() {
    RnnClassifier estimator = rnn();
    RnnClassificationModel fitted = estimator.fit(table.limit(20));
    assertThat(fitted.uid()).isEqualTo(estimator.uid());
    RnnClassificationModel copy = fitted.copy(ParamMap.empty());
    assertThat(copy.uid()).isEqualTo(fitted.uid());
    assertThat(copy.parent()).isSameAs(fitted.parent());
    assertThat(copy.parent().uid()).isEqualTo(estimator.uid());
  }

  @ParameterizedTest
  @ValueSource(strings = {"short", "bigint", "int", "float", "tinyint", "decimal(10, 0)"})
  void labelsOfEveryNumericType(String type) {
    RnnClassificationModel found =
        rnn().setEpochs(1).fit(table.withColumn("label", functions.col("label").cast(type)));
    assertThat(found.parameters()).containsExactly(afterOneEpoch);
  }

  /** The rows as they come from a stream, by the query. */
  private static List<Row> streamed(Dataset<Row> rows, String... columns) throws Exception {
    Path files = temp.resolve("stream" + System.nanoTime());
    rows.select("label", "features").write().parquet(files.toString());
    String name = "answers" + System.nanoTime();
    model
        .transform(
            spark
                .readStream()
                .schema(rows.select("label", "features").schema())
                .parquet(files.toString()))
        .selectExpr(columns)
        .writeStream()
        .format("memory")
        .queryName(name)
        .start()
        .processAllAvailable();
    List<Row> answers = spark.table(name).collectAsList();
    Arrays.stream(spark.streams().active())
        .forEach(
            query -> {
              try {
                query.stop();
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            });
    return answers;
  }

  @Test
  void tablesAndStreamsAreTransformedAlike() throws Exception {
    String[] columns = {"prediction", "rawPrediction", "probability", "label"};
    List<Row> rows = model.transform(table).selectExpr(columns).collectAsList();
    List<Row> ofStream = streamed(table, columns);
    assertThat(ofStream).containsExactlyInAnyOrderElementsOf(rows).hasSize(240);
    long right = 0;
    for (Row row : rows) {
      Vector raw = row.getAs(1);
      assertThat(row.getDouble(0)).isEqualTo(raw.argmax());
      assertThat(Arrays.stream(row.<Vector>getAs(2).toArray()).sum()).isCloseTo(1, within(1e-6));
      right += row.getDouble(0) == row.getDouble(3) ? 1 : 0;
    }
    assertThat(right).isGreaterThan(200);
  }

  @Test
  void tablesAndStreamsAreRefusedAlike() {
    Dataset<Row> bad =
        spark.createDataFrame(List.of(RowFactory.create(0.0, Vectors.dense(1, 2))), table.schema());
    assertThatThrownBy(() -> model.transform(bad).collectAsList())
        .hasStackTraceContaining("expected 6 values, found 2");
    assertThatThrownBy(() -> streamed(bad, "prediction"))
        .hasStackTraceContaining("expected 6 values, found 2");
    Arrays.stream(spark.streams().active()).forEach(query -> assertThat(query.isActive()).isTrue());
  }

  @Test
  void metadataAndSchemaAreThoseOfSparkMl() {
    StructType found = model.transform(table).schema();
    assertThat(
            ((NominalAttribute) Attribute.fromStructField(found.apply("prediction")))
                .getNumValues()
                .get())
        .isEqualTo(3);
    for (String column : List.of("rawPrediction", "probability")) {
      assertThat(AttributeGroup.fromStructField(found.apply(column)).size()).isEqualTo(3);
    }
    StructType said = model.transformSchema(table.schema());
    assertThat(texts(found)).isEqualTo(texts(said));
    LogisticRegressionModel logistic = new LogisticRegression().setMaxIter(1).fit(table);
    assertThat(found.fieldNames()).isEqualTo(logistic.transform(table).schema().fieldNames());
    assertThat(said.fieldNames()).isEqualTo(logistic.transformSchema(table.schema()).fieldNames());
  }

  private static Map<String, String> texts(StructType schema) {
    Map<String, String> texts = new TreeMap<>();
    for (StructField field : schema.fields()) {
      texts.put(field.name(), field.dataType() + field.metadata().json());
    }
    return texts;
  }

  static Stream<double[]> thresholds() {
    return Stream.of(null, new double[] {0.1, 0.6, 0.3}, new double[] {0, 0.5, 0.5});
  }

  /** With all columns and with each one left out, as one vector at a time says it. */
  @ParameterizedTest
  @MethodSource("thresholds")
  void oneVectorIsPredictedAsTablesAre(double[] thresholds) {
    RnnClassificationModel with = model.copy(ParamMap.empty());
    if (thresholds != null) {
      with.setThresholds(thresholds);
    }
    List<Row> all =
        with.transform(table)
            .select("features", "rawPrediction", "probability", "prediction")
            .collectAsList();
    for (Row row : all) {
      Vector features = row.getAs(0);
      assertThat(with.predictRaw(features)).isEqualTo(row.get(1));
      assertThat(with.predictProbability(features)).isEqualTo(row.get(2));
      assertThat(with.predict(features)).isEqualTo(row.getDouble(3));
    }
    List<Double> predictions = all.stream().map(row -> row.getDouble(3)).toList();
    for (int left = 0; left < 8; left++) {
      RnnClassificationModel some =
          with.copy(ParamMap.empty())
              .setRawPredictionCol((left & 1) == 0 ? "" : "rawPrediction")
              .setProbabilityCol((left & 2) == 0 ? "" : "probability")
              .setPredictionCol((left & 4) == 0 ? "" : "prediction");
      Dataset<Row> out = some.transform(table);
      assertThat(out.columns()).hasSize(2 + Integer.bitCount(left));
      if ((left & 4) != 0) {
        assertThat(out.select("prediction").collectAsList())
            .extracting(row -> row.getDouble(0))
            .isEqualTo(predictions);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "double('NaN')", "0.5", "-1.0", "double('Infinity')"})
  void labelsThatAreNoClassesAreRefused(String label) {
    Dataset<Row> bad =
        table
            .limit(3)
            .selectExpr("cast(%s as double) as label".formatted(label), "features")
            .union(table.limit(3));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> rnn().fit(bad))
        .withMessageContaining("as label, found");
  }

  static Stream<Vector> badVectors() {
    return Stream.of(
        Vectors.dense(1, Double.NaN, 1, 1, 1, 1),
        Vectors.dense(1, 1, 1, 1, 1, Double.POSITIVE_INFINITY),
        Vectors.sparse(6, new int[] {0}, new double[] {Double.NaN}),
        null);
  }

  @ParameterizedTest
  @MethodSource("badVectors")
  void vectorsThatAreNoNumbersAreRefused(Vector vector) {
    Dataset<Row> bad =
        spark
            .createDataFrame(List.of(RowFactory.create(0.0, vector)), table.schema())
            .union(table.limit(3));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> rnn().fit(bad))
        .withMessageStartingWith("Cannot train on row");
  }

  private static <T extends Params> Map<String, String> values(T of) {
    Map<String, String> values = new TreeMap<>();
    for (Param<?> param : of.params()) {
      if (of.isDefined(param)) {
        values.put(param.name(), json(param, of) + of.isSet(param));
      }
    }
    return values;
  }

  private static <T> String json(Param<T> param, Params of) {
    return param.jsonEncode(of.getOrDefault(param));
  }

  private static String save(MLWritable what) throws IOException {
    String path = temp.resolve("saved" + System.nanoTime()).toString();
    what.save(path);
    assertThatThrownBy(() -> what.save(path)).isInstanceOf(IOException.class);
    what.write().overwrite().save(path);
    return path;
  }

  @Test
  void whatIsSavedIsReadBackWithAllParams() throws IOException {
    RnnClassifier all =
        rnn()
            .setActivation("relu")
            .setRecurrentInit("identity")
            .setSeed(Long.MIN_VALUE)
            .setClipNorm(0.5)
            .setUpdater("sgd")
            .setFeaturesCol("f")
            .setLabelCol("l")
            .setPredictionCol("p")
            .setRawPredictionCol("r")
            .setProbabilityCol("q")
            .setThresholds(new double[] {0.2, 0.3, 0.5});
    for (RnnClassifier estimator : List.of(new RnnClassifier(), all)) {
      RnnClassifier loaded = RnnClassifier.load(save(estimator));
      assertThat(loaded.uid()).isEqualTo(estimator.uid());
      assertThat(values(loaded)).isEqualTo(values(estimator));
    }
    RnnClassificationModel fitted =
        all.fit(table.withColumnRenamed("features", "f").withColumnRenamed("label", "l"));
    RnnClassificationModel loaded = RnnClassificationModel.load(save(fitted));
    assertThat(loaded.uid()).isEqualTo(fitted.uid());
    assertThat(values(loaded)).isEqualTo(values(fitted));
    assertThat(values(fitted)).containsAllEntriesOf(values(all));
    assertThat(loaded.parameters()).containsExactly(fitted.parameters());
    assertThat(loaded.numFeatures()).isEqualTo(6);
  }

  @Test
  void pipelinesInPipelinesAreReadBack() throws IOException {
    Pipeline pipeline =
        new Pipeline()
            .setStages(new PipelineStage[] {new Pipeline().setStages(new PipelineStage[] {rnn()})});
    PipelineModel loaded = PipelineModel.load(save(pipeline.fit(table)));
    assertThat(loaded.transform(table).filter("prediction = label").count()).isGreaterThan(200);
  }

  @Test
  void aSplitChoosesAndRoundsHaveNoEffect() throws IOException {
    RnnClassifier estimator = rnn().setEpochs(2);
    List<ParamMap> grid = new ArrayList<>();
    grid.add(new ParamMap().put(estimator.learningRate().w(0.0001)));
    for (String rounds : List.of("job", "resident")) {
      grid.add(
          new ParamMap().put(estimator.learningRate().w(0.02)).put(estimator.rounds().w(rounds)));
    }
    TrainValidationSplit split =
        new TrainValidationSplit()
            .setEstimator(estimator)
            .setEstimatorParamMaps(grid.toArray(ParamMap[]::new))
            .setParallelism(2)
            .setSeed(1)
            .setEvaluator(new MulticlassClassificationEvaluator().setMetricName("accuracy"));
    TrainValidationSplitModel found = split.fit(table);
    double[] metrics = found.validationMetrics();
    assertThat(metrics).hasSize(3);
    assertThat(metrics[1]).isEqualTo(metrics[2]);
    TrainValidationSplitModel loaded = TrainValidationSplitModel.load(save(found));
    assertThat(((RnnClassificationModel) loaded.bestModel()).parameters())
        .containsExactly(((RnnClassificationModel) found.bestModel()).parameters());
  }

  @Test
  void oneVersusTheRestIsAsGoodAsTheProbabilities() throws IOException {
    Dataset<Row> hard = rows(3, 300, 1.2, 5).repartition(2).cache();
    OneVsRestModel found = new OneVsRest().setClassifier(rnn()).setParallelism(2).fit(hard);
    OneVsRestModel loaded = OneVsRestModel.load(save(found));
    long right = 0;
    for (Row row :
        loaded.transform(hard).select("label", "features", "prediction").collectAsList()) {
      double highest = -1;
      int best = 0;
      for (int c = 0; c < 3; c++) {
        Vector probability =
            ((RnnClassificationModel) found.models()[c]).predictProbability(row.getAs(1));
        best = probability.apply(1) > highest ? c : best;
        highest = Math.max(highest, probability.apply(1));
      }
      assertThat(row.getDouble(2)).isEqualTo(best);
      right += best == row.getDouble(0) ? 1 : 0;
    }
    assertThat(right).isGreaterThan(150);
  }

  @Test
  void theAreaIsThatOfTheProbability() {
    Dataset<Row> hard = rows(2, 200, 1.5, 11).repartition(2).cache();
    Dataset<Row> out = rnn().fit(hard).transform(hard).cache();
    BinaryClassificationEvaluator evaluator = new BinaryClassificationEvaluator();
    assertThat(evaluator.evaluate(out))
        .isCloseTo(evaluator.setRawPredictionCol("probability").evaluate(out), within(1e-9));
  }

  @Test
  void labelsWithGapsAndFewerThanMetadataSay() {
    assertThat(rnn().setEpochs(1).fit(table.filter("label = 0")).numClasses()).isOne();
    assertThat(
            rnn()
                .setEpochs(1)
                .fit(table.selectExpr("if(label = 2, 7, label) as label", "features"))
                .numClasses())
        .isEqualTo(8);
    Dataset<Row> said =
        table.select(
            functions
                .col("label")
                .as(
                    "label",
                    NominalAttribute.defaultAttr().withName("label").withNumValues(2).toMetadata()),
            functions.col("features"));
    assertThatIllegalArgumentException().isThrownBy(() -> rnn().fit(said));
  }

  @Test
  void fitTakesParamsBesideItsOwn() {
    RnnClassifier estimator = rnn();
    ParamMap one = new ParamMap().put(estimator.epochs().w(1));
    RnnClassificationModel found = estimator.fit(table, one);
    assertThat(((RnnClassifier) found.parent()).getOrDefault(estimator.epochs())).isEqualTo(1);
    assertThat(found.getEpochs()).isEqualTo(1);
    assertThat(found.parameters()).containsExactly(afterOneEpoch);
    assertThat(estimator.fit(table, estimator.epochs().w(1)).parameters())
        .containsExactly(afterOneEpoch);
    assertThat(afterOneEpoch).isNotEqualTo(model.parameters());
  }

  @Test
  void badValuesAreRefusedAsSparkRefusesThem() {
    RnnClassifier estimator = new RnnClassifier();
    assertThatIllegalArgumentException().isThrownBy(() -> estimator.setEpochs(0));
    assertThatIllegalArgumentException().isThrownBy(() -> estimator.epochs().w(0));
    assertThat((Boolean) estimator.epochs().isValid().apply(0)).isFalse();
    for (RnnClassifier wrong :
        List.of(rnn().setFeaturesCol("nowhere"), rnn().setFeaturesCol("label"))) {
      assertThatIllegalArgumentException().isThrownBy(() -> wrong.fit(table));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                model
                    .copy(ParamMap.empty())
                    .setThresholds(new double[] {0.5, 0.5})
                    .transform(table));
  }

  @Test
  void aModelIsSmallWhenItTravels() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(model);
    }
    assertThat(bytes.size()).isLessThan(20_000);
  }

  @Test
  void eventsOfPipelinesTellOfIt() throws Exception {
    ConcurrentLinkedQueue<String> seen = new ConcurrentLinkedQueue<>();
    SparkListener listener =
        new SparkListener() {
          @Override
          public void onOtherEvent(SparkListenerEvent event) {
            seen.add(event.getClass().getSimpleName());
          }
        };
    spark.sparkContext().addSparkListener(listener);
    new Pipeline().setStages(new PipelineStage[] {rnn().setEpochs(1)}).fit(table).transform(table);
    spark.sparkContext().listenerBus().waitUntilEmpty();
    spark.sparkContext().removeSparkListener(listener);
    assertThat(seen).contains("FitStart", "FitEnd", "TransformStart", "TransformEnd");
  }
}
