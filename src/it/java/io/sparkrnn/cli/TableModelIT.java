package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparkrnn.evaluation.Score;
import io.sparkrnn.evaluation.ScoreKind;
import io.sparkrnn.run.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Function;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model of tables, from its training to what it says of other tables. */
class TableModelIT {
  @TempDir(factory = OddTempDirectory.class)
  private static Path shared;

  @TempDir private Path temp;

  private static CommandRun trained;

  @BeforeAll
  static void train() throws IOException {
    Files.write(shared.resolve("train.jsonl"), sequences(new Random(1), 240));
    Files.write(shared.resolve("test.jsonl"), sequences(new Random(2), 80));
    trained =
        run(
            "train --engine local --workers 2 --minibatch-size 8 --epochs 4 --hidden 6 --learning-rate 0.01 --features x --label-column y",
            "--train-table",
            shared.resolve("train.jsonl"),
            "--test-table",
            shared.resolve("test.jsonl"),
            "--run-dir",
            shared.resolve("run"));
    assertThat(trained.exitCode()).as(trained.errors()).isZero();
  }

  /** Numbers that rise or fall, from 5 to 8 of them, on a scale of their own. */
  private static List<String> sequences(Random random, int count) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      boolean rises = i % 2 == 0;
      List<String> steps = new ArrayList<>();
      for (int step = 0; step < 5 + i % 4; step++) {
        double value = 500 + (rises ? 30 : -30) * step + 40 * random.nextGaussian();
        steps.add(String.format(Locale.ROOT, "[%.3f]", value));
      }
      lines.add(
          "{\"id\":%d,\"x\":%s,\"y\":\"%s\",\"z\":%d}"
              .formatted(i, steps, rises ? "rises" : "falls", 10 * steps.size()));
    }
    return lines;
  }

  private static CommandRun run(String line, Object... more) {
    List<String> arguments = new ArrayList<>(List.of(line.split(" ")));
    for (Object one : more) {
      arguments.add(one.toString());
    }
    return CommandRun.of(arguments.toArray(String[]::new));
  }

  private static <T> T withSpark(Function<SparkSession, T> use) {
    SparkSession session = SparkSession.builder().master("local[2]").getOrCreate();
    try {
      return use.apply(session);
    } finally {
      session.stop();
    }
  }

  private List<Row> rows(Path table) {
    return withSpark(
        session -> session.read().parquet(table.toString()).orderBy("id").collectAsList());
  }

  private static JsonNode test() throws IOException {
    return RunState.result(shared.resolve("run")).path("test");
  }

  private static void assertScoresOfTheRun(CommandRun evaluated) throws IOException {
    assertThat(evaluated.exitCode()).as(evaluated.errors()).isZero();
    test()
        .path("scores")
        .fields()
        .forEachRemaining(
            score -> {
              ScoreKind kind = ScoreKind.named(score.getKey()).orElseThrow();
              assertThat(evaluated.output())
                  .contains(
                      "%-20s%14s"
                          .formatted(
                              kind.label(), new Score(kind, score.getValue().asDouble()).number()));
            });
    String last =
        trained.output().lines().filter(line -> line.startsWith("test ")).findFirst().orElseThrow();
    assertThat(last).endsWith("80 sequences");
    assertThat(evaluated.output()).contains(last).contains("0 falls, 1 rises");
  }

  @Test
  void aRunIsEvaluatedAsItWasTested() throws IOException {
    assertScoresOfTheRun(run("evaluate --engine local --model", shared.resolve("run")));
    assertScoresOfTheRun(run("evaluate --master local[2] --model", shared.resolve("run")));
    assertThat(test().at("/score/value").asDouble()).isGreaterThan(0.8);
  }

  @Test
  void aReportIsWrittenAgainAsTheRunWroteIt() throws IOException {
    Path page = shared.resolve("run/report.html");
    String written = Files.readString(page);
    CommandRun again = run("report", shared.resolve("run"), "--output", temp.resolve("again.html"));
    assertThat(again.exitCode()).as(again.errors()).isZero();
    assertThat(again.output()).doesNotContain("No pictures");
    assertThat(Files.readString(temp.resolve("again.html"))).isEqualTo(written);
    assertThat(trained.output()).contains("sequences/s").doesNotContain("images");
  }

  @Test
  void aModelFileIsEvaluatedByFlags() throws IOException {
    Path model = Files.copy(shared.resolve("run/model.srnn"), temp.resolve("model.srnn"));
    Path other = shared.resolve("test.jsonl");
    assertScoresOfTheRun(
        run(
            "evaluate --engine local --features x --label-column y --model",
            model,
            "--test-table",
            other));

    CommandRun none = run("evaluate --engine local --model", model);
    assertThat(none.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(none.errors()).contains("expected a table in --test-table, found none");
    CommandRun longer =
        run(
            "evaluate --engine local --features id --label-column y --inputs 1 --model",
            model,
            "--test-table",
            other);
    assertThat(longer.exitCode()).as(longer.output()).isZero();
    CommandRun columns =
        run(
            "evaluate --engine local --features id,z --inputs 2 --label-column y --model",
            model,
            "--test-table",
            other);
    assertThat(columns.exitCode()).isEqualTo(ExitCode.DATA);
    assertThat(columns.errors())
        .contains("expected 1 numbers at each time step, as in training, found 2");
  }

  @Test
  void sequencesThatTheNetworkCannotReadAreRefused() throws IOException {
    Path table = temp.resolve("long.jsonl");
    Files.writeString(table, "{\"x\":[1,2,3,4,5,6,7,8,9],\"y\":\"falls\"}\n");
    CommandRun refused =
        run("evaluate --engine local --model", shared.resolve("run"), "--test-table", table);
    assertThat(refused.exitCode()).isEqualTo(ExitCode.DATA);
    assertThat(refused.errors().lines()).hasSize(1);
    assertThat(refused.errors()).contains("expected at most 8 time steps");
  }

  @Test
  void aTableIsPredictedInItsOwnWords() throws IOException {
    Path output = temp.resolve("predicted");
    CommandRun predicted =
        run(
            "predict --master local[2] --model",
            shared.resolve("run"),
            "--input",
            shared.resolve("test.jsonl"),
            "--output",
            output);
    assertThat(predicted.exitCode()).as(predicted.errors()).isZero();
    assertThat(predicted.output()).contains("80 rows, 0 bad");

    List<Row> rows = rows(output);
    assertThat(rows).hasSize(80);
    assertThat(rows.get(0).schema().fieldNames())
        .containsExactly(
            "id", "y", "z", "prediction", "probability", "probabilities", "reason", "status");
    int right = 0;
    for (Row row : rows) {
      String prediction = row.getAs("prediction");
      List<Double> probabilities = row.getList(row.fieldIndex("probabilities"));
      double probability = row.getAs("probability");
      assertThat(probabilities.get(prediction.equals("rises") ? 1 : 0)).isEqualTo(probability);
      assertThat(probabilities.get(0) + probabilities.get(1)).isCloseTo(1, within(1e-12));
      right += prediction.equals(row.getAs("y")) ? 1 : 0;
    }
    assertThat(right / 80.0).isEqualTo(test().path("accuracy").asDouble());
  }

  @Test
  void badRowsAreSetAside() throws IOException {
    Path table = temp.resolve("bad.jsonl");
    Files.write(
        table,
        List.of(
            "{\"id\":0,\"x\":[[1],[2]]}",
            "{\"id\":1,\"x\":[[1],[null]]}",
            "{\"id\":2,\"x\":[[1],[2],[3],[4],[5],[6],[7],[8],[9]]}",
            "{\"id\":3}"));
    Path output = temp.resolve("predicted");
    CommandRun predicted =
        run(
            "predict --master local[2] --max-bad 3 --model",
            shared.resolve("run"),
            "--input",
            table,
            "--output",
            output);
    assertThat(predicted.exitCode()).as(predicted.errors()).isZero();
    assertThat(rows(output).stream().map(row -> row.<String>getAs("reason")))
        .containsExactly(
            null,
            "expected a number, found null in column x",
            "expected at most 8 time steps, found 9",
            "expected numbers, found null in column x");
  }

  @Test
  void numbersAreInTheUnitsOfTheTable() throws IOException {
    Path run = temp.resolve("regression");
    CommandRun training =
        run(
            "train --engine local --workers 1 --minibatch-size 8 --epochs 4 --hidden 6 --learning-rate 0.02 --task regress --features x --target-columns z",
            "--train-table",
            shared.resolve("train.jsonl"),
            "--test-table",
            shared.resolve("test.jsonl"),
            "--run-dir",
            run);
    assertThat(training.exitCode()).as(training.errors()).isZero();
    Path output = temp.resolve("predicted");
    CommandRun predicted =
        run(
            "predict --master local[2] --output-format csv --model",
            run,
            "--input",
            shared.resolve("test.jsonl"),
            "--output",
            output);
    assertThat(predicted.exitCode()).as(predicted.errors()).isZero();
    List<Row> rows =
        withSpark(
            session ->
                session
                    .read()
                    .option("header", true)
                    .option("inferSchema", true)
                    .csv(output.toString())
                    .collectAsList());
    double squares = 0;
    for (Row row : rows) {
      double error = row.<Double>getAs("prediction") - row.<Integer>getAs("z");
      squares += error * error;
    }
    assertThat(Math.sqrt(squares / rows.size()))
        .isCloseTo(RunState.result(run).at("/test/scores/rmse").asDouble(), within(1e-4));
  }

  @Test
  void whatIsNotThereYetIsSaid() {
    Path output = temp.resolve("predicted");
    CommandRun format =
        run(
            "predict --master local[2] --input-format png --model",
            shared.resolve("run"),
            "--input",
            temp,
            "--output",
            output);
    assertThat(format.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(format.errors()).contains("for a model of tables, found --input-format png");
    assertThat(output).doesNotExist();
    assertThat(trained.output())
        .contains("evaluate --model")
        .contains("--input TABLE --output NEW_TABLE")
        .doesNotContain("--input-format");
  }
}
