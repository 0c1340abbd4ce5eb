package io.sparkrnn.spark.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.model.ChannelScale;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.model.TargetScale;
import io.sparkrnn.model.Vocabulary;
import io.sparkrnn.run.UsageException;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructField;
import org.junit.jupiter.api.Test;

class AnswersTest {
  private static Answers answers(
      Loss loss, int outputs, Reads reads, Preparation preparation, String... columns) {
    Network network =
        new Network(new Input(4, 1), List.of(new Layer("gru", 3)), new Head(loss, outputs, reads));
    return Answers.of(
        network, preparation, Answers.hasSteps(network), List.of(columns), List.of("one", "two"));
  }

  private static Preparation preparation(List<String> classes, TargetScale targets) {
    return new Preparation(
        List.of("x"), ChannelScale.NONE, Map.of(), Vocabulary.NONE, classes, targets);
  }

  private static List<String> columns(Answers answers) {
    return answers.columns().stream()
        .map(column -> column.name() + " " + column.dataType().simpleString())
        .toList();
  }

  @Test
  void aClassIsNamedAndHasItsProbability() {
    Answers named =
        answers(
            Loss.softmax(), 2, Reads.LAST, preparation(List.of("no", "yes"), TargetScale.IDENTITY));
    assertThat(columns(named))
        .containsExactly("prediction string", "probability double", "probabilities array<double>");
    Object[] cells = named.cells(new double[][] {{0, Math.log(3)}}, null);
    assertThat(cells[0]).isEqualTo("yes");
    assertThat((double) cells[1]).isCloseTo(0.75, within(1e-12));
    assertThat((double[]) cells[2]).containsExactly(new double[] {0.25, 0.75}, within(1e-12));
    // The first of equals.
    assertThat(named.cells(new double[][] {{1, 1}}, null)[0]).isEqualTo("no");
  }

  @Test
  void manyClassesHaveNoProbabilitiesEach() {
    int most = Answers.MOST_PROBABILITIES;
    Preparation numbers = preparation(List.of(), TargetScale.IDENTITY);
    assertThat(columns(answers(Loss.softmax(), most, Reads.LAST, numbers))).hasSize(3);
    Answers more = answers(Loss.softmax(), most + 1, Reads.LAST, numbers);
    assertThat(columns(more)).containsExactly("prediction int", "probability double");
    double[] outputs = new double[most + 1];
    outputs[most] = 9;
    assertThat(more.cells(new double[][] {outputs}, null)).hasSize(2).startsWith(most);
  }

  @Test
  void labelsOfStepsAreAnArray() {
    Answers steps =
        answers(
            Loss.softmax(), 2, Reads.EVERY, preparation(List.of("a", "b"), TargetScale.IDENTITY));
    assertThat(columns(steps)).containsExactly("predictions array<string>");
    assertThat((Object[]) steps.cells(new double[][] {{1, 2}, {2, 1}, {0, 3}}, null)[0])
        .containsExactly("b", "a", "b");
  }

  @Test
  void numbersAreInTheUnitsOfTheTable() {
    TargetScale scale = new TargetScale(List.of(10.0, 1.0), List.of(2.0, 3.0), false);
    Answers one =
        answers(
            new Loss.Squared(),
            1,
            Reads.LAST,
            preparation(List.of(), new TargetScale(List.of(10.0), List.of(2.0), false)));
    assertThat(columns(one)).containsExactly("prediction double");
    assertThat(one.cells(new double[][] {{1.5}}, null)).containsExactly(13.0);

    Answers two = answers(new Loss.Squared(), 2, Reads.EVERY, preparation(List.of(), scale));
    assertThat(columns(two)).containsExactly("predictions array<array<double>>");
    assertThat((Object[]) two.cells(new double[][] {{1, 1}, {0, 2}}, null)[0])
        .containsExactly(new double[] {12, 4}, new double[] {10, 7});

    Answers quantiles =
        answers(new Loss.Quantile(List.of(0.1, 0.9)), 4, Reads.LAST, preparation(List.of(), scale));
    assertThat(quantiles.columns()).extracting(StructField::name).containsExactly("prediction");
    assertThat((double[]) quantiles.cells(new double[][] {{-1, 1, -1, 1}}, null)[0])
        .containsExactly(8, 12, -2, 4);
  }

  @Test
  void countsAreExponentials() {
    Answers counts =
        answers(new Loss.Poisson(), 1, Reads.LAST, preparation(List.of(), TargetScale.IDENTITY));
    assertThat((double) counts.cells(new double[][] {{Math.log(7)}}, null)[0])
        .isCloseTo(7, within(1e-12));
  }

  @Test
  void columnsCanBeAskedFor() {
    Preparation named = preparation(List.of("a", "b", "c"), TargetScale.IDENTITY);
    Answers asked =
        answers(Loss.softmax(), 3, Reads.LAST, named, "state", "top-2", "class", "label");
    assertThat(columns(asked))
        .containsExactly(
            "state array<float>",
            "top array<struct<label:string,probability:double>>",
            "class int",
            "label string");
    assertThat(asked.lengths()).containsOnly(Map.entry("top", 2), Map.entry("state", 3));
    float[] state = {1, 2, 3};
    Object[] cells = asked.cells(new double[][] {{0, Math.log(2), 0}}, state);
    assertThat(cells[0]).isSameAs(state);
    Row[] top = (Row[]) cells[1];
    assertThat(top[0].getString(0)).isEqualTo("b");
    assertThat(top[0].getDouble(1)).isCloseTo(0.5, within(1e-12));
    // The first of equals.
    assertThat(top[1].getString(0)).isEqualTo("a");
    assertThat(cells).endsWith(1, "b");

    Answers steps =
        answers(Loss.softmax(), 3, Reads.EVERY, named, "label", "probabilities", "state");
    assertThat(columns(steps))
        .containsExactly(
            "label array<string>", "probabilities array<array<double>>", "state array<float>");

    Loss quantiles = new Loss.Quantile(List.of(0.1, 0.975));
    Preparation none = preparation(List.of(), TargetScale.IDENTITY);
    assertThat(columns(answers(quantiles, 2, Reads.LAST, none, "quantiles")))
        .containsExactly("q10 double", "q97_5 double");
    Answers two = answers(quantiles, 4, Reads.LAST, none, "quantiles");
    assertThat(columns(two))
        .containsExactly(
            "one_q10 double", "one_q97_5 double", "two_q10 double", "two_q97_5 double");
    assertThat(two.cells(new double[][] {{1, 2, 3, 4}}, null)).containsExactly(1.0, 2.0, 3.0, 4.0);
  }

  @Test
  void columnsThatThereAreNotAreRefused() {
    for (String column : List.of("probability", "top-0", "top-3", "quantiles", "likelihood")) {
      assertThatExceptionOfType(UsageException.class)
          .isThrownBy(
              () ->
                  answers(
                      new Loss.Squared(),
                      1,
                      Reads.LAST,
                      preparation(List.of(), TargetScale.IDENTITY),
                      column))
          .withMessageMatching("Cannot write [^.]*: expected .*, found .*");
    }
  }
}
