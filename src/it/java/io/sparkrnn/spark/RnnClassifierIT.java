package io.sparkrnn.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkrnn.config.Averaging;
import io.sparkrnn.config.ConfigurationException;
import io.sparkrnn.data.InputRange;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.PortableOps;
import io.sparkrnn.model.Floats;
import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.train.Predictor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.feature.StandardScaler;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.tuning.CrossValidator;
import org.apache.spark.ml.tuning.CrossValidatorModel;
import org.apache.spark.ml.tuning.ParamGridBuilder;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RnnClassifierIT {
  private static final MnistTable.Images IMAGES = MnistTable.first(1600);

  private static SparkSession spark;
  private static Dataset<Row> table;
  private static RnnClassificationModel model;

  @TempDir private Path temp;

  @BeforeAll
  static void start() {
    spark = MnistTable.session();
    // As users have it, where Maven lets other tests do without.
    spark.conf().set("spark.sql.codegen.wholeStage", "true");
    spark.conf().set("spark.sql.codegen.factoryMode", "FALLBACK");
    table = MnistTable.of(spark, IMAGES).repartition(3).cache();
    model = classifier().fit(table);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static RnnClassifier classifier() {
    return new RnnClassifier()
        .setTimeSteps(MnistTable.TIME_STEPS)
        .setHidden(new int[] {24})
        .setMinibatchSize(16)
        .setLearningRate(0.005)
        .setEpochs(3);
  }

  @Test
  void aCrossValidatorChoosesAmongPipelines() throws IOException {
    StandardScaler scaler =
        new StandardScaler().setInputCol("features").setOutputCol("scaled").setWithStd(false);
    RnnClassifier rnn = classifier().setFeaturesCol("scaled").setWorkers(1);
    Pipeline pipeline = new Pipeline().setStages(new PipelineStage[] {scaler, rnn});
    ParamMap[] grid =
        new ParamGridBuilder()
            .addGrid(rnn.epochs(), new int[] {2, 20})
            .addGrid(rnn.learningRate(), new double[] {0.0001, 0.01})
            .build();
    CrossValidator validator =
        new CrossValidator()
            .setEstimator(pipeline)
            .setEstimatorParamMaps(grid)
            .setEvaluator(new MulticlassClassificationEvaluator().setMetricName("accuracy"))
            .setNumFolds(2)
            .setSeed(1)
            // Trainings that would take each other's slots take turns.
            .setParallelism(2);
    Dataset<Row> some = MnistTable.of(spark, MnistTable.first(800)).repartition(2).cache();
    CrossValidatorModel validated = validator.fit(some);
    for (int i = 0; i < grid.length; i++) {
      System.out.printf(
          "epochs %s, learning rate %s: accuracy %.3f%n",
          grid[i].get(rnn.epochs()).get(),
          grid[i].get(rnn.learningRate()).get(),
          validated.avgMetrics()[i]);
    }
    RnnClassifier best =
        (RnnClassifier)
            ((RnnClassificationModel) ((PipelineModel) validated.bestModel()).stages()[1]).parent();
    assertThat(best.getOrDefault(best.epochs())).isEqualTo(20);
    assertThat(best.getOrDefault(best.learningRate())).isEqualTo(0.01);
    assertThat(validated.avgMetrics()).hasSize(4);
    assertThat(validated.avgMetrics()[3]).isGreaterThan(0.5);
    assertThat(validated.avgMetrics()[0]).isLessThan(0.5);

    // The grid names params by the uid of their parent, which must survive.
    validator.write().save(temp.resolve("validator").toString());
    CrossValidator loaded = CrossValidator.load(temp.resolve("validator").toString());
    assertThat(Arrays.toString(loaded.getEstimatorParamMaps())).isEqualTo(Arrays.toString(grid));
    validated.write().save(temp.resolve("validated").toString());
    assertThat(
            predictions(
                CrossValidatorModel.load(temp.resolve("validated").toString()).transform(some)))
        .isEqualTo(predictions(validated.transform(some)));
  }

  private static List<Row> predictions(Dataset<Row> transformed) {
    return transformed.select("rawPrediction", "probability", "prediction").collectAsList();
  }

  @Test
  void predictionsAreTheProgramsOwn() {
    Predictor predictor =
        new Predictor(new PortableOps(), read(model).topology(), model.parameters());
    List<Row> rows =
        model
            .transform(table)
            .select("array", "probability", "prediction")
            .limit(64)
            .collectAsList();
    for (int i = 0; i < rows.size(); i++) {
      List<Float> array = rows.get(i).getList(0);
      float[] values = new float[array.size()];
      for (int p = 0; p < values.length; p++) {
        values[p] = array.get(p);
      }
      predictor.put(i, values);
    }
    predictor.run(rows.size());
    for (int i = 0; i < rows.size(); i++) {
      assertThat(((Vector) rows.get(i).get(1)).toArray())
          .containsExactly(predictor.probabilities(i));
      assertThat(rows.get(i).getDouble(2)).isEqualTo(predictor.predicted(i));
    }
    assertThat(model.predictProbability(Vectors.dense(firstImage())))
        .isEqualTo(
            model.transform(one(Vectors.dense(firstImage()))).select("probability").first().get(0));
    assertThat(model.numFeatures()).isEqualTo(784);
    assertThat(model.numClasses()).isEqualTo(10);
  }

  /** The model as the program's commands read it. */
  private ModelFile read(RnnClassificationModel saved) {
    try {
      Path directory = temp.resolve("for the program");
      saved.write().overwrite().save(directory.toString());
      return ModelFile.read(
          Storage.of(Map.of()), Locations.uri(directory.resolve("model.srnn").toString()));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void arraysAreAsGoodAsVectors() {
    Dataset<Row> doubles =
        table.withColumn("doubles", functions.col("array").cast("array<double>"));
    for (String column : List.of("array", "doubles")) {
      RnnClassificationModel found = classifier().setFeaturesCol(column).fit(doubles);
      assertThat(found.parameters()).containsExactly(model.parameters());
      Dataset<Row> transformed = found.transform(doubles);
      assertThat(predictions(transformed)).isEqualTo(predictions(model.transform(table)));
      assertThat(transformed.columns())
          .containsExactly(
              "features",
              "array",
              "label",
              "doubles",
              "rawPrediction",
              "probability",
              "prediction");
    }
    Dataset<Row> sparse = one(Vectors.dense(firstImage()).toSparse());
    assertThat(model.transform(sparse).select("rawPrediction").first().<Vector>getAs(0))
        .isEqualTo(model.predictRaw(Vectors.dense(firstImage())));
  }

  private static double[] firstImage() {
    return IntStream.range(0, MnistTable.PIXELS)
        .mapToDouble(pixel -> IMAGES.pixels()[0][pixel])
        .toArray();
  }

  private static Dataset<Row> one(Vector features) {
    return spark.createDataFrame(List.of(new Features(features)), Features.class);
  }

  /** A row. */
  public static final class Features {
    private final Vector features;

    Features(Vector features) {
      this.features = features;
    }

    public Vector getFeatures() {
      return features;
    }
  }

  @Test
  void whatIsSavedIsReadBack() throws IOException {
    Path directory = temp.resolve("classifier");
    RnnClassifier classifier = classifier().setUpdater("nesterovs").setLabelCol("kind");
    classifier.save(directory.toString());
    RnnClassifier found = RnnClassifier.load(directory.toString());
    assertThat(found.uid()).isEqualTo(classifier.uid());
    assertThat(values(found)).isEqualTo(values(classifier)).hasSizeGreaterThan(20);

    Path saved = temp.resolve("model");
    RnnClassificationModel renamed = model.copy(ParamMap.empty()).setPredictionCol("digit");
    renamed.save(saved.toString());
    RnnClassificationModel loaded = RnnClassificationModel.load(saved.toString());
    assertThat(loaded.uid()).isEqualTo(model.uid());
    assertThat(loaded.parameters()).containsExactly(model.parameters());
    // To be compared with what the program's predict is given.
    InputRange trainedOn = InputRange.read(read(loaded).provenance()).orElseThrow();
    assertThat(trainedOn.values()).isEqualTo((long) IMAGES.labels().length * MnistTable.PIXELS);
    assertThat(trainedOn.mean()).isBetween(0.12, 0.14);
    assertThat(loaded.transform(table).select("digit").collectAsList())
        .isEqualTo(model.transform(table).select("prediction").collectAsList());
    assertThatThrownBy(() -> renamed.save(saved.toString())).isInstanceOf(IOException.class);
    renamed.write().overwrite().save(saved.toString());
  }

  /** Saved before the classes around these had packages of their own. */
  @Test
  void readsWhatOlderProgramsSaved() throws Exception {
    Path golden = Path.of(RnnClassifierIT.class.getResource("estimator").toURI()).getParent();
    RnnClassifier estimator = RnnClassifier.load(golden.resolve("estimator").toString());
    // When it was saved nothing else could be averaged.
    assertThat(estimator.copy(new ParamMap()).setWorkers(8).configuration().averaging())
        .isEqualTo(Averaging.PARAMETERS);
    assertThat(values(estimator))
        .hasSizeGreaterThan(20)
        .containsEntry("timeSteps", "3")
        .containsEntry("hidden", "[4,3]")
        .containsEntry("activation", "\"relu\"")
        .containsEntry("updater", "\"nesterovs\"")
        .containsEntry("seed", "7");
    PipelineModel pipeline = PipelineModel.load(golden.resolve("pipeline-model").toString());
    RnnClassificationModel alone = RnnClassificationModel.load(golden.resolve("model").toString());
    for (RnnClassificationModel found :
        List.of(alone, (RnnClassificationModel) pipeline.stages()[1])) {
      assertThat(Floats.sha256(found.parameters()))
          .isEqualTo("d8e18f8e3ceab962f309d8ed49db1334e638b92ef1d740bfd697674c1eb07d32");
      assertThat(found.getFeaturesCol()).isEqualTo("scaled");
    }
    Dataset<Row> series =
        one(Vectors.dense(IntStream.range(0, 6).mapToDouble(Math::sin).toArray()));
    Vector probability =
        pipeline
            .transform(series.withColumnRenamed("features", "series"))
            .select("probability")
            .first()
            .getAs(0);
    assertThat(probability.toArray()).containsExactly(0.4851114344456063, 0.5148885655543937);
  }

  private static Map<String, String> values(RnnClassifier classifier) {
    Map<String, String> values = new TreeMap<>();
    for (Param<?> param : classifier.params()) {
      if (classifier.isDefined(param)) {
        values.put(param.name(), json(param, classifier));
      }
    }
    return values;
  }

  private static <T> String json(Param<T> param, RnnClassifier classifier) {
    return param.jsonEncode(classifier.getOrDefault(param));
  }

  @Test
  void aPipelineWithNamedLabelsIsSavedAndReadBack() throws IOException {
    Dataset<Row> named =
        table.withColumn("kind", functions.concat(functions.lit("digit "), functions.col("label")));
    RnnClassifier rnn = classifier().setLabelCol("indexed").setEpochs(1);
    Pipeline pipeline =
        new Pipeline()
            .setStages(
                new PipelineStage[] {
                  new StringIndexer().setInputCol("kind").setOutputCol("indexed"), rnn
                });
    pipeline.save(temp.resolve("pipeline").toString());
    PipelineModel fitted = Pipeline.load(temp.resolve("pipeline").toString()).fit(named);
    fitted.save(temp.resolve("fitted").toString());
    PipelineModel loaded = PipelineModel.load(temp.resolve("fitted").toString());

    // What other stages have said about a column is still there.
    assertThat(fitted.transform(named).schema().apply("indexed").metadata().json())
        .contains("digit 7");
    assertThat(predictions(loaded.transform(named)))
        .isEqualTo(predictions(fitted.transform(named)));
    assertThat(((RnnClassificationModel) loaded.stages()[1]).parameters())
        .containsExactly(((RnnClassificationModel) pipeline.fit(named).stages()[1]).parameters());
  }

  @Test
  void metadataSayHowManyClassesThereAre() {
    Dataset<Row> named =
        new StringIndexer()
            .setInputCol("label")
            .setOutputCol("indexed")
            .fit(table)
            .transform(table)
            .filter("indexed < 3");
    assertThat(classifier().setLabelCol("indexed").setEpochs(1).fit(named).numClasses())
        .isEqualTo(10);
    assertThat(classifier().setEpochs(1).fit(table.filter("label < 3")).numClasses()).isEqualTo(3);
  }

  @Test
  void thresholdsAndEmptyColumnsAreSparkMlsOwn() {
    double[] thresholds = new double[10];
    Arrays.fill(thresholds, 1);
    thresholds[7] = 1e-9;
    RnnClassificationModel sevens = model.copy(ParamMap.empty()).setThresholds(thresholds);
    assertThat(sevens.transform(table).filter("prediction = 7").count())
        .isEqualTo(IMAGES.labels().length);
    assertThatThrownBy(
            () ->
                model
                    .copy(new ParamMap().put(model.thresholds().w(new double[] {0.5, 0.5})))
                    .transform(table))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageEndingWith("thresholds: expected one for each of 10 classes, found 2");
    RnnClassificationModel alone =
        model.copy(ParamMap.empty()).setRawPredictionCol("").setProbabilityCol("");
    assertThat(alone.transform(table).drop("features", "array", "label").columns())
        .containsExactly("prediction");
    assertThat(alone.transform(table).select("prediction").collectAsList())
        .isEqualTo(model.transform(table).select("prediction").collectAsList());
  }

  @Test
  void copiesAreIndependent() throws Exception {
    RnnClassifier first = classifier();
    RnnClassifier second = first.copy(new ParamMap().put(first.epochs().w(9)));
    assertThat(second.uid()).isEqualTo(first.uid());
    assertThat(second.getOrDefault(second.epochs())).isEqualTo(9);
    assertThat(first.getOrDefault(first.epochs())).isEqualTo(3);
    second.setSeed(5);
    assertThat(first.getOrDefault(first.seed())).isEqualTo(1L);

    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(model);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      RnnClassificationModel travelled = (RnnClassificationModel) in.readObject();
      Vector features = Vectors.dense(firstImage());
      assertThat(travelled.predictRaw(features)).isEqualTo(model.predictRaw(features));
    }
  }

  @Test
  void theApplicationIsLeftAsItWas() {
    SparkContext context = spark.sparkContext();
    Set<Integer> kept = kept(context);
    context.setJobDescription("mine");
    // What is persisted keeps what was made of it: EstimatorsIT.
    classifier().setEpochs(1).fit(MnistTable.of(spark, MnistTable.first(100)));
    assertThat(context.getLocalProperty("spark.job.description")).isEqualTo("mine");
    context.setJobDescription(null);
    assertThat(context.isStopped()).isFalse();
    assertThat(SparkContext.getOrCreate()).isSameAs(context);
    assertThat(SparkSession.active()).isSameAs(spark);
    assertThat(kept(context)).isEqualTo(kept);
  }

  private static Set<Integer> kept(SparkContext context) {
    return Set.copyOf(JavaSparkContext.fromSparkContext(context).getPersistentRDDs().keySet());
  }
}
