package io.sparkrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.sparkrnn.cli.ForwardPass;
import io.sparkrnn.data.Axes;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.kernel.ParameterBlock.Kind;
import io.sparkrnn.kernel.PortableOps;
import io.sparkrnn.model.ModelZoo;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.model.RnnTopology;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against a forward pass of all samples at once, and a softmax as it is written. */
class PredictorTest {
  private static final Ops KERNELS = new PortableOps();

  private static float[][] noise(RnnTopology topology, int samples) {
    Random random = new Random(7);
    float[][] values =
        new float[samples][topology.network().timeSteps() * topology.network().inputSize()];
    for (float[] sample : values) {
      for (int i = 0; i < sample.length; i++) {
        sample[i] = random.nextFloat();
      }
    }
    return values;
  }

  private static float[] logits(RnnTopology topology, float[] parameters, float[][] values) {
    int length = values[0].length;
    float[] batch = new float[values.length * length];
    for (int s = 0; s < values.length; s++) {
      System.arraycopy(values[s], 0, batch, s * length, length);
    }
    return ForwardPass.run(KERNELS, topology, parameters, batch, Axes.BATCH_FIRST, values.length)
        .logits();
  }

  private static double[] softmax(float[] logits, int sample, int classes) {
    double[] probabilities = new double[classes];
    double sum = 0;
    for (int c = 0; c < classes; c++) {
      sum += Math.exp(logits[sample * classes + c]);
    }
    for (int c = 0; c < classes; c++) {
      probabilities[c] = Math.exp(logits[sample * classes + c]) / sum;
    }
    return probabilities;
  }

  @ParameterizedTest
  @CsvSource({"row-rnn-150, 1", "row-rnn-150, 63", "row-rnn-150, 64", "row-rnn-100x2, 17"})
  void probabilitiesAreTheSoftmaxOfTheLogits(String model, int samples) {
    RnnTopology topology = ModelZoo.find(model).orElseThrow();
    float[] parameters = ParameterInitializer.ORTHOGONAL.initialise(topology, 3);
    float[][] values = noise(topology, samples);
    float[] logits = logits(topology, parameters, values);
    int classes = topology.network().classes();

    Predictor predictor = new Predictor(KERNELS, topology, parameters);
    assertThat(predictor.valuesPerSample()).isEqualTo(28 * 28);
    for (int s = 0; s < samples; s++) {
      predictor.put(s, values[s]);
    }
    predictor.run(samples);

    for (int s = 0; s < samples; s++) {
      double[] expected = softmax(logits, s, classes);
      assertThat(predictor.probabilities(s)).containsExactly(expected, within(1e-12));
      int best = 0;
      for (int c = 1; c < classes; c++) {
        best = expected[c] > expected[best] ? c : best;
      }
      assertThat(predictor.predicted(s)).isEqualTo(best);
    }
  }

  @Test
  void bitsDependNeitherOnThePlaceNorOnItsNeighbours() {
    RnnTopology topology = ModelZoo.find("row-rnn-150").orElseThrow();
    float[] parameters = ParameterInitializer.ORTHOGONAL.initialise(topology, 4);
    float[][] values = noise(topology, Predictor.SAMPLES);
    Predictor full = new Predictor(KERNELS, topology, parameters);
    for (int s = 0; s < values.length; s++) {
      full.put(s, values[s]);
    }
    full.run(values.length);

    Predictor backwards = new Predictor(KERNELS, topology, parameters);
    for (int s = 0; s < values.length; s++) {
      backwards.put(values.length - 1 - s, values[s]);
    }
    backwards.run(values.length);
    // After a full minibatch, so that the other places hold what they had.
    Predictor alone = new Predictor(KERNELS, topology, parameters);
    for (int s = 0; s < values.length; s++) {
      alone.put(s, values[0]);
    }
    for (int s = 0; s < values.length; s += 13) {
      alone.put(0, values[s]);
      alone.run(1);
      assertThat(alone.probabilities(0)).isEqualTo(full.probabilities(s));
    }
    for (int s = 0; s < values.length; s++) {
      assertThat(backwards.probabilities(values.length - 1 - s)).isEqualTo(full.probabilities(s));
    }
  }

  @Test
  void largeLogitsOverflowNothing() {
    RnnTopology topology = ModelZoo.find("row-rnn-150").orElseThrow();
    float[] parameters = ParameterInitializer.ORTHOGONAL.initialise(topology, 4);
    int bias = topology.network().layout().block(Kind.OUTPUT_BIAS).offset();
    parameters[bias + 3] = 5_000;
    parameters[bias + 4] = -5_000;
    Predictor predictor = new Predictor(KERNELS, topology, parameters);
    predictor.put(0, noise(topology, 1)[0]);
    predictor.run(1);

    assertThat(predictor.predicted(0)).isEqualTo(3);
    assertThat(predictor.probabilities(0)).contains(1.0).doesNotContain(Double.NaN);
  }

  @Test
  void aNetworkWithoutClassesIsRefused() {
    RnnTopology topology = ModelZoo.find("vanilla-rnn").orElseThrow();
    float[] parameters = new float[topology.network().parameterCount()];
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Predictor(KERNELS, topology, parameters))
        .withMessageContaining("expected a network with an output layer");
  }

  @Test
  void aNetworkThatGivesNoOneClassIsRefused() {
    Layer layer = new Layer("gru", 3);
    for (Head head :
        List.of(
            new Head(Loss.softmax(), 2, Network.Reads.EVERY),
            new Head(new Loss.Squared(), 2, Network.Reads.LAST))) {
      RnnTopology topology =
          new RnnTopology("other", new Network(new Input(4, 2), List.of(layer), head));
      float[] parameters = new float[topology.parameterCount()];
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new Predictor(KERNELS, topology, parameters))
          .withMessageContaining("gives each sequence one class, found 4 x 2 -> gru 3");
    }
  }
}
