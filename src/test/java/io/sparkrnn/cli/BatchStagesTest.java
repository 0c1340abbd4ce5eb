package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.model.RnnTopology;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchStagesTest {
  private static final int SAMPLES = 3;
  private static final RnnTopology TOPOLOGY =
      new RnnTopology("small", Network.elman(4, 5, List.of(7, 2), Activation.TANH, 6));

  @ParameterizedTest
  @CsvSource({"0, 0", "0, 2", "1, 0", "1, 3"})
  void theTermsOfAStepMakeItsState(int layer, int timeStep) {
    Map<String, NamedArray> step =
        stages().step(layer, timeStep).stream()
            .collect(Collectors.toMap(NamedArray::name, Function.identity()));

    int units = TOPOLOGY.network().units(layer);
    float[] state = step.get("h_t").values();
    assertThat(state).hasSize(SAMPLES * units);
    for (int i = 0; i < state.length; i++) {
      double sum =
          step.get("U x_t").values()[i]
              + step.get("W h_{t-1}").values()[i]
              + step.get("b").values()[i % units];
      assertThat((double) state[i]).isCloseTo(Math.tanh(sum), within(2e-6));
    }
  }

  @Test
  void aShapeThatTheValuesDoNotHaveIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new NamedArray("h", List.of(2, 3), new float[5]))
        .withMessage("Cannot show h: expected 6 values for shape [2, 3], found 5");
  }

  /** So {@code inspect} never shows the terms of one cell for those of another. */
  @Test
  void networksThatAreNotPlainAreRefused() {
    Network network = TOPOLOGY.network();
    RnnTopology lstm =
        new RnnTopology(
            "x", new Network(network.input(), List.of(new Layer("lstm", 2)), network.head()));
    SequenceDataset data = SequenceDataset.ofFloats(new float[4 * 5], new int[1], 4, 5, 6);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BatchStages(lstm, new float[lstm.parameterCount()], data, 1))
        .withMessage(
            "Cannot run the network: expected plain Elman layers under a softmax, found 4 x 5 -> lstm 2 -> 6");
  }

  private static BatchStages stages() {
    Random random = new Random(11);
    float[] parameters = ParameterInitializer.XAVIER.initialise(TOPOLOGY, 2);
    float[] values = new float[SAMPLES * 4 * 5];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] += 0.1f * (random.nextFloat() - 0.5f); // Biases begin at zero.
    }
    return new BatchStages(
        TOPOLOGY, parameters, SequenceDataset.ofFloats(values, new int[SAMPLES], 4, 5, 6), SAMPLES);
  }
}
