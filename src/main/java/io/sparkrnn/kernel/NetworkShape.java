package io.sparkrnn.kernel;

import java.io.Serializable;
import java.util.List;

/**
 * The sizes of a network of stacked Elman layers and where its parameters lie in one flat vector.
 *
 * <p>The flat order is DL4J's: for each layer the input weights {@code U}, the recurrent weights
 * {@code W}, the bias {@code b}; then the output weights and the output bias. DL4J stores a matrix
 * {@code [in][out]} column by column, which is {@code [out][in]} row by row: element {@code (out,
 * in)} of a matrix at offset {@code o} with {@code n} inputs is {@code o + out * n + in}.
 *
 * @param timeSteps number of time steps of a sequence
 * @param inputSize values at each time step
 * @param hidden units of each recurrent layer, bottom first
 * @param activation nonlinearity of every recurrent layer
 * @param classes outputs of the dense layer over the last hidden state; 0 for a network without one
 */
public record NetworkShape(
    int timeSteps, int inputSize, List<Integer> hidden, Activation activation, int classes)
    implements Serializable {

  public NetworkShape {
    hidden = List.copyOf(hidden);
    if (timeSteps < 1
        || inputSize < 1
        || hidden.isEmpty()
        || classes < 0
        || hidden.stream().anyMatch(n -> n < 1)) {
      throw new IllegalArgumentException(
          "a network needs at least 1 time step, 1 input and 1 layer of at least 1 unit, found timeSteps=%d, inputSize=%d, hidden=%s, classes=%d"
              .formatted(timeSteps, inputSize, hidden, classes));
    }
    long parameters = classes;
    long inputs = inputSize;
    for (int units : hidden) {
      parameters += units * (inputs + units + 1);
      inputs = units;
    }
    parameters += classes * inputs;
    if (parameters > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "a network has at most %d parameters, found %d with inputSize=%d, hidden=%s, classes=%d"
              .formatted(Integer.MAX_VALUE, parameters, inputSize, hidden, classes));
    }
  }

  public int layers() {
    return hidden.size();
  }

  public int units(int layer) {
    return hidden.get(layer);
  }

  /** Units of the top recurrent layer, whose last state the output layer reads. */
  public int topUnits() {
    return units(layers() - 1);
  }

  /** Values that a layer receives at each time step from below. */
  public int inputs(int layer) {
    return layer == 0 ? inputSize : units(layer - 1);
  }

  /** Offset of {@code U[unit][input]} of a layer. */
  public int inputWeights(int layer) {
    int offset = 0;
    for (int l = 0; l < layer; l++) {
      offset += units(l) * (inputs(l) + units(l) + 1);
    }
    return offset;
  }

  /** Offset of {@code W[unit][previous unit]} of a layer. */
  public int recurrentWeights(int layer) {
    return inputWeights(layer) + units(layer) * inputs(layer);
  }

  /** Offset of {@code b[unit]} of a layer. */
  public int bias(int layer) {
    return recurrentWeights(layer) + units(layer) * units(layer);
  }

  /** Offset of the output layer's weights {@code [class][unit]}. */
  public int outputWeights() {
    return inputWeights(layers());
  }

  /** Offset of the output layer's bias {@code [class]}. */
  public int outputBias() {
    return outputWeights() + classes * topUnits();
  }

  public int parameterCount() {
    return outputBias() + classes;
  }

  /**
   * Rows of all gradient matrices: one for each unit of each layer and for each class; the grain of
   * work to split.
   */
  public int gradientRows() {
    int rows = classes;
    for (int l = 0; l < layers(); l++) {
      rows += units(l);
    }
    return rows;
  }
}
