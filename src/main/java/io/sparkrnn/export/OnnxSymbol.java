package io.sparkrnn.export;

import io.sparkrnn.export.OnnxModel.Node;
import io.sparkrnn.export.OnnxModel.Tensor;
import java.util.ArrayList;
import java.util.List;

/** What is known of a value in a graph without computing it. */
sealed interface OnnxSymbol {
  /** A value that no rule knows, and the node that it is from. */
  record Unknown(Node node) implements OnnxSymbol {}

  /** A constant of the file. */
  record Constant(Tensor tensor) implements OnnxSymbol {}

  /** Zeros of any shape: the state before the first time step. */
  record Zeros() implements OnnxSymbol {}

  /** Whole numbers, of which some are sizes of axes. */
  record Sizes(List<Size> sizes) implements OnnxSymbol {}

  /**
   * A whole number.
   *
   * @param axis whose size it is, if that is free; else null
   */
  record Size(long number, Axis axis) {
    static Size of(Axis axis) {
      return axis.isFree() ? new Size(0, axis) : new Size(axis.size(), null);
    }
  }

  /**
   * An axis of a sequence.
   *
   * @param name tells it from others that may be as long
   * @param size {@link OnnxModel.Value#FREE} where any will do
   * @param parts the axes that it was joined from, outer first; none for one of its own
   */
  record Axis(String name, int size, List<Axis> parts) {
    static final Axis ONE = new Axis("one", 1);

    Axis(String name, int size) {
      this(name, size, List.of());
    }

    boolean isFree() {
      return size == OnnxModel.Value.FREE;
    }
  }

  /** A way of a layer. */
  record Way(int layer, int way, boolean backward) {}

  /** What sequences are on their way through the graph. */
  enum Stage {
    /** Tokens. */
    IDS,
    /** What the lowest layer reads. */
    BELOW,
    /** Of recurrent layers. */
    STATES,
    /** Of which a product with the head's weights was taken. */
    PRODUCTS,
    /** With its bias. */
    OUTPUTS,
    /** Behind a softmax or a logistic function. */
    ACTIVATED
  }

  /** Which time steps are left. */
  enum Moment {
    ALL,
    FIRST,
    FINAL,
    /** The one that a way comes to last: at its sequence's end, or start. */
    REACHED,
    MEAN,
    LARGEST
  }

  /**
   * Sequences.
   *
   * @param ways that are joined in it, in their order; none before the first layer
   * @param axes of which the last are values
   */
  record Steps(Stage stage, List<Way> ways, Moment moment, List<Axis> axes) implements OnnxSymbol {
    Steps withAxes(List<Axis> others) {
      return new Steps(stage, ways, moment, List.copyOf(others));
    }

    Steps at(Stage next) {
      return new Steps(next, ways, moment, axes);
    }

    /** Without an axis, of which one moment is left. */
    Steps at(Moment left, int axis) {
      List<Axis> others = new ArrayList<>(axes);
      others.set(axis, Axis.ONE);
      boolean reached =
          ways.stream().allMatch(way -> left == (way.backward() ? Moment.FIRST : Moment.FINAL));
      return new Steps(stage, ways, reached ? Moment.REACHED : left, List.copyOf(others));
    }

    Axis last() {
      return axes.get(axes.size() - 1);
    }
  }
}
