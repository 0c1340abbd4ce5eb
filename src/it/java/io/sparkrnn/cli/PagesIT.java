package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparkrnn.spark.RnnClassificationModel;
import io.sparkrnn.spark.RnnClassifier;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.StreamingQueryException;
import org.apache.spark.sql.streaming.Trigger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pages that are whole examples: what they print is typed here, and comes to what they say. */
class PagesIT {
  private static final Path THIS =
      Path.of("src", "it", "java", "io", "sparkrnn", "cli", "PagesIT.java");
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```(\\w+)\n(.*?)^```$");
  private static final Pattern PROGRAM = Pattern.compile("(?s)// begin\n(.*?)// end\n");
  private static final Pattern NUMBER = Pattern.compile("\\d[\\d,]*(?:\\.\\d+)?");
  private static final Pattern ENDS_WITH = Pattern.compile(" # ends with (\\d+)$");

  /** Pages round, and other CPUs may sum what a query computes in other ways. */
  private static final double TOLERANCE = 0.05;

  @TempDir private Path temp;

  private static String page(String name) throws IOException {
    return Files.readString(Path.of("src", "docs", name));
  }

  @ParameterizedTest
  @CsvSource({"forecasting.md, /tmp/demand", "nightly.md, /tmp/bikes"})
  void commandsComeToWhatThePageSays(String page, String directory) throws Exception {
    List<String> printed = new ArrayList<>();
    int compared = 0;
    for (MatchResult block : BLOCK.matcher(page(page)).results().toList()) {
      String content = block.group(2).replace(directory, temp.toString());
      if (block.group(1).equals("sh")) {
        printed = run(content);
      } else {
        for (String line : content.lines().toList()) {
          assertSaid(printed, line);
          compared++;
        }
      }
    }
    assertThat(compared).isPositive();
  }

  /** What a block's commands print; the launcher's run in this JVM. */
  private List<String> run(String commands) throws Exception {
    StringBuilder printed = new StringBuilder();
    StringBuilder ofShell = new StringBuilder();
    for (String line : commands.lines().toList()) {
      if (!line.startsWith("submit/local ")) {
        ofShell.append(line).append('\n');
        continue;
      }
      printed.append(shell(ofShell.toString()));
      ofShell.setLength(0);
      Matcher end = ENDS_WITH.matcher(line);
      int expected = end.find() ? Integer.parseInt(end.group(1)) : 0;
      String[] words = end.replaceAll("").split(" ");
      CommandRun run =
          CommandRun.of(List.of(words).subList(1, words.length).toArray(String[]::new));
      assertThat(run.exitCode()).as(line + "\n" + run.errors()).isEqualTo(expected);
      printed.append(run.output()).append(run.errors());
    }
    printed.append(shell(ofShell.toString()));
    System.out.print(printed);
    return printed.toString().lines().toList();
  }

  private static String shell(String commands) throws Exception {
    if (commands.isEmpty()) {
      return "";
    }
    Process bash =
        new ProcessBuilder("bash", "-euo", "pipefail", "-c", commands)
            .redirectErrorStream(true)
            .start();
    String output = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(bash.waitFor()).as("%s: %s", commands, output).isZero();
    return output;
  }

  /** Requires a line like one of a page, with about its numbers; "..." stands for anything. */
  private static void assertSaid(List<String> printed, String expected) {
    Pattern pattern = Pattern.compile(like(expected));
    List<String> alike = printed.stream().filter(pattern.asMatchPredicate()).toList();
    assertThat(alike).as("%s in%n%s", expected, String.join("\n", printed)).isNotEmpty();
    assertThat(alike)
        .anySatisfy(
            line -> {
              Matcher found = pattern.matcher(line);
              assertThat(found.matches()).isTrue();
              List<MatchResult> numbers = NUMBER.matcher(expected).results().toList();
              for (int i = 0; i < numbers.size(); i++) {
                double number = number(numbers.get(i).group());
                assertThat(number(found.group(i + 1)))
                    .as(line)
                    .isCloseTo(number, within(TOLERANCE * number));
              }
            });
  }

  private static String like(String line) {
    StringBuilder pattern = new StringBuilder();
    int end = 0;
    for (MatchResult number : NUMBER.matcher(line).results().toList()) {
      pattern.append(words(line.substring(end, number.start())));
      pattern.append('(').append(NUMBER.pattern()).append(')');
      end = number.end();
    }
    return pattern.append(words(line.substring(end))).toString();
  }

  private static String words(String text) {
    return List.of(text.split("\\.\\.\\.", -1)).stream()
        .map(Pattern::quote)
        .collect(Collectors.joining(".*?"));
  }

  private static double number(String text) {
    return Double.parseDouble(text.replace(",", ""));
  }

  @Test
  void aBadMicroBatchDoesNotEndAStream() throws Exception {
    String incoming = Files.createDirectory(temp.resolve("incoming")).toString();
    String answers = temp.resolve("answers").toString();
    String checkpoint = temp.resolve("checkpoint").toString();
    writeUtterances(incoming);
    SparkSession spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "2")
            // To compile what runs once takes longer than to run it.
            .config("spark.sql.codegen.wholeStage", "false")
            .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
            .getOrCreate();
    try {
      // begin
      Dataset<Row> utterances =
          spark.read().json("src/data/sequences/japanese-vowels/train.jsonl.gz");
      RnnClassificationModel model =
          new RnnClassifier()
              .setFeaturesCol("x")
              .setStandardise("channel")
              .setCell("lstm")
              .setHidden(new int[] {32})
              .setMinibatchSize(32)
              .setLearningRate(0.01)
              .setWorkers(1)
              .setEpochs(20)
              .fit(utterances);
      // end

      // begin
      model.setHandleInvalid("keep");
      StreamingQuery query =
          model
              .transform(
                  spark
                      .readStream()
                      .schema(utterances.schema())
                      .option("maxFilesPerTrigger", 1)
                      .json(incoming))
              .select("id", "label", "prediction")
              .writeStream()
              .format("parquet")
              .option("path", answers)
              .option("checkpointLocation", checkpoint)
              .trigger(Trigger.AvailableNow())
              .start();
      query.awaitTermination();
      // end

      // begin
      Dataset<Row> all = spark.read().parquet(answers);
      Dataset<Row> bad = all.where("isnan(prediction)");
      Dataset<Row> good = all.where("not isnan(prediction)");
      double accuracy =
          new MulticlassClassificationEvaluator().setMetricName("accuracy").evaluate(good);
      // end

      System.out.printf(
          "accuracy %.3f of %d, bad %s%n", accuracy, good.count(), bad.collectAsList());
      assertThat(query.recentProgress()).hasSize(3);
      // Five of the page, and one that is longer than those of training.
      assertThat(bad.count()).isEqualTo(6);
      assertThat(good.count()).isEqualTo(369);
      assertThat(accuracy).isGreaterThan(0.95);
      Dataset<Row> stream =
          spark.readStream().schema(utterances.schema()).json(temp.resolve("bad").toString());
      answered(model.setHandleInvalid("skip").transform(stream), "skipped");
      assertThat(spark.table("skipped").count()).isZero();
      assertThatThrownBy(
              () -> answered(model.setHandleInvalid("error").transform(stream), "refused"))
          .isInstanceOf(StreamingQueryException.class)
          .hasStackTraceContaining("Cannot predict a row: expected ");
    } finally {
      spark.stop();
    }
    assertThat(blocks("streaming.md", "java").collect(Collectors.joining()).replaceAll("\\s", ""))
        .isEqualTo(
            PROGRAM
                .matcher(Files.readString(THIS))
                .results()
                .map(part -> part.group(1))
                .collect(Collectors.joining())
                .replaceAll("\\s", ""));
  }

  private static void answered(Dataset<Row> stream, String name) throws Exception {
    stream
        .select("id", "prediction")
        .writeStream()
        .format("memory")
        .queryName(name)
        .trigger(Trigger.AvailableNow())
        .start()
        .awaitTermination();
  }

  /** The test utterances, with the page's bad ones in the middle. */
  private void writeUtterances(String incoming) throws IOException {
    List<String> lines;
    Path test = Path.of("src/data/sequences/japanese-vowels/test.jsonl.gz");
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(test)), StandardCharsets.UTF_8))) {
      lines = in.lines().toList();
    }
    String bad = blocks("streaming.md", "json").findFirst().orElseThrow();
    Files.write(Path.of(incoming, "1.json"), lines.subList(0, 200));
    Files.writeString(Path.of(incoming, "2.json"), bad);
    Files.write(Path.of(incoming, "3.json"), lines.subList(200, lines.size()));
    Files.writeString(Files.createDirectory(temp.resolve("bad")).resolve("1.json"), bad);
  }

  private static Stream<String> blocks(String page, String language) throws IOException {
    return BLOCK
        .matcher(page(page))
        .results()
        .filter(block -> block.group(1).equals(language))
        .map(block -> block.group(2));
  }
}
