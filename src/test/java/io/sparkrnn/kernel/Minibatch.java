package io.sparkrnn.kernel;

import java.util.Random;

/**
 * A network with parameters and a minibatch for it.
 *
 * @param parameters flat
 * @param samples {@code [sample][timeStep][input]}
 */
record Minibatch(Network network, float[] parameters, float[][][] samples, int[] labels)
    implements MinibatchSource {

  /** Weights small enough for tanh not to saturate, inputs from -1 to 1. */
  static Minibatch random(Network network, int samples, long seed) {
    Random random = new Random(seed);
    float[] parameters = new float[network.parameterCount()];
    for (ParameterBlock block : network.layout().blocks()) {
      int l = block.layer();
      boolean ofHead = l == network.layers().size();
      int fanIn = ofHead ? network.read() : network.inputs(l) + network.units(l);
      for (int i = block.offset(); i < block.end(); i++) {
        parameters[i] = (float) (random.nextGaussian() / Math.sqrt(fanIn));
      }
    }
    float[][][] values = new float[samples][network.timeSteps()][network.inputSize()];
    int[] labels = new int[samples];
    for (int s = 0; s < samples; s++) {
      for (float[] step : values[s]) {
        for (int i = 0; i < step.length; i++) {
          step[i] = 2 * random.nextFloat() - 1;
        }
      }
      labels[s] = network.classes() == 0 ? 0 : random.nextInt(network.classes());
    }
    return new Minibatch(network, parameters, values, labels);
  }

  int size() {
    return labels.length;
  }

  @Override
  public void layOut(
      int[] places, int first, int count, float[] target, int at, int stepStride, int width) {
    for (int s = 0; s < count; s++) {
      for (int t = 0; t < network.timeSteps(); t++) {
        for (int i = 0; i < network.inputSize(); i++) {
          target[at + t * stepStride + i * width + s] = samples[places[first + s]][t][i];
        }
      }
    }
  }

  @Override
  public int length(int sample) {
    return network.timeSteps();
  }

  @Override
  public int label(int sample, int step) {
    return labels[sample];
  }
}
