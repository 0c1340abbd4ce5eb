package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.run.ExitCode;
import io.sparkrnn.serving.RnnModel;
import io.sparkrnn.serving.RnnStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Forecasts, streams of readings and texts that are gone on with, from training to answers. */
class SeriesPredictionIT {
  private static final String TRAIN =
      "train --engine local --workers 1 --minibatch-size 8 --epochs 1 --hidden 5 --cell lstm --learning-rate 0.01";
  private static final int DAYS = 30;
  private static final int KNOWN = 27;

  @TempDir private Path temp;

  private static CommandRun run(String line, Object... more) {
    List<String> arguments = new ArrayList<>(List.of(line.split(" ")));
    for (Object one : more) {
      arguments.add(one.toString());
    }
    CommandRun run = CommandRun.of(arguments.toArray(String[]::new));
    assertThat(run.exitCode()).as(run.errors()).isZero();
    return run;
  }

  private static String day(int day) {
    return "2024-01-%02dT00:00:00Z".formatted(day + 1);
  }

  private static double value(String shop, int day) {
    return (shop.equals("a") ? 100 : 300) + day * 2 + day % 7;
  }

  private static Map<String, List<Row>> answers(Path table) {
    SparkSession session =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.sql.session.timeZone", "UTC")
            .getOrCreate();
    try {
      return session.read().parquet(table.toString()).orderBy("time").collectAsList().stream()
          .collect(Collectors.groupingBy(row -> row.<String>getAs("shop")));
    } finally {
      session.stop();
    }
  }

  /** The last rows say only which day of the week it will be. */
  private static List<String> sales(String values) {
    List<String> lines = new ArrayList<>();
    for (String shop : List.of("a", "b")) {
      for (int day = 0; day < DAYS; day++) {
        lines.add(
            "{\"shop\":\"%s\",\"time\":\"%s\",\"weekday\":%d%s}"
                .formatted(
                    shop,
                    day(day),
                    day % 7,
                    day < KNOWN ? values.formatted(value(shop, day), value(shop, day)) : ""));
      }
    }
    return lines;
  }

  @Test
  void timesToComeAreForecast() throws IOException {
    Path training =
        Files.write(
            temp.resolve("train.jsonl"),
            sales(",\"sold\":%s,\"units\":%s").stream()
                .filter(line -> line.contains("sold"))
                .toList());
    Path run = temp.resolve("run");
    run(
        TRAIN
            + " --task forecast --time-column time --series-column shop --target-columns units --features sold,weekday --known-ahead weekday --window-steps 5 --horizon-steps 3 --test-from 2024-01-15T00:00:00Z --loss quantile --quantiles 0.1,0.5,0.9",
        "--train-table",
        training,
        "--run-dir",
        run);
    // Without what was sold on the days to come, nor anything to compare answers with.
    Path table = Files.write(temp.resolve("now.jsonl"), sales(",\"sold\":%s"));
    Path output = temp.resolve("answers");
    CommandRun predicted =
        run(
            "predict --master local[2] --columns quantiles,state --model",
            run,
            "--input",
            table,
            "--output",
            output);
    assertThat(predicted.output()).contains("6 rows, 0 bad");
    RnnModel model = RnnModel.load(run);
    Map<String, List<Row>> answers = answers(output);
    for (String shop : List.of("a", "b")) {
      List<Row> rows = answers.get(shop);
      assertThat(rows).hasSize(3);
      for (int i = 0; i < 3; i++) {
        Row row = rows.get(i);
        int last = KNOWN - 3 + i;
        assertThat(row.<Timestamp>getAs("time"))
            .isEqualTo(Timestamp.from(Instant.parse(day(KNOWN + i))));
        assertThat(row.<Timestamp>getAs("made_at"))
            .isEqualTo(Timestamp.from(Instant.parse(day(last))));
        RnnStream stream = model.start();
        double[] expected = {};
        for (int step = last - 4; step <= last; step++) {
          expected = stream.next(value(shop, step), (step + 3) % 7);
        }
        double[] found = {row.getAs("q10"), row.getAs("q50"), row.getAs("q90")};
        assertThat(found).isEqualTo(expected);
        assertThat(row.getList(row.fieldIndex("state")))
            .isEqualTo(IntStream.range(0, 5).mapToObj(unit -> stream.state()[unit]).toList());
      }
    }

    Path all = temp.resolve("all");
    assertThat(
            run(
                    "predict --master local[2] --windows all --model",
                    run,
                    "--input",
                    table,
                    "--output",
                    all)
                .output())
        .contains("%d rows, 0 bad".formatted(2 * (KNOWN - 4)));
    Row first = answers(all).get("a").get(0);
    assertThat(first.schema().fieldNames())
        .containsExactly("shop", "time", "made_at", "prediction", "reason", "status");
  }

  @Test
  void everyReadingOfAStreamGetsARow() throws IOException {
    Path table =
        Files.write(
            temp.resolve("readings.jsonl"),
            sales(",\"sold\":%s,\"busy\":\"%.0f\"").stream()
                .filter(line -> line.contains("sold"))
                .map(line -> line.replaceAll("\"busy\":\"\\d*([0-4])\"", "\"busy\":\"no\""))
                .map(line -> line.replaceAll("\"busy\":\"\\d+\"", "\"busy\":\"yes\""))
                .toList());
    Path run = temp.resolve("run");
    run(
        TRAIN
            + " --task label-steps --time-column time --series-column shop --label-column busy --features sold,weekday --test-from 2024-01-15T00:00:00Z",
        "--train-table",
        table,
        "--run-dir",
        run);
    Path output = temp.resolve("answers");
    run(
        "predict --master local[2] --columns prediction,class,label,probability,top-2 --model",
        run,
        "--input",
        table,
        "--output",
        output);
    RnnModel model = RnnModel.load(run);
    for (Map.Entry<String, List<Row>> shop : answers(output).entrySet()) {
      assertThat(shop.getValue()).hasSize(KNOWN);
      RnnStream stream = model.start();
      for (int day = 0; day < KNOWN; day++) {
        Row row = shop.getValue().get(day);
        double[] expected = stream.next(value(shop.getKey(), day), day % 7);
        int best = expected[1] > expected[0] ? 1 : 0;
        assertThat(row.<Integer>getAs("class")).isEqualTo(best);
        assertThat(row.<String>getAs("prediction"))
            .isEqualTo(model.classes().get(best))
            .isEqualTo(row.getAs("label"));
        assertThat(row.<Double>getAs("probability")).isEqualTo(expected[best]);
        List<Row> top = row.getList(row.fieldIndex("top"));
        assertThat(top.stream().map(one -> one.getString(0)))
            .containsExactly(model.classes().get(best), model.classes().get(1 - best));
        assertThat(top.get(1).getDouble(1)).isEqualTo(expected[1 - best]);
      }
    }
  }

  @Test
  void aTextIsGoneOnWith() throws IOException {
    Path table =
        Files.write(temp.resolve("text.txt"), Arrays.asList("the sea and the land ".repeat(60)));
    Path run = temp.resolve("run");
    run(
        TRAIN + " --task language-model --window-steps 8 --embedding-size 4 --test-from 0.9",
        "--train-table",
        table,
        "--run-dir",
        run);
    CommandRun text =
        run("predict --prompt the~Q --length 30 --temperature 0.7 --top-k 5 --seed 3 --model", run);
    assertThat(text.output()).startsWith("the~Q").hasSize(36).endsWith("\n");
    assertThat(text.errors()).contains("2 of the prompt's characters are unknown").contains("~ Q");
    Path file = temp.resolve("written.txt");
    run(
        "predict --prompt the~Q --length 30 --temperature 0.7 --top-k 5 --seed 3 --kernels portable --model",
        run,
        "--output",
        file);
    assertThat(Files.readString(file, StandardCharsets.UTF_8)).isEqualTo(text.output());

    CommandRun none = CommandRun.of("predict", "--length", "3", "--model", run.toString());
    assertThat(none.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(none.errors()).contains("expected --prompt beside --length");
  }
}
