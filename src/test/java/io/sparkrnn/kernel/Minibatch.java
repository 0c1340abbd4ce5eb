package io.sparkrnn.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A network with parameters and a minibatch for it.
 *
 * @param parameters flat
 * @param samples {@code [sample][timeStep][input]}
 */
record Minibatch(NetworkShape shape, float[] parameters, float[][][] samples, int[] labels) {

  /** Weights small enough for tanh not to saturate, inputs from -1 to 1. */
  static Minibatch random(NetworkShape shape, int samples, long seed) {
    Random random = new Random(seed);
    float[] parameters = new float[shape.parameterCount()];
    for (int l = 0; l < shape.layers(); l++) {
      int end = shape.inputWeights(l + 1);
      double scale = 1 / Math.sqrt(shape.inputs(l) + shape.units(l));
      for (int i = shape.inputWeights(l); i < end; i++) {
        parameters[i] = (float) (scale * random.nextGaussian());
      }
    }
    for (int i = shape.outputWeights(); i < parameters.length; i++) {
      parameters[i] = (float) (random.nextGaussian() / Math.sqrt(shape.topUnits()));
    }
    float[][][] values = new float[samples][shape.timeSteps()][shape.inputSize()];
    int[] labels = new int[samples];
    for (int s = 0; s < samples; s++) {
      for (float[] step : values[s]) {
        for (int i = 0; i < step.length; i++) {
          step[i] = 2 * random.nextFloat() - 1;
        }
      }
      labels[s] = shape.classes() == 0 ? 0 : random.nextInt(shape.classes());
    }
    return new Minibatch(shape, parameters, values, labels);
  }

  int size() {
    return labels.length;
  }

  /** Fills inputs and labels; padding lanes get {@code padding}. */
  void load(Workspace workspace, float padding) {
    workspace.begin(size());
    int stride = workspace.paddedSamples();
    for (int t = 0; t < shape.timeSteps(); t++) {
      for (int i = 0; i < shape.inputSize(); i++) {
        int row = (t * shape.inputSize() + i) * stride;
        Arrays.fill(workspace.input(), row, row + stride, padding);
        for (int s = 0; s < size(); s++) {
          workspace.input()[row + s] = samples[s][t][i];
        }
      }
    }
    System.arraycopy(labels, 0, workspace.labels(), 0, size());
  }

  /** A workspace of this minibatch's size, loaded. */
  Workspace workspace() {
    Workspace workspace = new Workspace(shape, size());
    load(workspace, 0f);
    return workspace;
  }

  List<double[][]> samplesInDouble() {
    List<double[][]> widened = new ArrayList<>();
    for (float[][] sample : samples) {
      double[][] steps = new double[sample.length][sample[0].length];
      for (int t = 0; t < steps.length; t++) {
        for (int i = 0; i < steps[t].length; i++) {
          steps[t][i] = sample[t][i];
        }
      }
      widened.add(steps);
    }
    return widened;
  }
}
