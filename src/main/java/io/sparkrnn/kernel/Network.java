package io.sparkrnn.kernel;

import java.io.Serializable;
import java.util.List;

/**
 * A network as data: what it reads, its layers, bottom first, and what its outputs are held
 * against. A list of layers, no graph: so the order of all arithmetic can be said in a sentence.
 *
 * @param input what a sample is
 * @param layers recurrent layers, bottom first, at least one
 * @param head what reads the top layer
 */
public record Network(Input input, List<Layer> layers, Head head) implements Serializable {

  /**
   * What a sample is made of. At each time step the lowest layer reads the dense values, then the
   * embedded ids of each channel, then the static values if they are joined there.
   *
   * @param timeSteps of the longest sequence
   * @param dense values at each time step
   * @param categorical channels of ids, each with an embedding of its own
   * @param statics values that a whole sequence has
   * @param join where static values join
   */
  public record Input(int timeSteps, int dense, List<Embedding> categorical, int statics, Join join)
      implements Serializable {
    public Input {
      categorical = List.copyOf(categorical);
    }

    /** Dense values alone. */
    public Input(int timeSteps, int dense) {
      this(timeSteps, dense, List.of(), 0, Join.EVERY_STEP);
    }

    /** Values that embedded ids have at each time step. */
    public int embedded() {
      int width = 0;
      // No stream: an iteration asks, and allocates nothing.
      for (int c = 0; c < categorical.size(); c++) {
        width += categorical.get(c).width();
      }
      return width;
    }

    /** Values that the lowest layer reads at each time step. */
    public int width() {
      return dense + embedded() + (join == Join.EVERY_STEP ? statics : 0);
    }
  }

  /** Where the static values of a sequence are read. */
  public enum Join {
    /** By the lowest layer, at every time step. */
    EVERY_STEP,
    /** By the head, behind the states. */
    HEAD
  }

  /**
   * How a channel of ids becomes values: a trained vector for each id.
   *
   * @param vocabulary ids, from 0
   * @param width values of each id
   * @param padding the id whose vector is never trained, 0 at first; {@value #NONE} for none
   */
  public record Embedding(int vocabulary, int width, int padding) implements Serializable {
    /** No padding. */
    public static final int NONE = -1;
  }

  /**
   * A recurrent layer.
   *
   * @param cell name of what it computes in a time step: {@link Cell#of}
   * @param units in each direction
   * @param dropout probability that a value it gives to what is above is dropped in training; what
   *     it gives to its own next time step never is
   */
  public record Layer(String cell, int units, Direction direction, double dropout, Biases biases)
      implements Serializable {
    /** One that goes forward without dropout, with two biases only where its cell needs them. */
    public Layer(String cell, int units) {
      this(
          cell,
          units,
          Direction.FORWARD,
          0,
          Cell.of(cell).needsTwoBiases() ? Biases.TWO : Biases.ONE);
    }

    /** What the bias of each unit of a gate is at first, or the sum of its two. */
    public float initialBias(int gate) {
      return Cell.of(cell).initialBias(gate);
    }

    /** Values that it gives upwards at each time step. */
    public int outputs() {
      return direction == Direction.BOTH ? 2 * units : units;
    }
  }

  /** Which way a layer goes through a sequence. */
  public enum Direction {
    FORWARD,
    /** From each sample's own end. */
    BACKWARD,
    /** Each way with weights of its own; outputs of the forward one, then of the other. */
    BOTH
  }

  /** How many biases a pre-activation has: what is added up is the same, but each is trained. */
  public enum Biases {
    ONE,
    /** PyTorch's {@code b_ih} and {@code b_hh}. */
    TWO
  }

  /**
   * The dense layer above the recurrent ones and its loss.
   *
   * @param outputs 0 for a network without one
   * @param reads which states of the top layer it sees
   */
  public record Head(Loss loss, int outputs, Reads reads) implements Serializable {}

  /** Which states of the top layer a head reads. */
  public enum Reads {
    /** The one that each direction comes to last: at a sample's own end, or start. */
    LAST,
    /** The mean over a sample's own time steps. */
    MEAN,
    /** The largest of each unit over a sample's own time steps; of equals the first. */
    MAX,
    /** Each time step's; there are outputs and a loss for each. */
    EVERY
  }

  public Network {
    layers = List.copyOf(layers);
    requireInt(input);
    if (input.timeSteps() < 1
        || input.dense() < 0
        || input.statics() < 0
        || input.width() < 1
        || layers.isEmpty()
        || head.outputs() < 0
        || layers.stream().anyMatch(layer -> layer.units() < 1)) {
      throw new IllegalArgumentException(
          "a network needs at least 1 time step, 1 input and 1 layer of at least 1 unit, found timeSteps=%d, inputSize=%d, hidden=%s, classes=%d"
              .formatted(
                  input.timeSteps(),
                  input.width(),
                  layers.stream().map(Layer::units).toList(),
                  head.outputs()));
    }
    for (Embedding embedding : input.categorical()) {
      if (embedding.vocabulary() < 1
          || embedding.width() < 1
          || embedding.padding() < Embedding.NONE
          || embedding.padding() >= embedding.vocabulary()) {
        throw new IllegalArgumentException(
            "an embedding needs at least 1 id of at least 1 value, and a padding among its ids, found "
                + embedding);
      }
    }
    for (Layer layer : layers) {
      Cell cell = Cell.of(layer.cell());
      if (!(layer.dropout() >= 0 && layer.dropout() < 1)) {
        throw new IllegalArgumentException(
            "expected a dropout of at least 0 and below 1, found " + layer.dropout());
      }
      if (layer.biases() == Biases.ONE && cell.needsTwoBiases()) {
        throw new IllegalArgumentException(
            "expected two biases for a layer of %s, found one".formatted(layer.cell()));
      }
    }
    head.loss().requireOutputs(head.outputs());
    long parameters = ParameterLayout.count(input, layers, head);
    if (parameters > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "a network has at most %d parameters, found %d with inputSize=%d, hidden=%s, classes=%d"
              .formatted(
                  Integer.MAX_VALUE,
                  parameters,
                  input.width(),
                  layers.stream().map(Layer::units).toList(),
                  head.outputs()));
    }
  }

  /** Widths are added up in int afterwards. */
  private static void requireInt(Input input) {
    long width = (long) input.dense() + input.statics();
    for (Embedding embedding : input.categorical()) {
      width += embedding.width();
    }
    if (width > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "a network reads at most %d values, found %d".formatted(Integer.MAX_VALUE, width));
    }
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
        new Input(timeSteps, inputSize),
        hidden.stream().map(units -> new Layer(Elman.name(activation), units)).toList(),
        new Head(Loss.softmax(), classes, Reads.LAST));
  }

  /** Whether it is what {@link #elman} makes, and older files can say. */
  public boolean isPlain() {
    return Elman.isElman(layers.get(0).cell())
        && input.equals(new Input(timeSteps(), inputSize()))
        && equals(elman(timeSteps(), inputSize(), hidden(), activation(), classes()));
  }

  /** The same with other layers of the same kind. */
  public Network withHidden(List<Integer> hidden) {
    Layer like = layers.get(0);
    return new Network(
        input,
        hidden.stream()
            .map(
                units ->
                    new Layer(like.cell(), units, like.direction(), like.dropout(), like.biases()))
            .toList(),
        head);
  }

  public int timeSteps() {
    return input.timeSteps();
  }

  /** Dense values at each time step. */
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

  /** Values that the head reads. */
  public int read() {
    int statics = input.join() == Join.HEAD ? input.statics() : 0;
    return layers.get(layers.size() - 1).outputs() + statics;
  }

  /** Values that a layer receives at each time step from below. */
  public int inputs(int layer) {
    return layer == 0 ? input.width() : layers.get(layer - 1).outputs();
  }

  /**
   * Values of a sample's state after a pass, of which the next can start: of each layer its output,
   * then what else its cell remembers.
   */
  public int stateSize() {
    int size = 0;
    for (int l = 0; l < layers.size(); l++) {
      size += stateSize(l);
    }
    return size;
  }

  int stateSize(int layer) {
    return units(layer) * (1 + Cell.of(layers.get(layer).cell()).memories());
  }

  /** Requires that samples have room for their states and can carry them, where they have any. */
  void requireStates(float[] states, int samples) {
    if (states == null) {
      return;
    }
    if (!canCarryState()) {
      throw new IllegalArgumentException(
          "expected layers that go forward where states are carried, found " + layers);
    }
    if (states.length < samples * stateSize()) {
      throw new IllegalArgumentException(
          "expected states of %d samples with %d values each, found %d values"
              .formatted(samples, stateSize(), states.length));
    }
  }

  /** Whether each sequence of a stream can go on where the last one ended. */
  public boolean canCarryState() {
    for (int l = 0; l < layers.size(); l++) {
      if (layers.get(l).direction() != Direction.FORWARD) {
        return false;
      }
    }
    return true;
  }

  public int parameterCount() {
    return (int) ParameterLayout.count(input, layers, head);
  }

  /** Where each parameter lies. */
  public ParameterLayout layout() {
    return new ParameterLayout(this);
  }
}
