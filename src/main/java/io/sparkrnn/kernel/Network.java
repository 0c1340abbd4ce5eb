package io.sparkrnn.kernel;

import java.io.Serializable;
import java.util.List;

/**
 * A network as data: what it reads, its layers, bottom first, and what its outputs are held
 * against. A list of layers, no graph: so the order of all arithmetic can be said in a sentence.
 *
 * <p>The records can say more than is built today; what is not built is refused here, by name.
 *
 * @param input what a sample is
 * @param layers recurrent layers, bottom first, at least one
 * @param head what reads the top layer
 */
public record Network(Input input, List<Layer> layers, Head head) implements Serializable {

  /**
   * What a sample is made of.
   *
   * @param timeSteps of the longest sequence
   * @param dense values at each time step
   * @param categorical channels of ids, each with an embedding of its own
   * @param statics values that a whole sequence has
   */
  public record Input(int timeSteps, int dense, List<Embedding> categorical, int statics)
      implements Serializable {
    public Input {
      categorical = List.copyOf(categorical);
    }
  }

  /**
   * How a channel of ids becomes values.
   *
   * @param vocabulary ids, from 0
   * @param width values of each id
   */
  public record Embedding(int vocabulary, int width) implements Serializable {}

  /**
   * A recurrent layer.
   *
   * @param cell name of what it computes in a time step: {@link Cell#of}
   * @param dropout probability that a value it gives to the layer above is dropped in training
   */
  public record Layer(String cell, int units, Direction direction, double dropout)
      implements Serializable {}

  /** Which way a layer goes through a sequence. */
  public enum Direction {
    FORWARD,
    BACKWARD,
    BOTH
  }

  /**
   * The dense layer above the recurrent ones and its loss.
   *
   * @param loss name of the loss, such as {@value #SOFTMAX}
   * @param outputs 0 for a network without one
   * @param reads which states of the top layer it sees
   */
  public record Head(String loss, int outputs, Reads reads) implements Serializable {
    /** Softmax and cross-entropy of one class a sample. */
    public static final String SOFTMAX = "softmax";
  }

  /** Which states of the top layer a head reads. */
  public enum Reads {
    LAST,
    MEAN,
    MAX,
    EVERY
  }

  public Network {
    layers = List.copyOf(layers);
    if (input.timeSteps() < 1
        || input.dense() < 1
        || layers.isEmpty()
        || head.outputs() < 0
        || layers.stream().anyMatch(layer -> layer.units() < 1)) {
      throw new IllegalArgumentException(
          "a network needs at least 1 time step, 1 input and 1 layer of at least 1 unit, found timeSteps=%d, inputSize=%d, hidden=%s, classes=%d"
              .formatted(
                  input.timeSteps(),
                  input.dense(),
                  layers.stream().map(Layer::units).toList(),
                  head.outputs()));
    }
    layers.forEach(layer -> Cell.of(layer.cell()));
    requireBuilt(input, layers, head);
    long parameters = ParameterLayout.count(input, layers, head);
    if (parameters > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "a network has at most %d parameters, found %d with inputSize=%d, hidden=%s, classes=%d"
              .formatted(
                  Integer.MAX_VALUE,
                  parameters,
                  input.dense(),
                  layers.stream().map(Layer::units).toList(),
                  head.outputs()));
    }
  }

  private static void requireBuilt(Input input, List<Layer> layers, Head head) {
    if (!input.categorical().isEmpty() || input.statics() > 0) {
      throw notBuilt("dense inputs alone", "categorical or static ones");
    }
    for (Layer layer : layers) {
      if (!layer.cell().equals(layers.get(0).cell())) {
        throw notBuilt("layers of one cell", layers.get(0).cell() + " beside " + layer.cell());
      }
      if (layer.direction() != Direction.FORWARD || layer.dropout() != 0) {
        throw notBuilt("layers that go forward without dropout", layer.toString());
      }
    }
    if (!head.loss().equals(Head.SOFTMAX) || head.reads() != Reads.LAST) {
      throw notBuilt("softmax over the last state", head.toString());
    }
  }

  private static IllegalArgumentException notBuilt(String expected, String found) {
    return new IllegalArgumentException("expected %s, found %s".formatted(expected, found));
  }

  /**
   * Stacked Elman layers and softmax over the last state.
   *
   * @param inputSize values at each time step
   * @param hidden units of each layer, bottom first
   * @param classes 0 for a network without an output layer
   */
  public static Network elman(
      int timeSteps, int inputSize, List<Integer> hidden, Activation activation, int classes) {
    return new Network(
        new Input(timeSteps, inputSize, List.of(), 0),
        hidden.stream()
            .map(units -> new Layer(Elman.name(activation), units, Direction.FORWARD, 0))
            .toList(),
        new Head(Head.SOFTMAX, classes, Reads.LAST));
  }

  /** The same with other layers of the same cell. */
  public Network withHidden(List<Integer> hidden) {
    return elman(timeSteps(), inputSize(), hidden, activation(), classes());
  }

  public int timeSteps() {
    return input.timeSteps();
  }

  /** Values at each time step. */
  public int inputSize() {
    return input.dense();
  }

  /** Units of each layer, bottom first. */
  public List<Integer> hidden() {
    return layers.stream().map(Layer::units).toList();
  }

  /** Of its Elman cells. */
  public Activation activation() {
    return Elman.activation(layers.get(0).cell());
  }

  /** Outputs of the head; 0 for a network without one. */
  public int classes() {
    return head.outputs();
  }

  public int units(int layer) {
    return layers.get(layer).units();
  }

  /** Units of the top layer, which the head reads. */
  public int topUnits() {
    return units(layers.size() - 1);
  }

  /** Values that a layer receives at each time step from below. */
  public int inputs(int layer) {
    return layer == 0 ? inputSize() : units(layer - 1);
  }

  public int parameterCount() {
    return (int) ParameterLayout.count(input, layers, head);
  }

  /** Where each parameter lies. */
  public ParameterLayout layout() {
    return new ParameterLayout(this);
  }
}
