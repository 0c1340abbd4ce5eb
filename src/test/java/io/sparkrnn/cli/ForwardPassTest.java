package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sparkrnn.data.Axes;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.kernel.PortableOps;
import io.sparkrnn.model.ModelZoo;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.model.RnnTopology;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForwardPassTest {
  private static final Ops KERNELS = new PortableOps();

  @ParameterizedTest
  @CsvSource({"row-rnn-150, 64", "row-rnn-100x2, 17", "vanilla-rnn, 4", "vanilla-rnn-1, 1"})
  void bothOrdersOfAxesGiveTheSameNumbers(String model, int samples) {
    RnnTopology topology = ModelZoo.find(model).orElseThrow();
    float[] parameters = ParameterInitializer.ORTHOGONAL.initialise(topology, 5);
    SequenceDataset data = noise(topology, samples);
    int[] order = new int[samples];
    for (int s = 0; s < samples; s++) {
      order[s] = samples - 1 - s;
    }

    ForwardPass batchFirst =
        ForwardPass.run(
            KERNELS,
            topology,
            parameters,
            data.batch(order, Axes.BATCH_FIRST),
            Axes.BATCH_FIRST,
            samples);
    ForwardPass timeMajor =
        ForwardPass.run(
            KERNELS,
            topology,
            parameters,
            data.batch(order, Axes.TIME_MAJOR),
            Axes.TIME_MAJOR,
            samples);

    assertThat(timeMajor.logits())
        .hasSize(samples * topology.network().classes())
        .isEqualTo(batchFirst.logits());
    int timeSteps = topology.network().timeSteps();
    for (int l = 0; l < topology.network().layers().size(); l++) {
      int units = topology.network().units(l);
      assertThat(timeMajor.finalHidden().get(l))
          .hasSize(samples * units)
          .isEqualTo(batchFirst.finalHidden().get(l));
      float[] byTime = timeMajor.hidden().get(l);
      float[] bySample = batchFirst.hidden().get(l);
      assertThat(bySample).hasSize(samples * timeSteps * units);
      float[] transposed = new float[bySample.length];
      for (int s = 0; s < samples; s++) {
        for (int t = 0; t < timeSteps; t++) {
          System.arraycopy(
              byTime, (t * samples + s) * units, transposed, (s * timeSteps + t) * units, units);
        }
      }
      assertThat(transposed).isEqualTo(bySample);
      for (int s = 0; s < samples; s++) {
        for (int u = 0; u < units; u++) {
          assertThat(batchFirst.finalHidden().get(l)[s * units + u])
              .isEqualTo(bySample[(s * timeSteps + timeSteps - 1) * units + u]);
        }
      }
    }
  }

  @Test
  void aSampleDoesNotDependOnItsNeighbours() {
    RnnTopology topology = ModelZoo.find("row-rnn-100x2").orElseThrow().withHidden(List.of(7, 5));
    float[] parameters = ParameterInitializer.XAVIER.initialise(topology, 8);
    SequenceDataset data = noise(topology, 19);
    int[] all = new int[19];
    for (int s = 0; s < all.length; s++) {
      all[s] = s;
    }
    float[] together =
        ForwardPass.run(
                KERNELS,
                topology,
                parameters,
                data.batch(all, Axes.BATCH_FIRST),
                Axes.BATCH_FIRST,
                19)
            .logits();
    for (int s = 0; s < 19; s++) {
      float[] alone =
          ForwardPass.run(
                  KERNELS,
                  topology,
                  parameters,
                  data.batch(new int[] {s}, Axes.BATCH_FIRST),
                  Axes.BATCH_FIRST,
                  1)
              .logits();
      assertThat(alone).containsExactly(Arrays.copyOfRange(together, s * 10, s * 10 + 10));
    }
  }

  @Test
  void arraysThatDoNotFitAreRefused() {
    RnnTopology topology = ModelZoo.find("vanilla-rnn-1").orElseThrow();
    float[] parameters = new float[6];
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                ForwardPass.run(KERNELS, topology, new float[5], new float[8], Axes.BATCH_FIRST, 1))
        .withMessage("Cannot run the network: expected 6 parameters, found 5");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> ForwardPass.run(KERNELS, topology, parameters, new float[15], Axes.TIME_MAJOR, 2))
        .withMessage(
            "Cannot run the network: expected a batch of 2 x 2 x 4 values (samples, time steps, inputs), found 15");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> ForwardPass.run(KERNELS, topology, parameters, new float[0], Axes.TIME_MAJOR, 0))
        .withMessageContaining("found 0");
  }

  @Test
  void networksThatAreNotPlainAreRefused() {
    Network plain = ModelZoo.find("vanilla-rnn-1").orElseThrow().network();
    RnnTopology gru =
        new RnnTopology(
            "x", new Network(plain.input(), List.of(new Layer("gru", 1)), plain.head()));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                ForwardPass.run(
                    KERNELS,
                    gru,
                    new float[gru.parameterCount()],
                    new float[8],
                    Axes.BATCH_FIRST,
                    1))
        .withMessage(
            "Cannot run the network: expected plain Elman layers under a softmax, found 2 x 4 -> gru 1");
  }

  private static SequenceDataset noise(RnnTopology topology, int samples) {
    Random random = new Random(7);
    float[] values =
        new float[samples * topology.network().timeSteps() * topology.network().inputSize()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    return SequenceDataset.ofFloats(
        values,
        new int[samples],
        topology.network().timeSteps(),
        topology.network().inputSize(),
        Math.max(1, topology.network().classes()));
  }
}
