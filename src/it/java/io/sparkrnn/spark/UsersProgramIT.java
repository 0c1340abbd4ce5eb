package io.sparkrnn.spark;

import static org.apache.spark.ml.functions.vector_to_array;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.ml.classification.OneVsRest;
import org.apache.spark.ml.classification.OneVsRestModel;
import org.apache.spark.ml.evaluation.BinaryClassificationEvaluator;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What programs that train count on. */
class UsersProgramIT {
  private static RnnClassifier classifier() {
    return new RnnClassifier()
        .setTimeSteps(MnistTable.TIME_STEPS)
        .setHidden(new int[] {8})
        .setEpochs(1);
  }

  @Test
  void evaluatorsAndOneVsRestMayCountOnRawPredictions() {
    try (SparkSession spark = MnistTable.session()) {
      Dataset<Row> table = MnistTable.of(spark, MnistTable.first(600)).drop("array").cache();
      Dataset<Row> rare = table.withColumn("label", functions.expr("int(label = 8)")).cache();
      Dataset<Row> scored = classifier().fit(rare).transform(rare);
      assertThat(areaUnderRoc(scored, "rawPrediction"))
          .isCloseTo(areaUnderRoc(scored, "probability"), within(1e-9));

      OneVsRestModel oneVsRest = new OneVsRest().setClassifier(classifier()).fit(table);
      Dataset<Row> probabilities = table;
      List<Column> all = new ArrayList<>();
      for (int c = 0; c < 10; c++) {
        probabilities =
            ((RnnClassificationModel) oneVsRest.models()[c])
                .copy(ParamMap.empty())
                .setRawPredictionCol("")
                .setPredictionCol("")
                .setProbabilityCol("p" + c)
                .transform(probabilities);
        all.add(functions.element_at(vector_to_array(functions.col("p" + c), "float64"), 2));
      }
      Dataset<Row> mostProbable =
          probabilities
              .withColumn("all", functions.array(all.toArray(Column[]::new)))
              .selectExpr("double(array_position(all, array_max(all)) - 1) as prediction");
      assertThat(oneVsRest.transform(table).select("prediction").collectAsList())
          .isEqualTo(mostProbable.collectAsList());
    }
  }

  private static double areaUnderRoc(Dataset<Row> scored, String column) {
    return new BinaryClassificationEvaluator().setRawPredictionCol(column).evaluate(scored);
  }

  @ParameterizedTest
  @ValueSource(strings = {"classifier", "master"})
  void aDriverWithoutTheVectorModuleIsWarnedOnce(String trainer) throws Exception {
    Process process =
        new ProcessBuilder(
                Stream.of(
                        Stream.of(Path.of(System.getProperty("java.home"), "bin/java").toString()),
                        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                            .filter(argument -> argument.startsWith("--add-opens")),
                        Stream.of(
                            "-cp",
                            System.getProperty("java.class.path"),
                            WithoutVectorModule.class.getName(),
                            trainer))
                    .flatMap(arguments -> arguments)
                    .toList())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output.lines().filter(line -> line.contains("--add-modules jdk.incubator.vector")))
        .singleElement()
        .asString()
        .contains("WARN");
  }

  /** What a user's program does, twice. */
  public static final class WithoutVectorModule {
    private WithoutVectorModule() {}

    public static void main(String[] args) {
      try (SparkSession spark = MnistTable.session()) {
        for (int i = 0; i < 2; i++) {
          if (args[0].equals("classifier")) {
            classifier().fit(MnistTable.of(spark, MnistTable.first(2)));
          } else {
            new AveragingTrainingMaster.Builder(1).build();
          }
        }
      }
    }
  }
}
