package io.sparkrnn.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.evaluation.Baseline;
import io.sparkrnn.evaluation.ConfusionMatrix;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.evaluation.Score;
import io.sparkrnn.evaluation.ScoreKind;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.train.EarlyStopping;
import io.sparkrnn.train.EpochReport;
import io.sparkrnn.train.Round;
import io.sparkrnn.train.RoundPlan;
import io.sparkrnn.train.RoundReport;
import io.sparkrnn.train.TrainingLoop.Budget;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConsoleTest {
  private static final EvaluationResult RESULT =
      new EvaluationResult(ConfusionMatrix.of(new long[] {3, 1, 0, 4}, 2), 0.25, 8, List.of());
  private static final RunDirectory DIRECTORY =
      new RunDirectory(URI.create("file:/runs/first"), "first", Optional.empty(), Optional.empty());

  private static final String PLAIN =
      """

        epoch      loss  validation  learning rate    images/s   seconds
        1/2      1.0000      87.50%       0.002000         300       2.0
        2/2      0.5000      87.50%       0.002000         300       2.0

      class    precision    recall        F1   samples
      0           1.0000    0.7500    0.8571         4
      1           0.8000    1.0000    0.8889         4
      average     0.9000    0.8750    0.8730         8

      test accuracy 87.50%, loss 0.2500, 8 images

      baseline  most frequent class 50.00%
      result    /runs/first/result.json
      report    /runs/first/report.html
      model     /runs/first/model.srnn
      """;

  private static final String NARROW =
      """

        epoch      loss  validation    images/s
        1/2      1.0000      87.50%         300
        2/2      0.5000      87.50%         300
      """;

  private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

  private String sent() {
    return sent.toString(UTF_8);
  }

  /** Two epochs of three rounds, from a round on. */
  private static void show(PrintStream out, int first) {
    show(out, first, 6, new Budget(2));
  }

  private static void show(PrintStream out, int first, int end, Budget budget) {
    Console console = new Console(out, new RoundPlan(3, 1, 1), budget);
    for (int number = first; number < end; number++) {
      int epoch = number / 3;
      boolean last = number % 3 == 2;
      console.onRound(
          new RoundReport(
              new Round(number, epoch, number % 3, 1, number, last, 1),
              1.0 / (number + 1),
              0.002,
              64,
              1_000_000,
              new long[] {1_000_000},
              0,
              2_000_000));
      if (last) {
        console.onEpoch(
            new EpochReport(
                epoch + 1,
                number + 1,
                1.0 / (epoch + 1),
                0.002,
                600,
                2,
                1,
                0.5,
                List.of(1.0),
                Optional.of(RESULT)));
      }
    }
    console.summary(
        RESULT,
        Optional.of(new Baseline("most frequent class", new Score(ScoreKind.ACCURACY, 0.5))),
        DIRECTORY,
        Optional.of(Storage.resolve(DIRECTORY.location(), RunDirectory.REPORT_FILE)));
    console.close();
    out.flush();
  }

  @Test
  void withoutATerminalThereAreLinesOnly() {
    show(Terminal.of(sent, Map.of()), 0);
    assertThat(sent()).isEqualTo(PLAIN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "-1", "wide", "80 ", "99999999999"})
  void columnsThatAreNoneMeanNoTerminal(String columns) {
    assertThat(Terminal.of(sent, Map.of(Terminal.COLUMNS, columns)))
        .isNotInstanceOf(Terminal.class);
  }

  @Test
  void onATerminalTheSameLinesStay() {
    show(Terminal.of(sent, Map.of(Terminal.COLUMNS, "80")), 0);
    Screen screen = Screen.of(sent());
    assertThat(screen.text()).isEqualTo(PLAIN);
    assertThat(screen.drawn()).isNotEmpty().allMatch(line -> line.matches(" *\\d+% \\[.*\\].*"));
    assertThat(screen.drawn().get(screen.drawn().size() - 1))
        .startsWith("100% [======")
        .contains("epoch 2/2", "round 6/6", "loss 0.167", "32,000 images/s");
  }

  @Test
  void aResumedRunBeginsWhereItIs() {
    show(Terminal.of(sent, Map.of(Terminal.COLUMNS, "80")), 4);
    assertThat(Screen.of(sent()).drawn().get(0)).containsAnyOf("round 5/6", "round 6/6");
  }

  /** The budget's bar has come to its end, and the cycle has one more. */
  @Test
  void aCycleThatFollowsIsCountedWhenItBegins() {
    show(
        Terminal.of(sent, Map.of(Terminal.COLUMNS, "80")),
        0,
        9,
        new Budget(2, 6, new EarlyStopping(0, 0)));
    Screen screen = Screen.of(sent());
    assertThat(screen.text()).contains("  2/2   ", "  3/3   ");
    assertThat(screen.drawn()).anyMatch(line -> line.contains("round 6/6"));
    assertThat(screen.drawn().get(screen.drawn().size() - 1))
        .startsWith("100% [======")
        .contains("epoch 3/3", "round 9/9");
  }

  @Test
  void aNarrowTerminalGetsFewerColumns() {
    show(Terminal.of(sent, Map.of(Terminal.COLUMNS, "50")), 0);
    Screen screen = Screen.of(sent());
    assertThat(screen.text()).startsWith(NARROW);
    assertThat(screen.text().lines()).allMatch(line -> line.length() <= 50);
    assertThat(screen.drawn()).allMatch(line -> line.length() < 50);
  }

  /** Whoever else writes there, such as a warning, gets a line of his own. */
  @Test
  void whatIsPrintedMeanwhileTakesTheBarsPlace() {
    Terminal terminal = new Terminal(sent, 80);
    terminal.draw("the bar");
    terminal.println("a line");
    terminal.draw("the bar again");
    terminal.print("a part");
    terminal.println(" of a line");
    terminal.println("another");
    terminal.draw("the end");
    terminal.erase();
    terminal.erase();
    assertThat(Screen.of(sent()).text()).isEqualTo("a line\na part of a line\nanother\n");
    assertThat(Screen.of(sent()).drawn()).containsExactly("the bar", "the bar again", "the end");
  }
}
