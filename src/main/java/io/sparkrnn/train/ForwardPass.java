package io.sparkrnn.train;

import io.sparkrnn.data.Axes;
import io.sparkrnn.kernel.NetworkShape;
import io.sparkrnn.kernel.RnnKernels;
import io.sparkrnn.kernel.Workspace;
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
   * @param parameters flat, in the order of {@link NetworkShape}
   * @param batch {@code [sample][timeStep][input]} or {@code [timeStep][sample][input]}, as {@link
   *     io.sparkrnn.data.SequenceDataset#batch} gives it
   * @param axes the order of the batch's axes; the hidden outputs have the same
   * @param samples in the batch, at least 1
   * @throws IllegalArgumentException if the lengths of batch or parameters do not fit the topology
   */
  public static ForwardPass run(
      RnnKernels kernels,
      RnnTopology topology,
      float[] parameters,
      float[] batch,
      Axes axes,
      int samples) {
    NetworkShape shape = topology.shape();
    check(shape, parameters, batch, samples);
    int timeSteps = shape.timeSteps();
    Workspace workspace = new Workspace(shape, samples);
    workspace.begin(samples);
    int stride = workspace.paddedSamples();
    float[] input = workspace.input();
    for (int t = 0; t < timeSteps; t++) {
      for (int s = 0; s < samples; s++) {
        int row = row(axes, s, t, samples, timeSteps) * shape.inputSize();
        for (int i = 0; i < shape.inputSize(); i++) {
          input[(t * shape.inputSize() + i) * stride + s] = batch[row + i];
        }
      }
    }
    kernels.forward(parameters, workspace, 0, stride);

    List<float[]> hidden = new ArrayList<>();
    List<float[]> finalHidden = new ArrayList<>();
    for (int l = 0; l < shape.layers(); l++) {
      int units = shape.units(l);
      float[] states = workspace.hidden(l);
      hidden.add(plain(states, 0, timeSteps, units, axes, samples, stride));
      finalHidden.add(plain(states, (timeSteps - 1) * units, 1, units, axes, samples, stride));
    }
    return new ForwardPass(
        List.copyOf(hidden),
        List.copyOf(finalHidden),
        plain(workspace.logits(), 0, 1, shape.classes(), axes, samples, stride));
  }

  private static void check(NetworkShape shape, float[] parameters, float[] batch, int samples) {
    if (parameters.length != shape.parameterCount()) {
      throw new IllegalArgumentException(
          "Cannot run the network: expected %d parameters, found %d"
              .formatted(shape.parameterCount(), parameters.length));
    }
    if (samples < 1 || batch.length != (long) samples * shape.timeSteps() * shape.inputSize()) {
      throw new IllegalArgumentException(
          "Cannot run the network: expected a batch of %d x %d x %d values (samples, time steps, inputs), found %d"
              .formatted(Math.max(1, samples), shape.timeSteps(), shape.inputSize(), batch.length));
    }
  }

  private static int row(Axes axes, int sample, int timeStep, int samples, int timeSteps) {
    return switch (axes) {
      case BATCH_FIRST -> sample * timeSteps + timeStep;
      case TIME_MAJOR -> timeStep * samples + sample;
    };
  }

  /** From {@code [timeStep][unit][sample]}, beginning at a row, to the axes of the batch. */
  private static float[] plain(
      float[] rows, int firstRow, int timeSteps, int units, Axes axes, int samples, int stride) {
    float[] plain = new float[samples * timeSteps * units];
    for (int t = 0; t < timeSteps; t++) {
      for (int s = 0; s < samples; s++) {
        int row = row(axes, s, t, samples, timeSteps);
        for (int u = 0; u < units; u++) {
          plain[row * units + u] = rows[(firstRow + t * units + u) * stride + s];
        }
      }
    }
    return plain;
  }
}
