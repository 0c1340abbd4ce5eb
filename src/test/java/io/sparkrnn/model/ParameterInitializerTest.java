package io.sparkrnn.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkrnn.config.RecurrentInit;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Biases;
import io.sparkrnn.kernel.Network.Direction;
import io.sparkrnn.kernel.Network.Embedding;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Join;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.kernel.ParameterBlock;
import io.sparkrnn.kernel.ParameterBlock.Kind;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParameterInitializerTest {
  private static final RnnTopology ROW = ModelZoo.find("row-rnn-150").orElseThrow();
  private static final RnnTopology DEEP = ModelZoo.find("row-rnn-100x2").orElseThrow();

  /** Blocks: vectors of ids, then U, W, b and bh, then V and c. */
  private static final RnnTopology LSTM =
      new RnnTopology(
          "lstm",
          new Network(
              new Input(3, 2, List.of(new Embedding(7, 3, 1)), 6, Join.HEAD),
              List.of(new Layer("lstm", 4, Direction.FORWARD, 0, Biases.TWO)),
              new Head(Loss.softmax(), 5, Reads.LAST)));

  /** Both ways, with units for statistics. */
  private static final RnnTopology GATES =
      new RnnTopology(
          "gates",
          new Network(
              new Input(3, 40),
              List.of(new Layer("lstm", 60, Direction.BOTH, 0, Biases.ONE), new Layer("gru", 50)),
              new Head(Loss.softmax(), 100, Reads.LAST)));

  @ParameterizedTest
  @EnumSource
  void everySchemeOfAConfigurationIsThere(RecurrentInit init) {
    assertThat(ParameterInitializer.valueOf(init.name()).name()).isEqualTo(init.name());
    assertThat(RecurrentInit.values()).hasSameSizeAs(ParameterInitializer.values());
  }

  // From an implementation of the documented algorithms in another language.
  @Test
  void goldenFirstValues() {
    float[] xavier = ParameterInitializer.XAVIER.initialise(ROW, 1);
    float[] orthogonal = ParameterInitializer.ORTHOGONAL.initialise(ROW, 1);
    assertThat(Arrays.copyOf(xavier, 4))
        .containsExactly(0.0076592788f, 0.016879942f, -0.0141908806f, 0.037933331f);
    assertThat(Arrays.copyOfRange(xavier, 4200, 4204))
        .containsExactly(-0.0504793748f, -0.0348516665f, 0.0946273729f, -0.1997531205f);
    assertThat(Arrays.copyOfRange(orthogonal, 4200, 4204))
        .containsExactly(-0.0491073467f, -0.0339043997f, 0.0920554027f, -0.1943238378f);
    assertThat(Arrays.copyOfRange(xavier, 26_850, 26_854))
        .containsExactly(0.2290210873f, -0.1881996095f, -0.0604807101f, 0.0404109247f);
  }

  // Likewise.
  @Test
  void goldenFirstValuesOfGatesAndIds() {
    float[] pytorch = ParameterInitializer.PYTORCH.initialise(LSTM, 1);
    float[] xavier = ParameterInitializer.XAVIER.initialise(LSTM, 1);
    for (float[] parameters : List.of(pytorch, xavier)) {
      // Three values of each id, of which 1 is padding.
      assertThat(Arrays.copyOf(parameters, 9))
          .containsExactly(
              0.0722574964f,
              0.1592450589f,
              -0.1338765025f,
              0,
              0,
              0,
              -0.0786857903f,
              -0.1846684366f,
              -1.12556839f);
    }
    assertThat(first(pytorch, 1)).containsExactly(-0.357311368f, -0.2466927767f, 0.0342660621f);
    assertThat(first(pytorch, 4)).containsExactly(-0.2086861134f, 0.1047846898f, -0.4349430799f);
    assertThat(first(pytorch, 5)).containsExactly(-0.2269749939f, -0.283469677f, -0.0872561336f);
    assertThat(first(pytorch, 6)).containsExactly(0.1065906808f, 0.0288808160f, 0.0548325405f);
    assertThat(first(xavier, 1)).containsExactly(-0.2914428115f, -0.2012161762f, 0.5463314056f);
  }

  private static float[] first(float[] parameters, int block) {
    int offset = LSTM.parameters().get(block).offset();
    return Arrays.copyOfRange(parameters, offset, offset + 3);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "PYTORCH")
  void gaussianWeightsHaveXaviersMomentsAndBiasesAreZero(ParameterInitializer scheme) {
    for (RnnTopology topology : List.of(ROW, DEEP, GATES)) {
      float[] parameters = scheme.initialise(topology, 17);
      for (ParameterBlock block : topology.parameters()) {
        float[] values = Arrays.copyOfRange(parameters, block.offset(), block.end());
        switch (block.kind()) {
          case BIAS -> {
            if (!block.name().startsWith("lstm")) {
              assertThat(values).containsOnly(0f);
            }
          }
          case RECURRENT_BIAS, OUTPUT_BIAS -> assertThat(values).containsOnly(0f);
          case RECURRENT_WEIGHTS -> {
            if (scheme == ParameterInitializer.XAVIER) {
              assertMoments(block, values);
            }
          }
          case INPUT_WEIGHTS, OUTPUT_WEIGHTS -> assertMoments(block, values);
        }
      }
    }
  }

  private static void assertMoments(ParameterBlock block, float[] values) {
    double variance = 2.0 / (block.rows() + block.columns() / block.gates());
    double sum = 0;
    double squares = 0;
    double fourths = 0;
    for (float v : values) {
      sum += v;
      squares += (double) v * v;
      fourths += (double) v * v * v * v;
    }
    int n = values.length;
    // Five standard errors of each estimate.
    assertThat(sum / n).as(block.name()).isCloseTo(0, within(5 * Math.sqrt(variance / n)));
    assertThat(squares / n / variance)
        .as(block.name())
        .isCloseTo(1, within(5 * Math.sqrt(2.0 / n)));
    assertThat(fourths / n / (variance * variance))
        .as(block.name())
        .isCloseTo(3, within(5 * Math.sqrt(96.0 / n)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 31, 150})
  void orthogonalRecurrentWeightsAreRotations(int units) {
    RnnTopology topology = ROW.withHidden(List.of(units, units));
    float[] parameters = ParameterInitializer.ORTHOGONAL.initialise(topology, 4);
    for (int layer = 0; layer < 2; layer++) {
      int w = topology.network().layout().block(layer, Kind.RECURRENT_WEIGHTS).offset();
      assertRotation(parameters, w, units);
    }
  }

  private static void assertRotation(float[] parameters, int w, int units) {
    double worst = 0;
    for (int r = 0; r < units; r++) {
      for (int q = 0; q < units; q++) {
        double dot = 0;
        for (int i = 0; i < units; i++) {
          dot += (double) parameters[w + r * units + i] * parameters[w + q * units + i];
        }
        worst = Math.max(worst, Math.abs(dot - (r == q ? 1 : 0)));
      }
    }
    assertThat(worst).isLessThan(1e-6);
  }

  @Test
  void theForgetGateIsOpenAtFirst() {
    for (RnnTopology topology : List.of(LSTM, GATES)) {
      float[] parameters = ParameterInitializer.ORTHOGONAL.initialise(topology, 4);
      for (ParameterBlock block : topology.parameters()) {
        for (int i = 0; block.kind().isBias() && i < block.count(); i++) {
          // The second of four gates; of two biases the first.
          boolean forget = block.gates() == 4 && i / (block.count() / 4) == 1;
          assertThat(parameters[block.offset() + i])
              .as("%s[%d]", block.name(), i)
              .isEqualTo(forget && block.kind() == Kind.BIAS ? 1f : 0f);
        }
      }
    }
  }

  @Test
  void eachGateHasARotationOrAnIdentityOfItsOwn() {
    float[] orthogonal = ParameterInitializer.ORTHOGONAL.initialise(GATES, 4);
    float[] identity = ParameterInitializer.IDENTITY.initialise(GATES, 4);
    Set<Float> corners = new HashSet<>();
    int gates = 0;
    for (ParameterBlock block : GATES.parameters()) {
      for (int g = 0; block.kind() == Kind.RECURRENT_WEIGHTS && g < block.gates(); g++) {
        int units = block.rows();
        int at = block.offset() + g * units * units;
        assertRotation(orthogonal, at, units);
        corners.add(orthogonal[at]);
        for (int i = 0; i < units * units; i++) {
          assertThat(identity[at + i]).isEqualTo(i / units == i % units ? 1f : 0f);
        }
        gates++;
      }
    }
    assertThat(gates).isEqualTo(4 + 4 + 3);
    assertThat(corners).hasSize(gates);
  }

  /** {@code 1 / sqrt(units)} of a recurrent layer, {@code 1 / sqrt(fanIn)} of the head. */
  @Test
  void pytorchsParametersAreUniform() {
    for (RnnTopology topology : List.of(ROW, DEEP, GATES)) {
      float[] parameters = ParameterInitializer.PYTORCH.initialise(topology, 17);
      for (ParameterBlock block : topology.parameters()) {
        int read = topology.network().read();
        int units = block.name().startsWith("out") ? read : block.columns() / block.gates();
        double bound = 1 / Math.sqrt(units);
        double squares = 0;
        double largest = 0;
        for (int i = block.offset(); i < block.end(); i++) {
          squares += (double) parameters[i] * parameters[i];
          largest = Math.max(largest, Math.abs(parameters[i]));
        }
        int n = block.count();
        assertThat(largest).as(block.name()).isBetween(bound * (1 - 20.0 / n), bound * (1 + 1e-7));
        // Five standard errors of the variance of a uniform number.
        assertThat(squares / n / (bound * bound / 3))
            .as(block.name())
            .isCloseTo(1, within(5 * Math.sqrt(0.8 / n)));
      }
    }
  }

  @Test
  void identityIsTheIdentity() {
    float[] parameters = ParameterInitializer.IDENTITY.initialise(ROW, 4);
    for (int r = 0; r < 150; r++) {
      for (int q = 0; q < 150; q++) {
        assertThat(parameters[4200 + r * 150 + q]).isEqualTo(r == q ? 1f : 0f);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void parametersAreAFunctionOfTheSeed(ParameterInitializer scheme) {
    for (RnnTopology topology : ModelZoo.models()) {
      float[] parameters = scheme.initialise(topology, 5);
      assertThat(scheme.initialise(topology, 5)).isEqualTo(parameters);
      float[] other = scheme.initialise(topology, 6);
      for (ParameterBlock block : topology.parameters()) {
        boolean random =
            switch (block.kind()) {
              case BIAS, RECURRENT_BIAS, OUTPUT_BIAS -> scheme == ParameterInitializer.PYTORCH;
              case RECURRENT_WEIGHTS ->
                  scheme != ParameterInitializer.IDENTITY && block.count() > 1;
              case EMBEDDING, INPUT_WEIGHTS, OUTPUT_WEIGHTS -> true;
            };
        for (int i = block.offset(); random && i < block.end(); i++) {
          assertThat(other[i]).isNotEqualTo(parameters[i]);
        }
      }
    }
  }

  @Test
  void blocksDrawFromStreamsOfTheirOwn() {
    float[] orthogonal = ParameterInitializer.ORTHOGONAL.initialise(ROW, 9);
    float[] identity = ParameterInitializer.IDENTITY.initialise(ROW, 9);
    assertBlocksEqual(ROW, orthogonal, ROW, identity, 0, 2, 3, 4);

    // Other inputs leave the blocks alone that keep their size.
    RnnTopology narrow = ROW.withData(28, 14, 10);
    float[] narrowed = ParameterInitializer.ORTHOGONAL.initialise(narrow, 9);
    assertBlocksEqual(ROW, orthogonal, narrow, narrowed, 1, 2, 3, 4);
    RnnTopology longer = ROW.withData(99, 28, 10);
    assertThat(ParameterInitializer.ORTHOGONAL.initialise(longer, 9)).isEqualTo(orthogonal);

    // Blocks of one size do not repeat each other.
    RnnTopology square = ROW.withHidden(List.of(28, 28)).withData(28, 28, 28);
    float[] parameters = ParameterInitializer.XAVIER.initialise(square, 9);
    List<float[]> matrices =
        square.parameters().stream()
            .filter(block -> !block.kind().isBias())
            .map(block -> Arrays.copyOfRange(parameters, block.offset(), block.end()))
            .toList();
    for (int a = 0; a < matrices.size(); a++) {
      for (int b = a + 1; b < matrices.size(); b++) {
        double dot = 0;
        double squares = 0;
        for (int i = 0; i < 784; i++) {
          dot += matrices.get(a)[i] * matrices.get(b)[i];
          squares += matrices.get(a)[i] * matrices.get(a)[i];
        }
        // Uncorrelated: five standard errors.
        assertThat(Math.abs(dot / squares)).isLessThan(5 / Math.sqrt(784));
      }
    }
  }

  private static void assertBlocksEqual(
      RnnTopology a, float[] inA, RnnTopology b, float[] inB, int... numbers) {
    for (int number : numbers) {
      ParameterBlock blockA = a.parameters().get(number);
      ParameterBlock blockB = b.parameters().get(number);
      assertThat(Arrays.copyOfRange(inA, blockA.offset(), blockA.end()))
          .as(blockA.name())
          .isEqualTo(Arrays.copyOfRange(inB, blockB.offset(), blockB.end()));
    }
  }
}
