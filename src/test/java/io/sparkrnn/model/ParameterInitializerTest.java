package io.sparkrnn.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkrnn.kernel.ParameterBlock;
import io.sparkrnn.kernel.ParameterBlock.Kind;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParameterInitializerTest {
  private static final RnnTopology ROW = ModelZoo.find("row-rnn-150").orElseThrow();
  private static final RnnTopology DEEP = ModelZoo.find("row-rnn-100x2").orElseThrow();

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

  @ParameterizedTest
  @EnumSource
  void gaussianWeightsHaveXaviersMomentsAndBiasesAreZero(ParameterInitializer scheme) {
    for (RnnTopology topology : List.of(ROW, DEEP)) {
      float[] parameters = scheme.initialise(topology, 17);
      for (ParameterBlock block : topology.parameters()) {
        float[] values = Arrays.copyOfRange(parameters, block.offset(), block.end());
        switch (block.kind()) {
          case BIAS -> assertThat(values).containsOnly(0f);
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
    double variance = 2.0 / (block.rows() + block.columns());
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
              case BIAS, OUTPUT_BIAS -> false;
              case RECURRENT_WEIGHTS ->
                  scheme != ParameterInitializer.IDENTITY && block.count() > 1;
              case INPUT_WEIGHTS, OUTPUT_WEIGHTS -> true;
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
