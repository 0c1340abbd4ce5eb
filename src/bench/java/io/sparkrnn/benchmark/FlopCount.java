package io.sparkrnn.benchmark;

import io.sparkrnn.kernel.Network;

/**
 * Floating-point operations of one minibatch: two (multiply and add) for each product of a matrix
 * element and a value. Nothing else counts, neither biases, activations, losses nor the updater, so
 * every implementation of the same network has the same number.
 */
record FlopCount(Network network, int samples) {

  /** All states and the logits. The state before the first time step is 0 and has no products. */
  long forward() {
    long products = 0;
    for (int l = 0; l < network.layers().size(); l++) {
      products += (long) network.timeSteps() * network.units(l) * network.inputs(l);
      products += recurrent(l);
    }
    return 2 * samples * (products + output());
  }

  /** All deltas; none are needed for the input. */
  long backward() {
    long products = 0;
    for (int l = 0; l < network.layers().size(); l++) {
      products += recurrent(l);
      if (l > 0) {
        products += (long) network.timeSteps() * network.units(l) * network.inputs(l);
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
    return (network.timeSteps() - 1L) * network.units(layer) * network.units(layer);
  }

  private long output() {
    return (long) network.classes() * network.read();
  }
}
