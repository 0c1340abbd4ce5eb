package io.sparkrnn.kernel;

import java.util.Arrays;

/**
 * The way of some groups of samples through a network and back, for every cell: products, panels,
 * gradient. Serves one thread, in places of its own in the arena.
 *
 * <p>A group is at most {@value #GROUP} samples that lie side by side in a panel: rows of 32 lanes,
 * or of 16 for so few samples. Each layer has a block of rows for each time step: what it reads at
 * {@code t}, {@code [inputs]}, and its state of {@code t - 1}, {@code [units]}, padded to 12 rows.
 * So the depth of a product is one run, and the state of {@code t} is a row panel of the next
 * block.
 *
 * <p>Order of the arithmetic. A pre-activation starts at its bias and adds the products with the
 * inputs, then those with the previous state, in index order. A delta adds the products with the
 * deltas of the next time step, then those with the deltas above. The gradient of a group adds its
 * products by time steps, then samples, ascending.
 */
final class RecurrentPass {
  static final int GROUP = 32;

  /** What stays after a pass. */
  enum Keep {
    /** The outputs, and the states of the two top layers. */
    OUTPUTS,
    STATES,
    /** All states, and room for deltas and gradients. */
    FOR_BACKWARD
  }

  private final Network network;
  private final Ops ops;
  private final PackedWeights weights;
  private final int layers;
  private final int timeSteps;
  private final int groups;
  private final Cell[] cells;
  private final int[] inputs;
  private final int[] units;
  private final int[] paddedUnits;

  // Offsets of the flat parameters: of each layer, then of the head.
  private final int[] inputWeights;
  private final int[] recurrentWeights;
  private final int[] biases;
  private final int paddedClasses;

  // Places in the arena: of the first group; the others follow.
  private final int[] states;
  private final int[] deltas;
  private final int logits;
  private final int outputDeltas;
  private final GradientProduct[] gradients;

  private final int[] counts;
  private final int[] widths;
  private final SoftmaxCrossEntropy head;

  /**
   * A pass.
   *
   * @param groups the most groups at a time
   */
  RecurrentPass(
      Network network, Ops ops, PackedWeights weights, Arena arena, int groups, Keep keep) {
    this.network = network;
    this.ops = ops;
    this.weights = weights;
    this.layers = network.layers().size();
    this.timeSteps = network.timeSteps();
    this.groups = groups;
    cells = new Cell[layers];
    inputs = new int[layers];
    units = new int[layers];
    paddedUnits = new int[layers];
    inputWeights = new int[layers + 1];
    recurrentWeights = new int[layers + 1];
    biases = new int[layers + 1];
    for (ParameterBlock block : network.layout().blocks()) {
      switch (block.kind()) {
        case INPUT_WEIGHTS, OUTPUT_WEIGHTS -> inputWeights[block.layer()] = block.offset();
        case RECURRENT_WEIGHTS -> recurrentWeights[block.layer()] = block.offset();
        case BIAS, OUTPUT_BIAS -> biases[block.layer()] = block.offset();
      }
    }
    for (int l = 0; l < layers; l++) {
      cells[l] = Cell.of(network.layers().get(l).cell());
      inputs[l] = network.inputs(l);
      units[l] = network.units(l);
      paddedUnits[l] = Ops.padded(units[l], Ops.ROWS);
    }
    int classes = network.classes();
    paddedClasses = Ops.padded(classes, Ops.ROWS);
    states = new int[layers];
    deltas = new int[layers];
    gradients = new GradientProduct[layers + 1];
    long[] shared = new long[2];
    for (int l = 0; l < layers; l++) {
      shared[l % 2] = Math.max(shared[l % 2], statesOfGroup(l) * groups);
    }
    for (int l = 0; l < layers; l++) {
      // Where only outputs stay: layer l + 1 reads what layer l gave, and nobody reads it again.
      states[l] =
          keep != Keep.OUTPUTS
              ? arena.reserve(statesOfGroup(l) * groups)
              : l < 2 ? arena.reserve(shared[l]) : states[l - 2];
      if (keep == Keep.FOR_BACKWARD) {
        deltas[l] = arena.reserve((long) timeSteps * paddedUnits[l] * GROUP * groups);
      }
    }
    logits = arena.reserve((long) paddedClasses * GROUP * groups);
    outputDeltas = arena.reserve((long) paddedClasses * GROUP * groups);
    if (keep == Keep.FOR_BACKWARD) {
      for (int l = 0; l < layers; l++) {
        gradients[l] = new GradientProduct(ops, arena, inputs[l], units[l], paddedUnits[l]);
      }
      gradients[layers] = new GradientProduct(ops, arena, units[layers - 1], 0, paddedClasses);
    }
    counts = new int[groups];
    widths = new int[groups];
    head = new SoftmaxCrossEntropy(classes);
  }

  private long statesOfGroup(int layer) {
    return (timeSteps + 1L) * ((long) inputs[layer] + paddedUnits[layer]) * GROUP;
  }

  /** The most groups at a time. */
  int groups() {
    return groups;
  }

  /** Floats that the gradient of a group takes. */
  long gradientLength() {
    long length = 0;
    for (GradientProduct gradient : gradients) {
      length += gradient.length();
    }
    return length;
  }

  /** Lays out a group. */
  void load(float[] m, int group, MinibatchSource source, int first, int count) {
    counts[group] = count;
    widths[group] = count <= Ops.LANES ? Ops.LANES : GROUP;
    int at = block(0, group, 0);
    source.layOut(first, count, m, at, blockLength(0, group), widths[group]);
  }

  private int blockLength(int layer, int group) {
    return (inputs[layer] + paddedUnits[layer]) * widths[group];
  }

  /** What a layer reads at a time step. */
  private int block(int layer, int group, int t) {
    return states[layer] + (int) statesOfGroup(layer) * group + t * blockLength(layer, group);
  }

  /** The state of a layer after a time step. */
  private int state(int layer, int group, int t) {
    return block(layer, group, t + 1) + inputs[layer] * widths[group];
  }

  private int delta(int layer, int group, int t) {
    int ofStep = paddedUnits[layer] * widths[group];
    return deltas[layer] + deltasOfGroup(layer) * group + t * ofStep;
  }

  private int deltasOfGroup(int layer) {
    return timeSteps * paddedUnits[layer] * GROUP;
  }

  private int ofHead(int place, int group) {
    return place + paddedClasses * GROUP * group;
  }

  /** Value of a state. */
  float hidden(float[] m, int layer, int group, int t, int unit, int lane) {
    return m[state(layer, group, t) + unit * widths[group] + lane];
  }

  /** Value of a delta. */
  float delta(float[] m, int layer, int group, int t, int unit, int lane) {
    return m[delta(layer, group, t) + unit * widths[group] + lane];
  }

  float logit(float[] m, int group, int output, int lane) {
    return m[ofHead(logits, group) + output * widths[group] + lane];
  }

  float outputDelta(float[] m, int group, int output, int lane) {
    return m[ofHead(outputDeltas, group) + output * widths[group] + lane];
  }

  /** States of all layers and time steps, and the logits of the last state. */
  void forward(float[] m, float[] parameters, int used) {
    for (int l = 0; l < layers; l++) {
      for (int t = 0; t < timeSteps; t++) {
        // There is no state before the first.
        int depth = t == 0 ? inputs[l] : inputs[l] + units[l];
        for (int g = 0; g < used; g++) {
          startAt(parameters, biases[l], units[l], m, state(l, g, t), widths[g]);
        }
        for (int g = 0, n; g < used; g += n) {
          n = alike(g, used);
          ops.multiplyAddInPasses(
              m,
              state(l, g, t),
              (int) statesOfGroup(l),
              widths[g],
              n,
              paddedUnits[l],
              depth,
              weights.forward(l),
              inputs[l] + units[l],
              block(l, g, t),
              (int) statesOfGroup(l));
        }
        for (int g = 0; g < used; g++) {
          int h = state(l, g, t);
          cells[l].forward(ops, m, h, paddedUnits[l] * widths[g]);
          if (l + 1 < layers) {
            System.arraycopy(m, h, m, block(l + 1, g, t), units[l] * widths[g]);
          }
        }
      }
    }
    if (paddedClasses == 0) {
      return;
    }
    int top = layers - 1;
    for (int g = 0; g < used; g++) {
      startAt(parameters, biases[layers], network.classes(), m, ofHead(logits, g), widths[g]);
    }
    for (int g = 0, n; g < used; g += n) {
      n = alike(g, used);
      ops.multiplyAddInPasses(
          m,
          ofHead(logits, g),
          paddedClasses * GROUP,
          widths[g],
          n,
          paddedClasses,
          units[top],
          weights.forward(layers),
          units[top],
          state(top, g, timeSteps - 1),
          (int) statesOfGroup(top));
    }
  }

  /** Groups from one on that are as wide as it: all but the last, which may be narrower. */
  private int alike(int group, int used) {
    int last = used - 1;
    return group < last && widths[last] != widths[group] ? last - group : used - group;
  }

  private static void startAt(
      float[] parameters, int bias, int rows, float[] m, int at, int width) {
    for (int row = 0; row < rows; row++) {
      Arrays.fill(m, at + row * width, at + (row + 1) * width, parameters[bias + row]);
    }
    int end = at + Ops.padded(rows, Ops.ROWS) * width;
    Arrays.fill(m, at + rows * width, end, 0f);
  }

  /**
   * Losses, and the deltas of the outputs.
   *
   * @param first number of the first group's first sample
   * @param samples of the minibatch
   * @param losses of the minibatch's samples, filled for these groups
   */
  void loss(float[] m, MinibatchSource source, int used, int first, int samples, double[] losses) {
    for (int g = 0; g < used; g++) {
      for (int s = 0; s < counts[g]; s++) {
        int sample = first + g * GROUP + s;
        losses[sample] =
            head.loss(
                m,
                ofHead(logits, g) + s,
                ofHead(outputDeltas, g) + s,
                widths[g],
                source.label(sample),
                samples);
      }
    }
  }

  /** The deltas of all layers and time steps. */
  void backward(float[] m, int used) {
    for (int l = layers - 1; l >= 0; l--) {
      for (int t = timeSteps - 1; t >= 0; t--) {
        for (int g = 0; g < used; g++) {
          int delta = delta(l, g, t);
          Arrays.fill(m, delta, delta + paddedUnits[l] * widths[g], 0f);
        }
        for (int g = 0, n; g < used; g += n) {
          n = alike(g, used);
          deltas(m, l, t, g, n);
        }
        for (int g = 0; g < used; g++) {
          int length = paddedUnits[l] * widths[g];
          cells[l].backward(ops, m, delta(l, g, t), state(l, g, t), length);
        }
      }
    }
  }

  /** Products with the deltas of the next time step, then with those above. */
  private void deltas(float[] m, int l, int t, int group, int count) {
    int width = widths[group];
    int to = delta(l, group, t);
    int toGroup = deltasOfGroup(l);
    int rows = paddedUnits[l];
    boolean last = t == timeSteps - 1;
    if (!last) {
      int after = delta(l, group, t + 1);
      int w = weights.recurrent(l);
      ops.multiplyAddInPasses(
          m, to, toGroup, width, count, rows, units[l], w, units[l], after, toGroup);
    }
    if (l < layers - 1) {
      int above = delta(l + 1, group, t);
      int n = units[l + 1];
      int u = weights.downward(l + 1);
      ops.multiplyAddInPasses(
          m, to, toGroup, width, count, rows, n, u, n, above, deltasOfGroup(l + 1));
    } else if (last) {
      int above = ofHead(outputDeltas, group);
      int n = network.classes();
      int v = weights.downward(layers);
      ops.multiplyAddInPasses(
          m, to, toGroup, width, count, rows, n, v, n, above, paddedClasses * GROUP);
    }
  }

  /**
   * The gradient of a group's part of the mean loss, in panels.
   *
   * @param at where, {@link #gradientLength} floats
   */
  void gradient(float[] m, int group, int at) {
    Arrays.fill(m, at, at + (int) gradientLength(), 0f);
    int width = widths[group];
    int to = at;
    for (int l = 0; l < layers; l++) {
      gradients[l].add(
          m,
          to,
          timeSteps,
          counts[group],
          width,
          delta(l, group, 0),
          paddedUnits[l] * width,
          block(l, group, 0),
          blockLength(l, group));
      to += (int) gradients[l].length();
    }
    gradients[layers].add(
        m,
        to,
        1,
        counts[group],
        width,
        ofHead(outputDeltas, group),
        0,
        state(layers - 1, group, timeSteps - 1),
        0);
  }

  /** Takes a gradient out of its panels, into flat order. */
  void unpackGradient(float[] m, int at, float[] gradient) {
    int from = at;
    for (int l = 0; l <= layers; l++) {
      int rows = l < layers ? units[l] : network.classes();
      gradients[l].unpack(m, from, rows, gradient, inputWeights[l], recurrentWeights[l], biases[l]);
      from += (int) gradients[l].length();
    }
  }
}
