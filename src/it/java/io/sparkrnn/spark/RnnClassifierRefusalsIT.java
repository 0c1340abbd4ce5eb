package io.sparkrnn.spark;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkrnn.config.ConfigurationException;
import io.sparkrnn.data.DataException;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.storage.FormatException;
import io.sparkrnn.storage.MissingFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the classifier and its model refuse, and what they say. */
class RnnClassifierRefusalsIT {
  private static SparkSession spark;
  private static Dataset<Row> table;
  private static RnnClassificationModel model;

  @TempDir private Path temp;

  @BeforeAll
  static void start() {
    spark = MnistTable.session();
    table = MnistTable.of(spark, MnistTable.first(60)).repartition(3).cache();
    model = classifier().fit(table);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static RnnClassifier classifier() {
    return new RnnClassifier()
        .setTimeSteps(MnistTable.TIME_STEPS)
        .setHidden(new int[] {8})
        .setEpochs(1);
  }

  @Test
  void whatCallersOfSparkMlCatchIsThrown() {
    assertThatIllegalArgumentException().isThrownBy(() -> classifier().fit(table.drop("features")));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> classifier().setFeaturesCol("label").fit(table));
    assertThatIllegalArgumentException().isThrownBy(() -> new RnnClassifier().fit(table));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> classifier().fit(table.filter("label > 100")));
    assertThatIllegalArgumentException().isThrownBy(() -> model.transform(table.drop("features")));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                model
                    .copy(new ParamMap().put(model.thresholds().w(new double[] {1})))
                    .transform(table));
  }

  @Test
  void schemasThatDoNotFitAreRefused() {
    RnnClassifier classifier = classifier();
    assertThatThrownBy(() -> classifier.transformSchema(table.drop("features").schema()))
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot train on rows: expected a column features, found [array, label]");
    assertThatThrownBy(
            () ->
                classifier
                    .copy(ParamMap.empty())
                    .setFeaturesCol("label")
                    .transformSchema(table.schema()))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot train on rows: expected numbers in an array or a vector in column label, found int");
    assertThatThrownBy(() -> model.transform(table.drop("features")))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("Cannot predict rows: expected a column features, found [array, ");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> classifier.fit(table.withColumn("label", functions.lit("seven"))))
        .withMessageContaining("Column label must be of type numeric");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> classifier.fit(table.withColumn("prediction", functions.lit(1))))
        .withMessageContaining("prediction");
  }

  static Stream<Arguments> badRows() {
    return Stream.of(
        Arguments.of("cast(null as array<float>)", "label", "expected features, found null"),
        Arguments.of(
            "transform(array, (x, i) -> if(i = 5, cast(null as float), x))",
            "label",
            "expected numbers, found null at 5"),
        Arguments.of(
            "transform(array, (x, i) -> if(i = 5, float('NaN'), x))",
            "label",
            "expected finite values, found NaN at 5"),
        Arguments.of(
            "transform(cast(array as array<double>), (x, i) -> if(i = 5, 1e300, x))",
            "label",
            "expected values in the range of a float, found 1.0E300 at 5"),
        Arguments.of("slice(array, 1, 700)", "label", "expected 784 values, found 700"),
        Arguments.of("array", "-1", "expected a whole number from 0 to 32766 as label, found -1.0"),
        Arguments.of("array", "2.5", "expected a whole number from 0 to 32766 as label, found 2.5"),
        Arguments.of(
            "array", "40000", "expected a whole number from 0 to 32766 as label, found 40000.0"),
        Arguments.of(
            "array",
            "cast(null as int)",
            "expected a whole number from 0 to 32766 as label, found null"),
        Arguments.of(
            "array",
            "double('NaN')",
            "expected a whole number from 0 to 32766 as label, found NaN"));
  }

  @ParameterizedTest
  @MethodSource("badRows")
  void badRowsAreRefused(String features, String label, String problem) {
    // One partition whose row 1 is bad.
    Dataset<Row> rows =
        table
            .limit(3)
            .repartition(1)
            .withColumn("bad", functions.expr("monotonically_increasing_id() = 1"))
            .selectExpr(
                "if(bad, %s, array) as features".formatted(features),
                "if(bad, %s, label) as label".formatted(label));
    assertThatThrownBy(() -> classifier().fit(rows))
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot train on row 1 of partition 0: " + problem);
  }

  @Test
  void tablesThatCannotBeTrainedOnAreRefused() {
    assertThatThrownBy(() -> classifier().fit(table.filter("label > 100")))
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot train on rows: expected at least one, found none");
    assertThatThrownBy(() -> classifier().setWorkers(5).fit(table.limit(3)))
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot train on rows: expected at least one for each of 5 workers, found 3");
    assertThatThrownBy(() -> classifier().setTimeSteps(30).fit(table))
        .isInstanceOf(DataException.class)
        .hasMessageMatching(
            "Cannot train on row 0 of partition \\d: expected a multiple of 30 values \\(time steps\\), found 784");
    Dataset<Row> lengths =
        table
            .limit(1)
            .select("array", "label")
            .union(table.limit(1).selectExpr("slice(array, 1, 560) as array", "label"));
    assertThatThrownBy(() -> classifier().setFeaturesCol("array").fit(lengths))
        .isInstanceOf(DataException.class)
        // Spark 4 puts both into one partition.
        .hasMessageMatching(
            "Cannot train on (rows: expected as many features in all of them, found 560 and 784|row 1 of partition 0: expected 784 values, found 560)");
    assertThatThrownBy(() -> new RnnClassifier().fit(table))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("Cannot use the configuration: timeSteps: expected a whole number, found none");
  }

  @Test
  void rowsThatCannotBePredictedEndTheJob() {
    assertThatThrownBy(() -> model.predictRaw(Vectors.dense(1, 2)))
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot predict a row: expected 784 values, found 2");
    assertThatThrownBy(() -> model.predictRaw(null))
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot predict a row: expected features, found null");
    Dataset<Row> bad =
        table
            .limit(1)
            .withColumn(
                "features", functions.lit(null).cast(table.schema().apply("features").dataType()));
    assertThatThrownBy(() -> model.transform(bad).collectAsList())
        .hasRootCauseInstanceOf(DataException.class)
        .hasRootCauseMessage("Cannot predict a row: expected features, found null");
  }

  @Test
  void modelsThatAreMissingOrDamagedAreRefused() throws IOException {
    Path directory = temp.resolve("damaged");
    model.save(directory.toString());
    assertThatThrownBy(() -> RnnClassificationModel.load(temp.resolve("nowhere").toString()))
        .isInstanceOf(MissingFileException.class)
        .hasMessageContaining("nowhere/model.srnn");

    Path file = directory.resolve("model.srnn");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    assertThatThrownBy(() -> RnnClassificationModel.load(directory.toString()))
        .isInstanceOf(FormatException.class)
        .hasMessageStartingWith("Cannot read " + file);

    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    RnnClassificationModel.load(directory.toString());
    RnnTopology lstm =
        new RnnTopology(
            "x",
            new Network(
                new Input(28, 28),
                List.of(new Layer("lstm", 3)),
                new Head(new Loss.Squared(), 10, Reads.LAST)));
    byte[] ofLstm = new ModelFile(lstm, new float[lstm.parameterCount()], Map.of()).encode("test");
    Files.write(file, ofLstm);
    assertThatThrownBy(() -> RnnClassificationModel.load(directory.toString()))
        .isInstanceOf(FormatException.class)
        .hasMessage(
            "Cannot read %s: expected a network that gives each sequence one class, found 28 x 28 -> lstm 3 -> 10 squared",
            file);

    Files.write(file, bytes);
    Path other = temp.resolve("other");
    classifier().save(other.toString());
    Files.copy(file, other.resolve("model.srnn"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RnnClassificationModel.load(other.toString()))
        .withMessageStartingWith(
            "Cannot read %s/metadata: expected Spark ML's metadata of an RnnClassificationModel, found "
                .formatted(other));
  }
}
