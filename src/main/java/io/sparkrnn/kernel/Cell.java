package io.sparkrnn.kernel;

/**
 * What one layer does in one time step between its pre-activations and its state, in the words of
 * {@link Ops}. Holds nothing. Products, gradients, panels and threads are {@link RecurrentPass}'s,
 * the same for every cell.
 */
interface Cell {
  /**
   * The cell of a name, which stands in files and never changes.
   *
   * @throws IllegalArgumentException if there is none
   */
  static Cell of(String name) {
    return switch (name) {
      case "elman-tanh" -> Elman.TANH;
      case "elman-relu" -> Elman.RELU;
      default ->
          throw new IllegalArgumentException(
              "expected a cell elman-tanh or elman-relu, found " + name);
    };
  }

  /**
   * Turns pre-activations into the state, in place.
   *
   * @param m where everything lies
   * @param h of the pre-activations, then of the state
   * @param length values of them
   */
  void forward(Ops ops, float[] m, int h, int length);

  /**
   * Turns the gradient by the state into that by the pre-activations, in place.
   *
   * @param delta of the gradients
   * @param h of the state
   */
  void backward(Ops ops, float[] m, int delta, int h, int length);
}
