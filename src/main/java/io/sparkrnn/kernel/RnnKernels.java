package io.sparkrnn.kernel;

/**
 * The arithmetic of one minibatch. Implementations produce equal bits.
 *
 * <p>Work is split between threads by ranges: the first three methods by samples (multiples of
 * {@link Workspace#LANES}), the gradient by rows. Ranges of one method may run at the same time;
 * methods must follow one another.
 */
public interface RnnKernels {

  /**
   * The implementation of a name.
   *
   * @throws IllegalArgumentException if there is none
   */
  static RnnKernels named(String name) {
    return switch (name) {
      case "portable" -> new PortableRnnKernels();
      case "vector" -> new VectorRnnKernels();
      default ->
          throw new IllegalArgumentException("expected kernels vector or portable, found " + name);
    };
  }

  /** The name that the option {@code --kernels} and the results use. */
  String name();

  /**
   * Computes hidden states {@code h_t = f(U x_t + W h_{t-1} + b)} of every layer, with {@code
   * h_{-1} = 0}, and the logits of the last state. Each element starts at its bias and adds the
   * products with the inputs, then those with the previous state, in index order.
   *
   * @param parameters flat, in the order of {@link NetworkShape}
   */
  void forward(float[] parameters, Workspace workspace, int fromSample, int toSample);

  /**
   * Softmax cross-entropy: fills the loss of each sample and the delta of each logit, {@code (p -
   * y) / samples}. The exponentials are taken in double.
   */
  void outputDeltas(Workspace workspace, int fromSample, int toSample);

  /**
   * Backpropagation through time: the deltas of every layer at every time step. Each element adds
   * the products with the deltas of the next time step, then those with the deltas of the layer
   * above, in index order.
   */
  void backward(float[] parameters, Workspace workspace, int fromSample, int toSample);

  /**
   * The gradient of the mean loss with respect to rows {@code [fromRow, toRow)} of {@link
   * NetworkShape#gradientRows()}: layer by layer, then the classes. Each element adds its products
   * over time steps, then samples, in ascending order.
   *
   * @param gradient flat, overwritten in these rows
   */
  void gradient(Workspace workspace, float[] gradient, int fromRow, int toRow);

  /**
   * The sum of squares, folded over 64 virtual lanes and then pairwise from the outer halves in.
   */
  float sumOfSquares(Workspace workspace, float[] values);
}
