package io.sparkrnn.kernel;

/** What one thread needs while it computes a part of an iteration. */
final class Scratch {
  /** Recurrent weights of a layer as {@code [previous unit][unit]}. */
  final float[] recurrentWeights;

  /** Weights from a layer to what is above it as {@code [unit][unit above]}. */
  final float[] upwardWeights;

  /** What deltas are multiplied with: {@code [sample][inputs, 1, previous state]}. */
  final float[] factors;

  Scratch(NetworkShape shape, int factors) {
    int recurrent = 0;
    int upward = 0;
    for (int l = 0; l < shape.layers(); l++) {
      int units = shape.units(l);
      int above = l + 1 < shape.layers() ? shape.units(l + 1) : shape.classes();
      recurrent = Math.max(recurrent, units * units);
      upward = Math.max(upward, units * above);
    }
    this.recurrentWeights = new float[recurrent];
    this.upwardWeights = new float[upward];
    this.factors = new float[factors];
  }
}
