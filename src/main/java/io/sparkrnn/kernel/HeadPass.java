package io.sparkrnn.kernel;

import io.sparkrnn.kernel.Cell.Part;
import io.sparkrnn.kernel.Deliveries.Steps;
import io.sparkrnn.kernel.GradientProduct.Lanes;
import io.sparkrnn.kernel.GradientProduct.Share;
import io.sparkrnn.kernel.Network.Join;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.kernel.RecurrentPass.Keep;
import java.util.Arrays;
import java.util.List;

/**
 * The dense layer above the recurrent ones: reads states, computes outputs, and takes the gradient
 * of their losses back to the states. Where it reads every time step, it goes by blocks of them, so
 * that its memory does not grow with outputs times steps; unless several passes share the gradient,
 * which needs all of them at its end.
 *
 * <p>An output starts at its bias and adds the products with what is read, in index order. A mean
 * adds states by time steps and divides at the end.
 */
final class HeadPass {
  /** As many as a pass of the gradient takes. */
  private static final int BLOCK_STEPS = 8;

  private final Network network;
  private final Ops ops;
  private final Groups groups;
  private final Deliveries deliveries;
  private final LayerPass[] top;
  private final PackedWeights.Places weights;
  private final Reads reads;
  private final Steps wanted;
  private final HeadLoss loss;
  private final int blockSteps;
  private final boolean sharesGradient;
  private final int outputs;
  private final int paddedOutputs;
  private final int readRows;
  private final int stateRows;

  // Places of the first group; the others follow.
  private final int readings;
  private final int logits;
  private final int deltas;
  private final int largest;
  private final int readDeltas;
  private final int rows;
  private final int sums;
  private final GradientProduct gradient;
  private final Lanes[] own = {new Lanes()};

  HeadPass(
      Network network,
      Ops ops,
      PackedWeights packed,
      Arena arena,
      Groups groups,
      Deliveries deliveries,
      LayerPass[] top,
      Keep keep) {
    this.network = network;
    this.ops = ops;
    this.groups = groups;
    this.deliveries = deliveries;
    this.top = top;
    weights = packed.ofHead();
    reads = network.head().reads();
    wanted = reads == Reads.LAST ? Steps.LAST : Steps.FORWARD;
    outputs = network.classes();
    loss = new HeadLoss(network.head().loss(), outputs);
    paddedOutputs = Ops.padded(outputs, Ops.ROWS);
    readRows = network.read();
    stateRows = network.layers().get(network.layers().size() - 1).outputs();
    sharesGradient = keep == Keep.FOR_SHARED_GRADIENT;
    int most = sharesGradient ? network.timeSteps() : BLOCK_STEPS;
    blockSteps = reads == Reads.EVERY ? Math.min(most, network.timeSteps()) : 1;
    long ofRow = (long) Groups.GROUP * groups.most();
    readings = arena.reserve(blockSteps * readRows * ofRow);
    logits = arena.reserve(blockSteps * paddedOutputs * ofRow);
    largest = reads == Reads.MAX ? arena.reserve(stateRows * ofRow) : 0;
    rows = arena.reserve((long) stateRows * Groups.GROUP);
    if (keep.trains()) {
      deltas = arena.reserve(blockSteps * paddedOutputs * ofRow);
      readDeltas = arena.reserve(Ops.padded(readRows, Ops.ROWS) * ofRow);
      Part[] parts = weights.parts();
      List<ParameterBlock> blocks = network.layout().blocks(network.layers().size(), 0);
      gradient = new GradientProduct(ops, arena, readRows, 0, outputs, parts, blocks);
      sums = sharesGradient ? 0 : arena.reserve(gradient.length() * groups.most());
    } else {
      deltas = 0;
      readDeltas = 0;
      gradient = null;
      sums = 0;
    }
  }

  private int reading(int group, int slot) {
    return readings + readRows * (blockSteps * Groups.GROUP * group + slot * groups.width(group));
  }

  private int ofOutputs(int place, int group, int slot) {
    return place + paddedOutputs * (blockSteps * Groups.GROUP * group + slot * groups.width(group));
  }

  private int readDelta(int group) {
    return readDeltas + Ops.padded(readRows, Ops.ROWS) * Groups.GROUP * group;
  }

  /** Where a reading's first output is, of the block that was computed last. */
  int logit(int group, int lane) {
    return ofOutputs(logits, group, 0) + lane;
  }

  int outputDelta(int group, int lane) {
    return ofOutputs(deltas, group, 0) + lane;
  }

  /** Time steps that have readings of their own. */
  private int steps() {
    return reads == Reads.EVERY ? groups.steps() : 1;
  }

  /** The same of a group. */
  int steps(int group) {
    return reads == Reads.EVERY ? groups.steps(group) : 1;
  }

  /** The outputs; of heads that read every time step, they last until the next block. */
  void forward(float[] m, MinibatchSource source, InferencePass.Readings taker) {
    for (int from = 0; from < steps() && outputs > 0; from += blockSteps) {
      int to = Math.min(steps(), from + blockSteps);
      outputs(m, source, from, to);
      for (int t = from; taker != null && t < to; t++) {
        for (int g = 0; g < groups.alive(t); g++) {
          for (int lane = 0; lane < groups.alive(g, t); lane++) {
            int at = ofOutputs(logits, g, t - from) + lane;
            taker.reading(groups.sample(g, lane), t, m, at, groups.width(g));
          }
        }
      }
    }
  }

  /**
   * Outputs, losses and all gradients.
   *
   * @param total of all weights of the minibatch
   * @param losses of the minibatch's samples, to which those of these groups are added
   */
  void train(float[] m, MinibatchSource source, double total, double[] losses) {
    for (int g = 0; g < groups.used() && !sharesGradient; g++) {
      gradient.clear(m, sums + (int) gradient.length() * g, Share.ALL);
    }
    for (int from = 0; from < steps(); from += blockSteps) {
      int to = Math.min(steps(), from + blockSteps);
      outputs(m, source, from, to);
      for (int g = 0; g < groups.alive(from); g++) {
        int end = from;
        for (; end < to && groups.alive(g, end) > 0; end++) {
          losses(m, source, g, from, end, total, losses);
        }
        if (!sharesGradient) {
          locate(g, own[0]);
          int sum = sums + (int) gradient.length() * g;
          gradient.add(m, sum, own, 1, from, end, true, Share.ALL);
        }
      }
      for (int t = from; t < to; t++) {
        for (int g = 0, n; g < groups.alive(t); g += n) {
          n = groups.alike(g, t);
          readDeltas(m, g, n, t, t - from);
        }
        for (int g = 0; g < groups.alive(t); g++) {
          takeBack(m, g, t);
        }
      }
    }
  }

  private void losses(
      float[] m, MinibatchSource source, int g, int from, int t, double total, double[] losses) {
    int slot = t - from;
    for (int lane = 0; lane < groups.alive(g, t); lane++) {
      int sample = groups.sample(g, lane);
      int at = ofOutputs(logits, g, slot) + lane;
      int delta = ofOutputs(deltas, g, slot) + lane;
      losses[sample] += loss.loss(m, at, delta, groups.width(g), source, sample, t, total);
    }
  }

  private void outputs(float[] m, MinibatchSource source, int from, int to) {
    for (int t = from; t < to; t++) {
      for (int g = 0; g < groups.alive(t); g++) {
        read(m, source, g, t, reading(g, t - from));
        ops.broadcast(m, ofOutputs(logits, g, t - from), groups.width(g), weights.starts()[0]);
      }
      for (int g = 0, n; g < groups.alive(t); g += n) {
        n = groups.alike(g, t);
        ops.multiplyAddInPasses(
            m,
            ofOutputs(logits, g, t - from),
            paddedOutputs * blockSteps * Groups.GROUP,
            groups.width(g),
            groups.lanes(g, t),
            n,
            paddedOutputs,
            readRows,
            weights.forward()[0],
            readRows,
            reading(g, t - from),
            readRows * blockSteps * Groups.GROUP);
      }
    }
  }

  private void read(float[] m, MinibatchSource source, int g, int t, int to) {
    int width = groups.width(g);
    if (reads == Reads.LAST || reads == Reads.EVERY) {
      deliveries.give(m, top, wanted, g, t, to);
    } else {
      pool(m, g, to);
    }
    for (int row = stateRows; row < readRows && network.input().join() == Join.HEAD; row++) {
      for (int lane = 0; lane < groups.count(g); lane++) {
        m[to + row * width + lane] = source.fixed(groups.sample(g, lane), row - stateRows);
      }
    }
  }

  /** The mean, or the largest and where it was, over each lane's time steps. */
  private void pool(float[] m, int g, int to) {
    int width = groups.width(g);
    int length = stateRows * width;
    boolean mean = reads == Reads.MEAN;
    int where = largest + stateRows * Groups.GROUP * g;
    Arrays.fill(m, to, to + length, mean ? 0f : Float.NEGATIVE_INFINITY);
    for (int t = 0; t < groups.steps(g); t++) {
      deliveries.give(m, top, wanted, g, t, rows);
      int alive = groups.alive(g, t);
      for (int row = 0; row < length; row += width) {
        for (int i = row; i < row + alive; i++) {
          float value = m[rows + i];
          if (mean) {
            m[to + i] += value;
          } else if (value > m[to + i] || Float.isNaN(value) || t == 0) {
            m[to + i] = value;
            m[where + i] = t;
          }
        }
      }
    }
    if (mean) {
      divideByLengths(m, g, to);
    }
  }

  private void divideByLengths(float[] m, int g, int at) {
    int width = groups.width(g);
    for (int row = 0; row < stateRows; row++) {
      for (int lane = 0; lane < groups.count(g); lane++) {
        m[at + row * width + lane] /= groups.length(g, lane);
      }
    }
  }

  private void readDeltas(float[] m, int group, int count, int t, int slot) {
    int padded = Ops.padded(readRows, Ops.ROWS);
    int width = groups.width(group);
    for (int g = group; g < group + count; g++) {
      Arrays.fill(m, readDelta(g), readDelta(g) + padded * width, 0f);
    }
    ops.multiplyAddInPasses(
        m,
        readDelta(group),
        padded * Groups.GROUP,
        width,
        groups.lanes(group, t),
        count,
        padded,
        outputs,
        weights.downward()[0],
        outputs,
        ofOutputs(deltas, group, slot),
        paddedOutputs * blockSteps * Groups.GROUP);
  }

  private void takeBack(float[] m, int g, int t) {
    if (reads == Reads.LAST || reads == Reads.EVERY) {
      deliveries.takeBack(m, top, wanted, g, t, readDelta(g));
      return;
    }
    int width = groups.width(g);
    int length = stateRows * width;
    boolean mean = reads == Reads.MEAN;
    if (mean) {
      divideByLengths(m, g, readDelta(g));
    }
    int where = largest + stateRows * Groups.GROUP * g;
    for (int step = 0; step < groups.steps(g); step++) {
      for (int i = 0; i < length; i++) {
        m[rows + i] = mean || m[where + i] == step ? m[readDelta(g) + i] : 0f;
      }
      deliveries.takeBack(m, top, wanted, g, step, rows);
    }
  }

  /** Says where the operands of a group's gradient are, of the block that was computed last. */
  void locate(int group, Lanes lanes) {
    int width = groups.width(group);
    int delta = ofOutputs(deltas, group, 0);
    lanes.set(groups, group, delta, paddedOutputs * width, reading(group, 0), readRows * width);
  }

  /** Of the gradient; null where there is none. */
  GradientProduct product() {
    return gradient;
  }

  /** Writes the gradient of a group, in panels. */
  void gradient(float[] m, int group, int at) {
    int length = (int) gradient.length();
    System.arraycopy(m, sums + length * group, m, at, length);
  }

  /** How much a reading counts. */
  double weight(MinibatchSource source, int sample, int step) {
    return loss.weight(source, sample, step);
  }
}
