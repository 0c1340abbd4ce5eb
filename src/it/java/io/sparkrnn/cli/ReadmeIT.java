package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparkrnn.spark.AveragingTrainingMaster;
import io.sparkrnn.train.FirstImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The documents' program for DL4J Spark, and their lists of what a run leaves. */
class ReadmeIT {
  private static final Path THIS =
      Path.of("src", "it", "java", "io", "sparkrnn", "cli", "ReadmeIT.java");
  private static final Pattern ENTRY = Pattern.compile("(?m)^\\| `([\\w.-]+)/?` \\|");
  private static final Pattern ROW = Pattern.compile("(?m)^\\| (`[^|]*) \\| .* \\|$");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");

  @TempDir private Path temp;

  private static String between(String text, String start, String end) {
    int from = text.indexOf(start);
    assertThat(from).as("%s", start).isNotNegative();
    return text.substring(from + start.length(), text.indexOf(end, from + start.length()));
  }

  private static String page(String name, String start, String end) throws IOException {
    return between(Files.readString(Path.of("src", "docs", name)), start, end);
  }

  @Test
  void theProgramForDl4jTrains() throws IOException {
    try (JavaSparkContext context =
        new JavaSparkContext(
            new SparkConf()
                .setMaster("local[2]")
                .setAppName("readme")
                .set("spark.ui.enabled", "false"))) {
      JavaRDD<DataSet> data = context.parallelize(rows(), 3);

      // begin
      MultiLayerConfiguration configuration =
          new NeuralNetConfiguration.Builder()
              .updater(new Adam(0.002))
              .list()
              .layer(
                  new LastTimeStep(
                      new SimpleRnn.Builder()
                          .nIn(28)
                          .nOut(150)
                          .activation(Activation.TANH)
                          .build()))
              .layer(
                  new OutputLayer.Builder(LossFunction.MCXENT)
                      .nIn(150)
                      .nOut(10)
                      .activation(Activation.SOFTMAX)
                      .build())
              .build();
      AveragingTrainingMaster master =
          new AveragingTrainingMaster.Builder(4).averagingFrequency(10).build();
      SparkDl4jMultiLayer network = new SparkDl4jMultiLayer(context, configuration, master);
      for (int epoch = 0; epoch < 10; epoch++) {
        network.fit(
            data); // a JavaRDD<DataSet>: features [sample][input][time step], one-hot labels
      }
      // end

      assertThat(network.evaluate(data).accuracy()).isGreaterThan(0.9);
    }
    String section = page("interop.md", "\n## DL4J Spark programs\n", "\nIt trains ");
    assertThat(between(section, "```java\n", "```").replaceAll("\\s", ""))
        .isEqualTo(between(Files.readString(THIS), "// begin\n", "// end\n").replaceAll("\\s", ""));
  }

  /** Samples that have one row of pixels lit, which is their class. */
  private static List<DataSet> rows() {
    List<DataSet> sets = new ArrayList<>();
    for (int set = 0; set < 64; set++) {
      INDArray features = Nd4j.zeros(10, 28, 28);
      for (int sample = 0; sample < 10; sample++) {
        features
            .get(NDArrayIndex.point(sample), NDArrayIndex.point(2 * sample), NDArrayIndex.all())
            .assign(1);
      }
      sets.add(new DataSet(features, Nd4j.eye(10)));
    }
    return sets;
  }

  @Test
  void aRunLeavesWhatIsListed() throws IOException {
    Path run = temp.resolve("run");
    // So slow that no epoch is better than the first.
    CommandRun train =
        CommandRun.succeed(
            "train --engine local --hidden 3 --epochs 5 --learning-rate 1e-12 --validation 10"
                + " --data %s --run-dir %s",
            FirstImages.in(temp, 40), run);
    assertThat(train.errors()).isEmpty();

    try (Stream<Path> entries = Files.list(run)) {
      assertThat(entries.map(entry -> entry.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(
              ENTRY
                  .matcher(page("run-directory.md", "\n## Entries\n", "\n## "))
                  .results()
                  .map(match -> match.group(1))
                  .toList());
    }
    try (Stream<Path> checkpoints = Files.list(run.resolve("checkpoints"))) {
      // The newest three, and the best of all five.
      assertThat(checkpoints.map(Path::getFileName))
          .map(Path::toString)
          .containsExactlyInAnyOrder(
              "checkpoint-000000001.srnn",
              "checkpoint-000000003.srnn",
              "checkpoint-000000004.srnn",
              "checkpoint-000000005.srnn");
    }
    // A valid file for --config.
    assertThat(
            CommandRun.of(
                    "train", "--dry-run", "--config", run.resolve("spark-rnn.conf").toString())
                .exitCode())
        .isZero();
    JsonNode result = RunState.result(run);
    Set<String> documented = documentedFields();
    assertThat(documented).contains("error").containsAll(fields(result));
    documented.removeAll(fields(result));
    // Of failed runs, those with early stopping or an initial model, and those on tables, only.
    assertThat(documented)
        .containsExactly(
            "bestEpoch",
            "error",
            "initial.accuracy",
            "initial.loss",
            "initial.onlyFinalRight",
            "initial.onlyInitialRight",
            "initial.pValue",
            "initialParametersSha256",
            "permanent",
            "stoppedEarly",
            "test.classes",
            "test.largestErrors",
            "test.readings");
    assertThat(result.at("/versions").fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("sparkRnn", "arithmetic", "gitCommit", "spark", "java", "os");
    assertThat(result.at("/data/fingerprints/0").fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("name", "location", "sha256", "bytes");
  }

  private static Set<String> documentedFields() throws IOException {
    return ROW.matcher(page("run-directory.md", "\n## result.json\n", "\n## "))
        .results()
        .flatMap(row -> CODE.matcher(row.group(1)).results())
        .map(match -> match.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Names at the top, and those of parts with a dot, except that versions are one field. */
  private static Set<String> fields(JsonNode result) {
    Set<String> names = new TreeSet<>();
    result
        .fields()
        .forEachRemaining(
            field -> {
              if (field.getValue().isObject() && !field.getKey().equals("versions")) {
                field
                    .getValue()
                    .fieldNames()
                    .forEachRemaining(name -> names.add(field.getKey() + "." + name));
              } else {
                names.add(field.getKey());
              }
            });
    return names;
  }
}
