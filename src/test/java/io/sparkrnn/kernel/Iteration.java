package io.sparkrnn.kernel;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * All that an iteration computes, as plain arrays.
 *
 * @param hidden {@code [layer][sample][timeStep][unit]}
 * @param delta likewise
 * @param logits {@code [sample][class]}
 * @param outputDelta likewise
 */
record Iteration(
    float[][][][] hidden,
    float[][][][] delta,
    float[][] logits,
    float[][] outputDelta,
    double[] losses,
    float[] gradient) {

  /** By one thread, all groups side by side, so that all states stay. */
  static Iteration of(Ops ops, Minibatch minibatch) {
    int groups = Groups.of(minibatch.size());
    TrainingPass pass = new TrainingPass(minibatch.network(), ops, minibatch.size(), 1, groups);
    return of(pass, minibatch);
  }

  /** In a pass that may have run before. */
  static Iteration of(TrainingPass pass, Minibatch minibatch) {
    float[] gradient = gradient(pass, minibatch);
    Network network = minibatch.network();
    int n = minibatch.size();
    int layers = network.layers().size();
    float[][][][] hidden = new float[layers][n][network.timeSteps()][];
    float[][][][] delta = new float[layers][n][network.timeSteps()][];
    float[][] logits = new float[n][network.classes()];
    float[][] outputDelta = new float[n][network.classes()];
    double[] losses = new double[n];
    RecurrentPass states = pass.pass(0);
    float[] m = pass.array();
    for (int s = 0; s < n; s++) {
      int group = s / Groups.GROUP;
      int lane = s % Groups.GROUP;
      for (int l = 0; l < layers; l++) {
        for (int t = 0; t < network.timeSteps(); t++) {
          hidden[l][s][t] = new float[network.units(l)];
          delta[l][s][t] = new float[network.units(l)];
          for (int u = 0; u < network.units(l); u++) {
            hidden[l][s][t][u] = states.hidden(m, l, group, t, u, lane);
            delta[l][s][t][u] = states.delta(m, l, group, t, u, lane);
          }
        }
      }
      for (int c = 0; c < network.classes(); c++) {
        logits[s][c] = states.logit(m, group, c, lane);
        outputDelta[s][c] = states.outputDelta(m, group, c, lane);
      }
      losses[s] = pass.loss(s);
    }
    return new Iteration(hidden, delta, logits, outputDelta, losses, gradient);
  }

  /** The gradient alone, by the parts of a pass, last part first. */
  static float[] gradient(TrainingPass pass, Minibatch minibatch) {
    float[] gradient = new float[minibatch.network().parameterCount()];
    // Must be overwritten, not added to.
    Arrays.fill(gradient, Float.NaN);
    int parts = pass.begin(minibatch.parameters(), minibatch, minibatch.size());
    IntStream.range(0, parts).map(i -> parts - 1 - i).forEach(pass::run);
    for (int part = 0; part < pass.products(); part++) {
      pass.runProduct(part);
    }
    pass.gradient(gradient);
    return gradient;
  }
}
