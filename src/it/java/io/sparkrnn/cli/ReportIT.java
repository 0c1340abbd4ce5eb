package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.train.FirstImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages of real runs; what is in a page is PagesTest's. */
class ReportIT {
  @TempDir(factory = OddTempDirectory.class)
  private Path temp;

  private CommandRun train(String run, String... more) {
    List<String> common =
        List.of(
            "train",
            "--hidden",
            "8",
            "--data",
            FirstImages.in(temp, 400).toString(),
            "--validation",
            "100",
            "--run-dir",
            temp.resolve(run).toString());
    return CommandRun.of(Stream.concat(common.stream(), Stream.of(more)).toArray(String[]::new));
  }

  private JsonNode result(String run) throws IOException {
    return RunState.result(temp.resolve(run));
  }

  private String page(String name) throws IOException {
    return Files.readString(temp.resolve(name));
  }

  private String path(String name) {
    return temp.resolve(name).toString();
  }

  @Test
  void everyRunLeavesOneAndTheCommandWritesTheSame() throws IOException {
    assertThat(train("run", "--engine", "local", "--epochs", "2").exitCode()).isZero();
    String page = page("run/report.html");
    assertThat(page).contains("<figure><img src=\"data:image/png;base64,");
    assertThat(page.split("<figure>", -1)).hasSize(1 + result("run").at("/test/worst").size());

    Files.delete(temp.resolve("run/report.html"));
    CommandRun again = CommandRun.of("report", path("run"));
    assertThat(again.exitCode()).isZero();
    assertThat(again.output()).contains("report    " + path("run/report.html"));
    assertThat(page("run/report.html")).isEqualTo(page);

    CommandRun elsewhere = CommandRun.of("report", path("run"), "--output", path("a page.html"));
    assertThat(elsewhere.exitCode()).isZero();
    assertThat(page("a page.html")).isEqualTo(page);
  }

  @Test
  void theResultHasWhatThePageShows() throws IOException {
    assertThat(
            train("run", "--engine", "spark", "--master", "local[2]", "--epochs", "2").exitCode())
        .isZero();
    JsonNode result = result("run");
    assertThat(result.at("/training/history")).hasSize(2);
    assertThat(result.at("/training/history/1/validationAccuracy").asDouble())
        .isEqualTo(result.at("/validation/accuracy").asDouble());
    assertThat(result.at("/training/history/1/loss").asDouble())
        .isEqualTo(result.at("/training/loss").asDouble());
    assertThat(result.at("/training/workerSeconds")).hasSize(2).allMatch(s -> s.asDouble() > 0);
    long counted = 0;
    long right = 0;
    for (int actual = 0; actual < 10; actual++) {
      for (int predicted = 0; predicted < 10; predicted++) {
        long count = result.at("/test/confusion/%d/%d".formatted(actual, predicted)).asLong();
        counted += count;
        right += actual == predicted ? count : 0;
      }
    }
    assertThat(counted).isEqualTo(result.at("/test/samples").asLong());
    assertThat(right / (double) counted).isEqualTo(result.at("/test/accuracy").asDouble());
    assertThat(result.at("/test/worst"))
        .isNotEmpty()
        .allMatch(mistake -> mistake.path("label").asInt() != mistake.path("predicted").asInt());
  }

  @Test
  void theHistoryGoesOnWhereTheRunDoes() throws IOException {
    assertThat(train("whole", "--engine", "local", "--epochs", "3").exitCode()).isZero();
    FileUtils.copyDirectory(temp.resolve("whole").toFile(), temp.resolve("run").toFile());
    // As after a kill before the last epoch ended.
    RunState state = new RunState(temp.resolve("run"));
    Files.delete(state.checkpoint(state.newestCheckpoint().orElseThrow()));
    for (String name : List.of("result.json", "results/1.json", "report.html", "model.srnn")) {
      Files.delete(temp.resolve("run").resolve(name));
    }
    CommandRun resumed =
        train("run", "--engine", "local", "--epochs", "3", "--resume", "--takeover-seconds", "1");
    assertThat(resumed.errors() + resumed.output()).contains("Resuming from");
    assertThat(resumed.exitCode()).isZero();

    JsonNode history = result("run").at("/training/history");
    assertThat(history).extracting(e -> e.path("epoch").asInt()).containsExactly(1, 2, 3);
    assertThat(history).extracting(e -> e.path("attempt").asInt()).containsExactly(1, 1, 2);
    JsonNode whole = result("whole").at("/training/history");
    for (String field : List.of("loss", "learningRate", "validationLoss", "validationAccuracy")) {
      assertThat(history)
          .extracting(e -> e.path(field).asDouble())
          .containsExactly(
              whole.at("/0/" + field).asDouble(),
              whole.at("/1/" + field).asDouble(),
              whole.at("/2/" + field).asDouble());
    }
    assertThat(page("run/report.html")).contains("id=\"loss-chart\"");
  }

  @Test
  void aRunIsComparedWithTheModelThatItStartedFrom() throws IOException {
    assertThat(train("first", "--engine", "local", "--epochs", "1").exitCode()).isZero();
    assertThat(
            train("second", "--engine", "local", "--epochs", "2", "--initial-model", path("first"))
                .exitCode())
        .isZero();
    JsonNode first = result("first");
    JsonNode second = result("second");
    assertThat(second.at("/initial/accuracy").asDouble())
        .isEqualTo(first.at("/test/accuracy").asDouble());
    assertThat(second.at("/initial/loss").asDouble()).isEqualTo(first.at("/test/loss").asDouble());
    long difference =
        second.at("/initial/onlyFinalRight").asLong()
            - second.at("/initial/onlyInitialRight").asLong();
    assertThat(difference / (double) second.at("/test/samples").asLong())
        .isCloseTo(
            second.at("/test/accuracy").asDouble() - first.at("/test/accuracy").asDouble(),
            within(1e-12));
    assertThat(page("second/report.html")).contains("Beside the model that it started from");
    assertThat(page("first/report.html")).doesNotContain("Beside the model that it started from");

    CommandRun compared =
        CommandRun.of(
            "report", "--compare", path("first"), path("second"), "--output", path("both.html"));
    assertThat(compared.exitCode()).isZero();
    assertThat(page("both.html"))
        .contains("2 runs compared")
        .contains("<th scope=\"row\">training.epochs</th><td>1</td><td>2</td>");
  }

  @Test
  void withoutItsDataAPageHasNoPictures() throws IOException {
    assertThat(train("run", "--engine", "local", "--epochs", "1").exitCode()).isZero();
    Path images = FirstImages.in(temp, 400).resolve("t10k-images-idx3-ubyte");
    try (Stream<Path> files = Files.list(images.getParent())) {
      for (Path file : files.filter(f -> f.toString().contains("t10k-images")).toList()) {
        Files.delete(file);
      }
    }
    CommandRun again = CommandRun.of("report", path("run"));
    assertThat(again.exitCode()).isZero();
    assertThat(again.output()).contains("No pictures of mistakes: ");
    assertThat(page("run/report.html")).contains("The worst mistakes").doesNotContain("<img");
  }

  @Test
  void whatCannotBeReportedIsSaid() {
    CommandRun nothing = CommandRun.of("report", path("nowhere"));
    assertThat(nothing.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(nothing.errors())
        .contains("expected the directory of a run that has ended, found no result")
        .doesNotContain("\tat ");
    assertThat(CommandRun.of("report", "--compare", path("one")).errors())
        .contains("Cannot compare: expected at least 2 runs, found 1");
    assertThat(CommandRun.of("report", path("one"), path("two")).errors())
        .contains("Cannot report: expected 1 run, or --compare, found 2");
  }
}
