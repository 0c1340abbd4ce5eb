package io.sparkrnn.cli;

import io.sparkrnn.data.Axes;
import io.sparkrnn.kernel.InferencePass;
import io.sparkrnn.kernel.MinibatchSource;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.model.RnnTopology;
import java.util.ArrayList;
import java.util.List;

/**
 * What a network makes of one batch, as plain arrays for inspection and prediction.
 *
 * @param hidden of each layer, bottom first, {@code h_t} of all time steps: {@code
 *     [sample][timeStep][unit]} or {@code [timeStep][sample][unit]}, in the axes of the batch
 * @param finalHidden of each layer, bottom first, {@code h_t} of the last time step: {@code
 *     [sample][unit]}
 * @param logits {@code [sample][class]}; empty for a network without an output layer
 */
public record ForwardPass(List<float[]> hidden, List<float[]> finalHidden, float[] logits) {

  /**
   * Runs the network over a batch.
   *
   * @param parameters flat, in the order of {@link io.sparkrnn.kernel.ParameterLayout}
   * @param batch {@code [sample][timeStep][input]} or {@code [timeStep][sample][input]}, as {@link
   *     io.sparkrnn.data.SequenceDataset#batch} gives it
   * @param axes the order of the batch's axes; the hidden outputs have the same
   * @param samples in the batch, at least 1
   * @throws IllegalArgumentException if the network is not plain, or the lengths of batch or
   *     parameters do not fit it
   */
  public static ForwardPass run(
      Ops kernels,
      RnnTopology topology,
      float[] parameters,
      float[] batch,
      Axes axes,
      int samples) {
    Network network = topology.network();
    if (!network.isPlain()) {
      throw new IllegalArgumentException(
          "Cannot run the network: expected plain Elman layers under a softmax, found "
              + topology.summary());
    }
    check(network, parameters, batch, samples);
    InferencePass pass = InferencePass.keepingStates(network, kernels, parameters, samples);
    pass.run(new Batch(network, batch, axes, samples), samples);
    List<float[]> hidden = new ArrayList<>();
    List<float[]> finalHidden = new ArrayList<>();
    for (int l = 0; l < network.layers().size(); l++) {
      hidden.add(states(pass, network, l, axes, samples));
      finalHidden.add(finalStates(pass, network, l, samples));
    }
    float[] logits = new float[samples * network.classes()];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = pass.logit(i / network.classes(), i % network.classes());
    }
    return new ForwardPass(List.copyOf(hidden), List.copyOf(finalHidden), logits);
  }

  /** A batch in either order of axes. */
  private record Batch(Network network, float[] values, Axes axes, int samples)
      implements MinibatchSource {
    @Override
    public void layOut(
        int[] places, int first, int count, float[] target, int at, int stepStride, int width) {
      int inputs = network.inputSize();
      for (int t = 0; t < network.timeSteps(); t++) {
        for (int s = 0; s < count; s++) {
          int row = row(axes, places[first + s], t, samples, network.timeSteps()) * inputs;
          for (int i = 0; i < inputs; i++) {
            target[at + t * stepStride + i * width + s] = values[row + i];
          }
        }
      }
    }

    @Override
    public int length(int sample) {
      return network.timeSteps();
    }
  }

  private static void check(Network network, float[] parameters, float[] batch, int samples) {
    if (parameters.length != network.parameterCount()) {
      throw new IllegalArgumentException(
          "Cannot run the network: expected %d parameters, found %d"
              .formatted(network.parameterCount(), parameters.length));
    }
    if (samples < 1 || batch.length != (long) samples * network.timeSteps() * network.inputSize()) {
      throw new IllegalArgumentException(
          "Cannot run the network: expected a batch of %d x %d x %d values (samples, time steps, inputs), found %d"
              .formatted(
                  Math.max(1, samples), network.timeSteps(), network.inputSize(), batch.length));
    }
  }

  private static int row(Axes axes, int sample, int timeStep, int samples, int timeSteps) {
    return switch (axes) {
      case BATCH_FIRST -> sample * timeSteps + timeStep;
      case TIME_MAJOR -> timeStep * samples + sample;
    };
  }

  /** Of all time steps, in the axes of the batch. */
  private static float[] states(
      InferencePass pass, Network network, int layer, Axes axes, int samples) {
    int units = network.units(layer);
    float[] plain = new float[samples * network.timeSteps() * units];
    for (int t = 0; t < network.timeSteps(); t++) {
      for (int s = 0; s < samples; s++) {
        int row = row(axes, s, t, samples, network.timeSteps());
        for (int u = 0; u < units; u++) {
          plain[row * units + u] = pass.hidden(layer, t, u, s);
        }
      }
    }
    return plain;
  }

  private static float[] finalStates(InferencePass pass, Network network, int layer, int samples) {
    int units = network.units(layer);
    float[] plain = new float[samples * units];
    for (int i = 0; i < plain.length; i++) {
      plain[i] = pass.hidden(layer, network.timeSteps() - 1, i % units, i / units);
    }
    return plain;
  }
}
