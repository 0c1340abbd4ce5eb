package io.sparkrnn.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkrnn.Proof;
import io.sparkrnn.data.DataException;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Biases;
import io.sparkrnn.kernel.Network.Direction;
import io.sparkrnn.kernel.Network.Embedding;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Join;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.model.ChannelScale;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.model.TargetScale;
import io.sparkrnn.model.Vocabulary;
import io.sparkrnn.serving.RnnModel;
import io.sparkrnn.storage.OtherFileSystem;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What models do to tables, and where they are saved. */
class RnnModelsIT {
  /** Where a plan computes what a model says. */
  private static final Pattern COMPUTED = Pattern.compile("(?:Project|Filter|BatchEval) .*UDF\\(");

  @TempDir private static Path temp;

  private static SparkSession spark;
  private static Dataset<Row> table;

  @BeforeAll
  static void start() {
    spark = MnistTable.session();
    spark
        .sparkContext()
        .hadoopConfiguration()
        .set("fs.other.impl", OtherFileSystem.class.getName());
    spark
        .range(60)
        .selectExpr(
            "id",
            "id % 5 as day",
            "concat('name ', id) as name",
            "transform(sequence(0, 11), i -> sin(i * i + id)) as features")
        .repartition(2)
        .write()
        .partitionBy("day")
        .parquet(temp.resolve("table").toString());
    table =
        spark
            .read()
            .parquet(temp.resolve("table").toString())
            .withColumn("old", functions.expr("date_add(date'1582-10-10', int(0 * day))"));
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static ModelFile file(Loss loss, int outputs, Reads reads, boolean prepared) {
    RnnTopology topology =
        new RnnTopology(
            "test",
            new Network(
                new Input(4, 3),
                List.of(new Layer("lstm", 6, Direction.BOTH, 0, Biases.ONE)),
                new Head(loss, outputs, reads)));
    return new ModelFile(
        topology,
        ParameterInitializer.ORTHOGONAL.initialise(topology, 5),
        Map.of(),
        prepared ? Optional.of(preparation(loss, outputs)) : Optional.empty());
  }

  private static Preparation preparation(Loss loss, int outputs) {
    List<Double> targets = Collections.nCopies(outputs, 2.5);
    return new Preparation(
        List.of("x", "y", "z"),
        new ChannelScale(List.of(0.1, 0.2, 0.3), List.of(2.0, 1.0, 0.5)),
        Map.of(),
        Vocabulary.NONE,
        List.of(),
        loss.ofClasses() ? TargetScale.IDENTITY : new TargetScale(targets, targets, false));
  }

  private static RnnClassificationModel classifier() {
    return new RnnClassificationModel("classifier", file(Loss.softmax(), 3, Reads.LAST, false));
  }

  private static String plan(Dataset<Row> rows) {
    return rows.queryExecution().executedPlan().toString();
  }

  private static long computed(Dataset<Row> rows) {
    return COMPUTED.matcher(plan(rows)).results().count();
  }

  @Test
  void filtersAndColumnsReachTheFiles() {
    Dataset<Row> out = classifier().transform(table);
    assertThat(plan(out.filter("day = 3"))).containsPattern("PartitionFilters: \\[[^]]*day#\\d+");
    assertThat(plan(out.filter("id < 3"))).contains("LessThan(id,3)");
    assertThat(plan(out.select("prediction"))).containsPattern("ReadSchema: struct<features:\\S+>");
    assertThat(out.filter("day = 3 and id < 20").count()).isEqualTo(4);
    assertThat(out.filter("features is not null").count()).isEqualTo(60);
  }

  @Test
  void whatNobodyAsksForIsNotComputedAndTheRestIsOnce() {
    Dataset<Row> out = classifier().transform(table);
    assertThat(computed(out.groupBy().count())).isZero();
    assertThat(computed(out.select("id", "name"))).isZero();
    assertThat(computed(out)).isOne();
    assertThat(computed(out.select("prediction"))).isOne();
    assertThat(computed(out.filter("prediction = 1"))).isOne();
    assertThat(out.filter("prediction = 1").count())
        .isEqualTo(
            out.select("prediction").collectAsList().stream()
                .filter(row -> row.getDouble(0) == 1)
                .count());
  }

  @Test
  void rowsAreComputedTogetherWithTheBitsOfEachAlone() {
    RnnClassificationModel model = classifier();
    Dataset<Row> out = model.transform(table);
    for (Dataset<Row> rows :
        List.of(
            out, out.select("features", "probability"), out.filter("day < 3 and prediction < 2"))) {
      assertThat(plan(rows)).contains("BatchEval");
      List<Row> found = rows.select("features", "probability").collectAsList();
      assertThat(found)
          .hasSizeGreaterThan(12)
          .allSatisfy(
              row ->
                  assertThat(row.<Vector>getAs(1))
                      .isEqualTo(model.predictProbability(Vectors.dense(numbers(row.getList(0))))));
    }
    // One that reads what another one says.
    RnnClassificationModel second =
        new RnnClassificationModel("second", file(Loss.softmax(), 2, Reads.MEAN, false))
            .setFeaturesCol("more")
            .setPredictionCol("last")
            .setProbabilityCol("")
            .setRawPredictionCol("");
    Dataset<Row> stacked =
        second.transform(out.select(functions.expr("array_repeat(prediction, 12)").as("more")));
    assertThat(computed(stacked.select("last"))).isEqualTo(2);
    assertThat(stacked.collectAsList())
        .allSatisfy(
            row ->
                assertThat(row.getDouble(1))
                    .isEqualTo(second.predict(Vectors.dense(numbers(row.getList(0))))));
  }

  /** Spark adapts plans of these while it runs them. */
  @Test
  void persistedAndShuffledRowsAreComputedTogether() {
    RnnClassificationModel model = classifier();
    Dataset<Row> persisted = table.select("id", "features", "name").persist();
    for (Dataset<Row> rows : List.of(persisted, table.repartition(3, functions.col("name")))) {
      Dataset<Row> chosen = model.transform(rows).filter("prediction < 2 and id > 5");
      assertThat(plan(chosen)).contains("BatchEval");
      assertThat(chosen.count())
          .isEqualTo(
              model.transform(table).collectAsList().stream()
                  .filter(row -> row.<Long>getAs("id") > 5 && row.<Double>getAs("prediction") < 2)
                  .count());
      assertThat(chosen.groupBy("prediction").count().count()).isPositive();
    }
    persisted.unpersist();
  }

  private static double[] numbers(List<Double> row) {
    return row.stream().mapToDouble(x -> x).toArray();
  }

  /** Rows that are read ahead leave no trace in what is said of others. */
  @Test
  void rowsThatAreComputedTogetherAreAsIfAlone() {
    RnnClassificationModel model = classifier();
    Dataset<Row> files =
        model
            .transform(table.coalesce(1))
            .select(
                functions.col("_metadata.file_path").as("of"),
                functions.input_file_name().as("read"),
                functions.col("prediction"));
    assertThat(plan(files)).contains("BatchEval");
    assertThat(files.select("read").distinct().count()).isGreaterThan(5);
    assertThat(
            files.collectAsList().stream()
                .filter(row -> !URI.create(row.getString(0)).equals(URI.create(row.getString(1)))))
        .isEmpty();
    // The fourth row is one that cannot be read.
    assertThat(model.transform(withBadRows()).select("id", "prediction").takeAsList(3)).hasSize(3);
    // Nor is a row asked for that a condition leaves out.
    Dataset<Row> chosen =
        model.transform(withBadRows()).selectExpr("if(id > 5, prediction, -1.0) as chosen");
    assertThat(chosen.filter("chosen >= 0").count()).isEqualTo(54);
    // Where the strategy is not, Spark computes a row at a time.
    model.transform(table).select("id", "prediction").createOrReplaceGlobalTempView("answers");
    Dataset<Row> elsewhere =
        spark.newSession().sql("select * from global_temp.answers order by id");
    assertThat(plan(elsewhere)).doesNotContain("BatchEval");
    assertThat(elsewhere.collectAsList())
        .isEqualTo(model.transform(table).select("id", "prediction").orderBy("id").collectAsList());
  }

  @Test
  void otherColumnsAreAsTheyWere() {
    RnnClassificationModel model = classifier();
    Dataset<Row> out = model.transform(table);
    assertThat(
            out.select(functions.input_file_name(), functions.col("_metadata.file_name"))
                .filter("length(input_file_name()) = 0")
                .count())
        .isZero();
    assertThat(out.select(table.col("id"), out.col("prediction")).count()).isEqualTo(60);
    assertThat(out.filter(table.col("id").lt(3)).count()).isEqualTo(3);
    assertThat(model.transform(table.as("d")).select("d.id").count()).isEqualTo(60);
    Dataset<Row> twice =
        table.select(
            functions.col("id"), functions.col("name").as("id"), functions.col("features"));
    assertThat(model.transform(twice).columns())
        .containsExactly("id", "id", "features", "rawPrediction", "probability", "prediction");
    assertThat(model.transform(twice).collectAsList()).hasSize(60);
    assertThat(out.selectExpr("cast(old as string)").distinct().first().getString(0))
        .isEqualTo("1582-10-10");
  }

  @Test
  void partitionsAndOrderAreAsTheyWere() {
    RnnClassificationModel model = classifier();
    String grouped =
        plan(model.transform(table.repartition(2, functions.col("id"))).groupBy("id").count());
    assertThat(Pattern.compile("Exchange ").matcher(grouped).results().count()).isOne();
    String sorted =
        plan(
            model
                .transform(table.sortWithinPartitions("id"))
                .sortWithinPartitions("id")
                .select("id", "prediction"));
    assertThat(Pattern.compile("Sort \\[").matcher(sorted).results().count()).isOne();
  }

  /** A row too short, one with a number that is not finite, and null. */
  private static Dataset<Row> withBadRows() {
    return table
        .coalesce(1)
        .sortWithinPartitions("id")
        .withColumn(
            "features",
            functions.expr(
                "case id when 3 then slice(features, 1, 5)"
                    + " when 4 then transform(features, x -> double('NaN'))"
                    + " when 5 then null else features end"));
  }

  @Test
  void rowsThatCannotBeReadAreRefusedSkippedOrKept() {
    Dataset<Row> rows = withBadRows();
    RnnClassificationModel model = classifier();
    assertThatThrownBy(() -> model.transform(rows).collectAsList())
        .hasRootCauseInstanceOf(DataException.class)
        .hasRootCauseMessage("Cannot predict a row: expected 12 values, found 5");
    // Nobody asks what it says of them.
    assertThat(model.transform(rows).select("id").collectAsList()).hasSize(60);

    RnnClassificationModel skips = model.copy(ParamMap.empty()).setHandleInvalid("skip");
    assertThat(
            skips
                .transform(rows)
                .filter("id < 10")
                .select("id")
                .as(Encoders.LONG())
                .collectAsList())
        .containsExactly(0L, 1L, 2L, 6L, 7L, 8L, 9L);
    RnnClassificationModel keeps = model.copy(ParamMap.empty()).setHandleInvalid("keep");
    Dataset<Row> kept = keeps.transform(rows);
    assertThat(
            kept.drop("rawPrediction", "probability", "prediction")
                .collectAsList()
                .toString()
                .equals(rows.collectAsList().toString()))
        .isTrue();
    assertThat(kept.filter("isnan(prediction)").select("id").as(Encoders.LONG()).collectAsList())
        .containsExactly(3L, 4L, 5L);
    assertThat(kept.filter("id = 3").select("probability").first().<Vector>getAs(0).toArray())
        .containsOnly(Double.NaN)
        .hasSize(3);
    assertThat(kept.filter("id > 5").collectAsList())
        .isEqualTo(model.transform(rows).filter("id > 5").collectAsList());
    assertThatThrownBy(() -> model.copy(ParamMap.empty()).setHandleInvalid("drop").transform(rows))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void everyNetworkOfClassesPredicts() {
    for (Reads reads : List.of(Reads.LAST, Reads.MEAN, Reads.MAX)) {
      ModelFile file = file(Loss.softmax(), 3, reads, true);
      RnnClassificationModel model = new RnnClassificationModel("m", file);
      Row row = model.transform(table).filter("id = 7").select("features", "probability").first();
      double[] values = row.<Double>getList(0).stream().mapToDouble(x -> x).toArray();
      assertThat(row.<Vector>getAs(1).toArray())
          .containsExactly(RnnModel.of(file).predict(steps(values))[0])
          .containsExactly(model.predictProbability(Vectors.dense(values)).toArray());
    }
    ModelFile ofText = ofText();
    Dataset<Row> texts = spark.sql("select 'good not bad' as features union all select 'bad'");
    assertThat(
            new RnnClassificationModel("m", ofText)
                .transform(texts).select("probability").collectAsList().stream()
                    .map(row -> row.<Vector>getAs(0).toArray()))
        .containsExactlyInAnyOrder(
            RnnModel.of(ofText).predict("good not bad")[0], RnnModel.of(ofText).predict("bad")[0]);
  }

  private static double[][] steps(double[] values) {
    double[][] steps = new double[values.length / 3][];
    for (int step = 0; step < steps.length; step++) {
      steps[step] = Arrays.copyOfRange(values, 3 * step, 3 * step + 3);
    }
    return steps;
  }

  private static ModelFile ofText() {
    RnnTopology topology =
        new RnnTopology(
            "text",
            new Network(
                new Input(5, 0, List.of(new Embedding(4, 3, 0)), 0, Join.EVERY_STEP),
                List.of(new Layer("elman-tanh", 4)),
                new Head(Loss.softmax(), 2, Reads.LAST)));
    return new ModelFile(
        topology,
        ParameterInitializer.ORTHOGONAL.initialise(topology, 5),
        Map.of(),
        Optional.of(
            new Preparation(
                List.of(),
                ChannelScale.NONE,
                Map.of(),
                new Vocabulary(Vocabulary.Unit.WORDS, List.of("good", "bad")),
                List.of("no", "yes"),
                TargetScale.IDENTITY)));
  }

  @Test
  void networksOfNumbersPredictInTheUnitsOfTheData() {
    ModelFile two = file(new Loss.Squared(), 2, Reads.LAST, true);
    RnnRegressionModel model = new RnnRegressionModel("m", two);
    Dataset<Row> nested =
        table.withColumn(
            "features",
            functions.expr("transform(sequence(0, 3), t -> slice(features, 3 * t + 1, 3))"));
    Row row = model.transform(table).filter("id = 7").first();
    double[] values =
        row.<Double>getList(row.fieldIndex("features")).stream().mapToDouble(x -> x).toArray();
    double[] expected = RnnModel.of(two).predict(steps(values))[0];
    assertThat(row.<Double>getAs("prediction")).isEqualTo(expected[0]);
    assertThat(row.<Double>getList(row.fieldIndex("predictions")))
        .containsExactly(expected[0], expected[1]);
    assertThat(model.predictAll(Vectors.dense(values))).containsExactly(expected);
    assertThat(model.transform(nested).filter("id = 7").first().<Double>getAs("prediction"))
        .isEqualTo(model.predict(Vectors.dense(values)));
    assertThat(
            model
                .copy(ParamMap.empty())
                .setHandleInvalid("keep")
                .transform(withBadRows())
                .filter("id = 3")
                .select("prediction", "predictions")
                .first())
        .hasToString("[NaN,null]");

    ModelFile quantiles = file(new Loss.Quantile(List.of(0.1, 0.5, 0.9)), 3, Reads.MEAN, false);
    assertThat(new RnnRegressionModel("m", quantiles).predict(Vectors.dense(values)))
        .isEqualTo(RnnModel.of(quantiles).predict(steps(values))[0][1]);
  }

  @Test
  void networksOfTimeStepsSayArrays() {
    ModelFile classes = file(Loss.softmax(), 3, Reads.EVERY, true);
    Row row = new RnnSequenceLabelingModel("m", classes).transform(table).filter("id = 7").first();
    double[] values =
        row.<Double>getList(row.fieldIndex("features")).stream().mapToDouble(x -> x).toArray();
    double[][] expected = RnnModel.of(classes).predict(steps(values));
    assertThat(row.getList(row.fieldIndex("prediction"))).hasSize(4);
    assertThat(
            new RnnSequenceLabelingModel("m", classes)
                .transform(table)
                .filter("id = 7")
                .selectExpr("flatten(probability)")
                .first()
                .<Double>getList(0))
        .containsExactly(
            Stream.of(expected).flatMapToDouble(Arrays::stream).boxed().toArray(Double[]::new));
    ModelFile numbers = file(new Loss.Squared(), 1, Reads.EVERY, true);
    Dataset<Row> out = new RnnSequenceLabelingModel("m", numbers).transform(table);
    assertThat(out.columns()).doesNotContain("probability");
    assertThat(out.filter("id = 7").first().<Double>getList(out.schema().fieldIndex("prediction")))
        .containsExactly(
            Stream.of(RnnModel.of(numbers).predict(steps(values)))
                .map(step -> step[0])
                .toArray(Double[]::new));
  }

  @Test
  void modelsAreSavedWhereverSparkSaves() throws IOException {
    spark
        .sparkContext()
        .hadoopConfiguration()
        .set("fs.viewfs.mounttable.models.link./m", temp.resolve("viewed").toUri().toString());
    Files.createDirectories(temp.resolve("viewed"));
    List<MLWritable> models =
        List.of(
            classifier(),
            new RnnRegressionModel("r", file(new Loss.Squared(), 2, Reads.LAST, true)),
            new RnnSequenceLabelingModel("s", file(Loss.softmax(), 3, Reads.EVERY, true)));
    List<String> places =
        List.of("other://host" + temp + "/there", "viewfs://models/m/there", temp + "/here");
    for (MLWritable model : models) {
      // Of the others one is enough for the sample: all are written by the same code.
      for (String where :
          model == models.get(0) ? places : Proof.of(places, places.subList(0, 1))) {
        String path = where + model.getClass().getSimpleName();
        model.save(path);
        assertThatThrownBy(() -> model.save(path)).isInstanceOf(IOException.class);
        model.write().overwrite().save(path);
        Transformer pipeline = new PipelineModel("p", new Transformer[] {(Transformer) model});
        ((MLWritable) pipeline).write().overwrite().save(path + "-pipeline");
        assertThat(
                PipelineModel.load(path + "-pipeline")
                    .transform(table)
                    .drop("features")
                    .filter("id = 7")
                    .first())
            .hasToString(
                ((Transformer) model)
                    .transform(table)
                    .drop("features")
                    .filter("id = 7")
                    .first()
                    .toString());
      }
    }
    Path saved = temp.resolve("hereRnnClassificationModel");
    assertThat(permissions(saved.resolve("model.srnn")))
        .isEqualTo(permissions(saved.resolve("metadata").resolve("_SUCCESS")));
    assertThat(
            RnnClassificationModel.load("other://host" + temp + "/thereRnnClassificationModel")
                .parameters())
        .containsExactly(classifier().parameters());
  }

  private static String permissions(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @Test
  void whatCannotBeSavedLeavesNothing() {
    spark.sparkContext().hadoopConfiguration().set("fs.broken.impl", NoMetadata.class.getName());
    assertThatThrownBy(() -> classifier().save("broken://host" + temp + "/broken"))
        .hasStackTraceContaining("no metadata here");
    assertThat(temp.resolve("broken")).doesNotExist();
  }

  /** One on which the first of two files can be written. */
  public static final class NoMetadata extends OtherFileSystem {
    @Override
    public URI getUri() {
      return URI.create("broken://host");
    }

    @Override
    public String getScheme() {
      return "broken";
    }

    @Override
    public boolean mkdirs(org.apache.hadoop.fs.Path path) throws IOException {
      if (path.toString().contains("/metadata")) {
        throw new IOException("no metadata here");
      }
      return super.mkdirs(path);
    }
  }

  @Test
  void toolsFindTheClasses() {
    assertThat(ServiceLoader.load(Transformer.class).stream().map(ServiceLoader.Provider::type))
        .contains(
            RnnClassificationModel.class, RnnRegressionModel.class, RnnSequenceLabelingModel.class);
    assertThat(ServiceLoader.load(Estimator.class).stream().map(ServiceLoader.Provider::type))
        .contains(RnnClassifier.class, RnnRegressor.class, RnnSequenceLabeler.class);
    RnnClassificationModel nothing = new RnnClassificationModel();
    assertThat(nothing)
        .hasToString("RnnClassificationModel: uid=%s, nothing learnt".formatted(nothing.uid()));
  }
}
