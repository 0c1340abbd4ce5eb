package io.sparkrnn.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.classification.LogisticRegression;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.feature.StandardScaler;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

/** The README's program for Spark ML: series of several variables, of which no image is made. */
class TimeSeriesIT {
  private static final Path THIS =
      Path.of("src", "it", "java", "io", "sparkrnn", "spark", "TimeSeriesIT.java");

  @Test
  void aPipelineLearnsWhatNoTimeStepShows() throws IOException {
    try (SparkSession spark = MnistTable.session()) {
      Dataset<Row> training = Accelerometers.table(spark, 4000, 1);
      Dataset<Row> heldOut = Accelerometers.table(spark, 1000, 2);

      // begin
      StandardScaler scaler =
          new StandardScaler().setInputCol("series").setOutputCol("features").setWithMean(true);
      RnnClassifier rnn =
          new RnnClassifier()
              .setTimeSteps(40) // a series is 40 time steps of 3 axes, one after the other
              .setHidden(new int[] {48})
              .setMinibatchSize(32)
              .setLearningRate(0.01)
              .setEpochs(20);
      PipelineModel model =
          new Pipeline().setStages(new PipelineStage[] {scaler, rnn}).fit(training);
      MulticlassClassificationEvaluator evaluator =
          new MulticlassClassificationEvaluator().setMetricName("accuracy");
      double accuracy = evaluator.evaluate(model.transform(heldOut));
      // end

      double linear =
          evaluator.evaluate(
              new Pipeline()
                  .setStages(new PipelineStage[] {scaler, new LogisticRegression()})
                  .fit(training)
                  .transform(heldOut));
      System.out.printf("accuracy %.3f, of LogisticRegression %.3f%n", accuracy, linear);
      assertThat(accuracy).isGreaterThan(0.975);
      assertThat(linear).isLessThan(0.3);
    }
  }

  @Test
  void theReadmeHasThisProgram() throws IOException {
    String readme = Files.readString(Path.of("README.md"));
    assertThat(readme).contains("## In your Spark program\n");
    assertThat(
            between(between(readme, "## In your Spark program\n", "\n## "), "```java\n", "```")
                .replaceAll("\\s", ""))
        .isEqualTo(between(Files.readString(THIS), "// begin\n", "// end\n").replaceAll("\\s", ""));
  }

  private static String between(String text, String start, String end) {
    int from = text.indexOf(start) + start.length();
    return text.substring(from, text.indexOf(end, from));
  }
}
