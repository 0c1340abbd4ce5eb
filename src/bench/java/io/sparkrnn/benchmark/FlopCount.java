package io.sparkrnn.benchmark;

import io.sparkrnn.kernel.NetworkShape;

/**
 * Floating-point operations of one minibatch: two (multiply and add) for each product of a matrix
 * element and a value. Nothing else counts, neither biases, activations, losses nor the updater, so
 * every implementation of the same network has the same number.
 */
record FlopCount(NetworkShape shape, int samples) {

  /** All states and the logits. The state before the first time step is 0 and has no products. */
  long forward() {
    long products = 0;
    for (int l = 0; l < shape.layers(); l++) {
      products += (long) shape.timeSteps() * shape.units(l) * shape.inputs(l);
      products += recurrent(l);
    }
    return 2 * samples * (products + output());
  }

  /** All deltas; none are needed for the input. */
  long backward() {
    long products = 0;
    for (int l = 0; l < shape.layers(); l++) {
      products += recurrent(l);
      if (l > 0) {
        products += (long) shape.timeSteps() * shape.units(l) * shape.inputs(l);
      }
    }
    return 2 * samples * (products + output());
  }

  /** Weight gradients: each product of the forward pass has one here. */
  long gradient() {
    return forward();
  }

  long iteration() {
    return forward() + backward() + gradient();
  }

  private long recurrent(int layer) {
    return (shape.timeSteps() - 1L) * shape.units(layer) * shape.units(layer);
  }

  private long output() {
    return (long) shape.classes() * shape.topUnits();
  }
}
