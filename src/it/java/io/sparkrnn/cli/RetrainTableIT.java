package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.run.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code retrain} does with tables. */
class RetrainTableIT {
  private static final String CLASSES = "--features x --label-column y --hidden 4";
  private static final String LITTLE = "--epochs 1 --learning-rate 0.00001";
  private static final String MUCH = "--epochs 4 --learning-rate 0.02";

  @TempDir(factory = OddTempDirectory.class)
  private Path temp;

  private JsonNode retrain(int exitCode, String runId, String line, Object... more)
      throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "retrain",
                "--json",
                "--workers",
                "1",
                "--minibatch-size",
                "8",
                "--registry",
                temp.resolve("registry").toString(),
                "--run-id",
                runId));
    arguments.addAll(List.of(line.split(" ")));
    if (!line.contains("--engine")) {
      arguments.addAll(List.of("--engine", "local"));
    }
    for (Object one : more) {
      arguments.add(one.toString());
    }
    CommandRun run = CommandRun.of(arguments.toArray(String[]::new));
    assertThat(run.exitCode()).as(run.errors()).isEqualTo(exitCode);
    return new ObjectMapper().readTree(run.output());
  }

  /** Numbers that rise or fall, around a level. */
  private Path sequences(String name, int seed, int count, double level) throws IOException {
    Random random = new Random(seed);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      boolean rises = i % 2 == 0;
      List<String> steps = new ArrayList<>();
      for (int step = 0; step < 4 + i % 3; step++) {
        double value = level + (rises ? 30 : -30) * step + 20 * random.nextGaussian();
        steps.add(String.format(Locale.ROOT, "[%.3f]", value));
      }
      lines.add("{\"x\":%s,\"y\":\"%s\"}".formatted(steps, rises ? "rises" : "falls"));
    }
    return Files.write(temp.resolve(name), lines);
  }

  private static String preparation(JsonNode report) throws IOException {
    Path model = Path.of(report.path("runDirectory").asText(), "model.srnn");
    return ModelFile.decode(Files.readAllBytes(model), "it").preparation().orElseThrow().encode();
  }

  @Test
  void classesArePromotedThenKeptAndDriftIsRefused() throws IOException {
    Path training = sequences("train.jsonl", 1, 200, 500);
    Path test = sequences("test.jsonl", 2, 100, 500);
    Object[] tables = {"--train-table", training, "--test-table", test};
    JsonNode first = retrain(0, "first", CLASSES + " " + LITTLE, tables);
    assertThat(first.path("decision").asText()).isEqualTo("promoted");
    assertThat(first.at("/data/labelCounts")).hasSize(2);
    assertThat(first.at("/data/table/columns/0/name").asText()).isEqualTo("x");
    assertThat(first.at("/data/table/columns/0/mean").asDouble()).isBetween(480.0, 520.0);

    Path other = sequences("other.jsonl", 3, 200, 510);
    JsonNode better =
        retrain(0, "better", CLASSES + " " + MUCH, "--train-table", other, "--test-table", test);
    assertThat(better.path("decision").asText()).as(better.toString()).isEqualTo("promoted");
    assertThat(better.at("/mcnemar/pValue").asDouble()).isLessThan(0.05);
    assertThat(preparation(better)).as("of a warm start").isEqualTo(preparation(first));

    JsonNode kept =
        retrain(0, "kept", CLASSES + " --engine spark --master local[2] " + LITTLE, tables);
    assertThat(kept.path("decision").asText()).isEqualTo("kept");
    assertThat(kept.path("currentAccuracy").asDouble())
        .isEqualTo(better.path("accuracy").asDouble());

    Path shifted = sequences("shifted.jsonl", 4, 200, 700);
    JsonNode drift = retrain(65, "drift", CLASSES, "--train-table", shifted, "--test-table", test);
    assertThat(drift.path("error").asText())
        .contains("expected values of x like those of version 2", "--max-feature-drift");
    Path renamed =
        Files.writeString(
            temp.resolve("renamed.jsonl"), Files.readString(training).replace("rises", "climbs"));
    JsonNode classes =
        retrain(65, "classes", CLASSES, "--train-table", renamed, "--test-table", renamed);
    assertThat(classes.path("error").asText()).contains("[falls, rises]", "climbs");
    CommandRun listed =
        CommandRun.of("models", "show", "--registry", temp.resolve("registry").toString());
    assertThat(listed.output()).contains("x, mean ", "labels    ");
  }

  /** A wave with noise, hour by hour. */
  private Path series(String name, int seed) throws IOException {
    Random random = new Random(seed);
    List<String> lines = new ArrayList<>(List.of("t,v"));
    for (int t = 0; t < 480; t++) {
      double value = 20 + 5 * Math.sin(2 * Math.PI * t / 12) + random.nextGaussian();
      lines.add(String.format(Locale.ROOT, "%d,%.3f", t, value));
    }
    return Files.write(temp.resolve(name), lines);
  }

  @Test
  void forecastsAreDecidedByTheirErrors() throws IOException {
    String forecast =
        "--task forecast --time-column t --features v --target-columns v --window-steps 12"
            + " --horizon-steps 2 --test-from 300 --hidden 4 --score mae ";
    JsonNode first = retrain(0, "first", forecast + LITTLE, "--train-table", series("a.csv", 1));
    assertThat(first.path("reason").asText()).matches("MAE \\S+, and there is no current version");
    assertThat(first.path("accuracy").isNull()).isTrue();

    JsonNode better = retrain(0, "better", forecast + MUCH, "--train-table", series("b.csv", 2));
    assertThat(better.path("decision").asText()).as(better.toString()).isEqualTo("promoted");
    JsonNode score = better.path("score");
    assertThat(score.path("name").asText()).isEqualTo("mae");
    assertThat(score.path("better").asText()).isEqualTo("lower");
    assertThat(score.path("value").asDouble()).isLessThan(score.path("currentValue").asDouble());
    assertThat(score.path("blockLength").asInt()).isEqualTo(14);
    assertThat(score.path("pValue").asDouble()).isLessThan(0.05);

    // Prepared in another way, and compared all the same.
    JsonNode kept =
        retrain(
            0, "kept", forecast + "--start fresh " + LITTLE, "--train-table", series("c.csv", 3));
    assertThat(kept.path("decision").asText()).as(kept.toString()).isEqualTo("kept");
    JsonNode accuracy =
        retrain(
            ExitCode.USAGE,
            "no",
            forecast,
            "--min-accuracy",
            0.9,
            "--train-table",
            series("e.csv", 5));
    assertThat(accuracy.path("error").asText()).contains("expected --worst-score");
    CommandRun listed =
        CommandRun.of("models", "list", "--registry", temp.resolve("registry").toString());
    assertThat(listed.output()).contains("score", "MAE ");
  }
}
