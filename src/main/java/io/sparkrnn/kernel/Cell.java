package io.sparkrnn.kernel;

import java.util.ArrayList;
import java.util.List;

/**
 * What one layer does in one time step between its pre-activations and its state, in the words of
 * {@link Ops}. Holds nothing. Products, gradients, panels, lengths and threads are the passes', the
 * same for every cell. A new cell is a file, and a line in {@link #of}.
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
      case "lstm" -> Lstm.LSTM;
      case "gru" -> Gru.GRU;
      default ->
          throw new IllegalArgumentException(
              "expected a cell elman-tanh, elman-relu, lstm or gru, found " + name);
    };
  }

  /** Places of one time step of a group in the arena, as a cell sees them. Set, not made. */
  final class Step {
    /** Values of one gate, or of the state. */
    int length;

    /** Of the pre-activations, then of the activations. */
    int gates;

    /** From one gate to the next within a part. */
    int stride;

    /** Where each gate's part begins, less its first gate's distance. */
    int[] offsets;

    /** The state, and the one before; zeros before the first. */
    int h;

    int before;

    /** The memory, and the one before; zeros before the first. */
    int memory;

    int memoryBefore;
    int kept;

    /** Of the deltas, laid out as the gates. */
    int deltas;

    /** What comes from the next time step, and goes to the one before: of the state. */
    int carry;

    /** Likewise of the memory. */
    int memoryCarry;

    int gate(int gate) {
      return gates + offsets[gate] * stride;
    }

    int delta(int gate) {
      return deltas + offsets[gate] * stride;
    }
  }

  /**
   * Pre-activations that are one product.
   *
   * @param firstGate of the {@link #gates}
   * @param gates how many
   * @param inputs whether they read what comes from below
   * @param state whether they read the state before
   */
  record Part(int firstGate, int gates, boolean inputs, boolean state) {}

  /**
   * Where pre-activations lie, part by part.
   *
   * @param ofParts where each part begins
   * @param ofGates where each gate of each part begins
   * @param count of all rows, with those that pad each part
   */
  record Rows(int[] ofParts, int[] ofGates, int count) {
    /**
     * Rows of parts.
     *
     * @param ofGate rows of a gate
     * @param multiple that the rows of a part are padded to
     */
    static Rows of(Part[] parts, int ofGate, int multiple) {
      int[] ofParts = new int[parts.length];
      List<Integer> ofGates = new ArrayList<>();
      int rows = 0;
      for (int p = 0; p < parts.length; p++) {
        ofParts[p] = rows;
        for (int i = 0; i < parts[p].gates(); i++) {
          ofGates.add(rows + i * ofGate);
        }
        rows += Ops.padded(parts[p].gates() * ofGate, multiple);
      }
      return new Rows(ofParts, ofGates.stream().mapToInt(row -> row).toArray(), rows);
    }
  }

  /** How names of its parameters begin. */
  String family();

  /** A letter for each gate, in the order of the flat parameters. */
  String gates();

  /** Its products, in the order of pre-activations. */
  default List<Part> parts() {
    return List.of(new Part(0, gates().length(), true, true));
  }

  /** Whether the place of its pre-activations is that of its state. */
  default boolean inPlace() {
    return false;
  }

  /** States beside the output that go on to the next time step. */
  default int memories() {
    return 0;
  }

  /** Values of each unit that backward needs besides. */
  default int kept() {
    return 0;
  }

  /** Whether the biases of its two products cannot be one. */
  default boolean needsTwoBiases() {
    return false;
  }

  /** The bias of a gate at first. */
  default float initialBias(int gate) {
    return 0;
  }

  /** Turns the pre-activations of a time step into its state. */
  void forward(Ops ops, float[] m, Step step);

  /**
   * Turns the gradient by the state, which lies where the first gate's delta will, into the deltas
   * of all gates; and leaves in {@link Step#carry} what goes to the state before without a product,
   * and what goes to its memory.
   */
  void backward(Ops ops, float[] m, Step step);
}
