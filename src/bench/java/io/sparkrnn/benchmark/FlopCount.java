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
      products += ofInputs(l);
      products += recurrent(l);
    }
    return 2 * samples * (products + output());
  }

  private long ofInputs(int layer) {
    return gates(layer) * network.timeSteps() * network.units(layer) * network.inputs(layer);
  }

  private long gates(int layer) {
    return switch (network.layers().get(layer).cell()) {
      case "lstm" -> 4;
      case "gru" -> 3;
      default -> 1;
    };
  }

  /** All deltas; none are needed for the input. */
  long backward() {
    long products = 0;
    for (int l = 0; l < network.layers().size(); l++) {
      products += recurrent(l);
      if (l > 0) {
        products += ofInputs(l);
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

  /**
   * Of Muon's products of matrices of inputs and of the state in one step: five times {@code X X'},
   * {@code A A} and {@code B X} of each gate.
   */
  long orthogonalisation() {
    long all = 0;
    for (int l = 0; l < network.layers().size(); l++) {
      all += gates(l) * orthogonalised(network.units(l), network.inputs(l));
      all += gates(l) * orthogonalised(network.units(l), network.units(l));
    }
    return all;
  }

  private static long orthogonalised(long rows, long columns) {
    long p = Math.min(rows, columns);
    return 5 * 2 * p * p * (2 * Math.max(rows, columns) + p);
  }

  private long recurrent(int layer) {
    return gates(layer) * (network.timeSteps() - 1L) * network.units(layer) * network.units(layer);
  }

  private long output() {
    return (long) network.classes() * network.read();
  }
}
