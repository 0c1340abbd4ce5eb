package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkrnn.model.ModelZoo;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.run.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InspectCommandTest {
  private static final float[][] X0 = {{0, 1, 2, 0}, {3, 4, 5, 0}, {6, 7, 8, 0}, {9, 0, 1, 0}};
  private static final float[][] X1 = {{9, 8, 7, 0}, {0, 0, 0, 0}, {6, 5, 4, 0}, {3, 2, 1, 0}};

  private record Output(int code, String out, String err) {
    /** Name and shape of every array, in the order they are printed. */
    List<String> arrays() {
      return out.lines()
          .filter(line -> line.matches("  .*\\[[0-9, ]+] .* to .*"))
          .map(line -> line.strip().replaceFirst("].*", "]").replaceAll(" +", " "))
          .toList();
    }

    List<String> lines() {
      return out.lines().map(line -> line.strip().replaceAll(" +", " ")).toList();
    }
  }

  private static Output inspect(String... arguments) {
    CommandRun run =
        CommandRun.of(
            Stream.concat(Stream.of("inspect"), Stream.of(arguments)).toArray(String[]::new));
    return new Output(run.exitCode(), run.output(), run.errors());
  }

  @Test
  void rowRnn150() {
    Output output = inspect("row-rnn-150");

    assertThat(output.err()).isEmpty();
    assertThat(output.code()).isEqualTo(ExitCode.DONE);
    assertThat(output.lines())
        .startsWith("row-rnn-150: 28 x 28 -> 150 tanh -> 10", "", "Parameters")
        .contains(
            "rnn.U weights of the inputs [28, 150] 4,200",
            "rnn.W weights of the previous state [150, 150] 22,500",
            "rnn.b bias [150] 150",
            "out.V weights of the output layer [150, 10] 1,500",
            "out.c bias [10] 10",
            "total 28,360",
            "A batch: the first 64 test images of builtin:mnist, initial parameters of seed 1",
            "images, of one channel [64, 1, 28, 28] 0.0000 to 1.0000",
            "Batch-first and time-major input give the same numbers.");
    assertThat(output.arrays())
        .containsExactly(
            "images, of one channel [64, 1, 28, 28]",
            "rows as time steps, batch-first [64, 28, 28]",
            "the same, time-major [28, 64, 28]",
            "U [28, 150]",
            "W [150, 150]",
            "b [150]",
            "x_t [64, 28]",
            "U x_t [64, 150]",
            "h_{t-1} [64, 150]",
            "W h_{t-1} [64, 150]",
            "h_t [64, 150]",
            "hidden outputs, time-major [28, 64, 150]",
            "hidden outputs, batch-first [64, 28, 150]",
            "final hidden state, by layer [1, 64, 150]",
            "V [150, 10]",
            "c [10]",
            "out [64, 10]");
  }

  @Test
  void rowRnn100x2() {
    Output output = inspect("row-rnn-100x2", "--activation", "relu", "--seed", "7");

    assertThat(output.code()).isEqualTo(ExitCode.DONE);
    assertThat(output.lines())
        .startsWith("row-rnn-100x2: 28 x 28 -> 100 relu -> 100 relu -> 10")
        .contains(
            "rnn1.U weights of the inputs [100, 100] 10,000",
            "total 34,010",
            "A batch: the first 64 test images of builtin:mnist, initial parameters of seed 7",
            "Batch-first and time-major input give the same numbers.");
    assertThat(output.arrays())
        .contains(
            "hidden outputs, time-major [28, 64, 100]",
            "hidden outputs, batch-first [64, 28, 100]",
            "final hidden state, by layer [2, 64, 100]",
            "out [64, 10]")
        .containsSubsequence("x_t [64, 28]", "U x_t [64, 100]", "x_t [64, 100]", "U x_t [64, 100]");
  }

  @Test
  void layersOfDifferentUnitsHaveFinalStatesOfTheirOwn() {
    assertThat(inspect("row-rnn-150", "--hidden", "7,5").arrays())
        .contains(
            "final hidden state of layer 0 [1, 64, 7]",
            "final hidden state of layer 1 [1, 64, 5]",
            "V [5, 10]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"vanilla-rnn-1", "vanilla-rnn"})
  void theVanillaNetworksNumbers(String model) {
    RnnTopology topology = ModelZoo.find(model).orElseThrow();
    float[] parameters = ParameterInitializer.ORTHOGONAL.initialise(topology, 3);
    int units = topology.network().units(0);

    Output output = inspect(model, "--seed", "3");

    assertThat(output.err()).isEmpty();
    assertThat(output.code()).isEqualTo(ExitCode.DONE);
    assertThat(output.arrays())
        .contains(
            "sequences, batch-first [4, 2, 4]",
            "the same, time-major [2, 4, 4]",
            "U [4, %d]".formatted(units),
            "W [%d, %d]".formatted(units, units),
            "h_t [4, %d]".formatted(units));
    double[][] y0 = states(X0, new double[4][units], parameters, units);
    assertNumbers(output, "sample X0 Y0 = tanh(X0 U + b)", X0, y0);
    assertNumbers(
        output, "sample X1 Y1 = tanh(Y0 W + X1 U + b)", X1, states(X1, y0, parameters, units));
  }

  private static void assertNumbers(
      Output output, String heading, float[][] inputs, double[][] states) {
    List<String> lines = output.lines();
    int first = lines.indexOf(heading) + 1;
    assertThat(first).as(heading).isPositive();
    for (int s = 0; s < 4; s++) {
      double[] row =
          Stream.of(lines.get(first + s).split(" ")).mapToDouble(Double::valueOf).toArray();
      assertThat(row).hasSize(1 + 4 + states[s].length);
      assertThat(row[0]).isEqualTo(s);
      for (int i = 0; i < 4; i++) {
        assertThat(row[1 + i]).isEqualTo(inputs[s][i]);
      }
      for (int u = 0; u < states[s].length; u++) {
        assertThat(row[5 + u]).isCloseTo(states[s][u], within(1e-6));
      }
    }
  }

  /** {@code tanh(X U + Y W + b)} by the definition, in double. */
  private static double[][] states(float[][] x, double[][] y, float[] parameters, int units) {
    double[][] states = new double[4][units];
    for (int s = 0; s < 4; s++) {
      for (int u = 0; u < units; u++) {
        double sum = parameters[units * (4 + units) + u];
        for (int i = 0; i < 4; i++) {
          sum += x[s][i] * parameters[u * 4 + i];
        }
        for (int k = 0; k < units; k++) {
          sum += y[s][k] * parameters[units * (4 + u) + k];
        }
        states[s][u] = Math.tanh(sum);
      }
    }
    return states;
  }

  @Test
  void wideAndDeepVanillaNetworksStayReadable() {
    Output output = inspect("vanilla-rnn", "--hidden", "9,2");

    assertThat(output.lines())
        .contains("sample X0 Y0, of the top layer")
        .anyMatch(l -> l.endsWith("..."));
    assertThat(output.out().lines()).allMatch(line -> line.length() <= 120);
  }

  @Test
  void anUnknownModelIsRefusedWithTheNamesThereAre() {
    Output output = inspect("row-rnn-15");

    assertThat(output.code()).isEqualTo(ExitCode.USAGE);
    assertThat(output.out()).isEmpty();
    assertThat(output.err()).contains("\"row-rnn-15\"", ModelZoo.names()).hasLineCount(1);
  }

  @Test
  void badOptionsAreRefusedTogether() {
    Output output = inspect("vanilla-rnn", "--hidden", "many", "--activation", "sigmoid");

    assertThat(output.code()).isEqualTo(ExitCode.USAGE);
    assertThat(output.err()).contains("--hidden", "\"many\"", "--activation", "\"sigmoid\"");
  }

  @Test
  void imagesForAModelThatReadsNoneAreRefused() {
    Output output = inspect("vanilla-rnn-1", "--data", "builtin:mnist");

    assertThat(output.code()).isEqualTo(ExitCode.USAGE);
    assertThat(output.err())
        .hasLineCount(1)
        .contains("Cannot inspect vanilla-rnn-1 with --data: expected a model that reads images");
  }

  @Test
  void aFileGivesWhatFlagsDoNot(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("seed.conf"), "training.seed = 7");

    assertThat(inspect("vanilla-rnn-1", "--config", file.toString()).out())
        .isEqualTo(inspect("vanilla-rnn-1", "--seed", "7").out());
  }

  @Test
  void helpNamesTheModels() {
    assertThat(inspect("--help").out()).contains(ModelZoo.names(), "--hidden", "--data");
  }
}
