package io.sparkrnn.kernel;

import io.sparkrnn.kernel.RecurrentPass.Keep;

/**
 * One iteration of a worker: losses and gradient of a minibatch, by one or more threads.
 *
 * <p>The minibatch is cut into groups of {@value RecurrentPass#GROUP} samples, the last one may be
 * short. Each group's gradient is a sum of its own; the sums are added along the binary tree that
 * halves the groups. Threads take whole subtrees, so that they meet once an iteration, and neither
 * their number nor their order can be seen in the result.
 */
public final class TrainingPass {
  /**
   * Weights that, packed, leave room for states in the second cache. Above it groups go side by
   * side, so that each weight that is read serves all of them.
   */
  private static final int SMALL_WEIGHTS_BYTES = 1 << 20;

  private static final int MOST_SIDE_BY_SIDE = 4;

  private final Ops ops;
  private final int maxSamples;
  private final PackedWeights weights;
  private final RecurrentPass[] passes;
  private final int[] slots;
  private final int slotLength;
  private final float[] m;
  private final double[] losses;

  private float[] parameters;
  private MinibatchSource source;
  private int samples;
  private int groups;

  /**
   * A pass.
   *
   * @param maxSamples the most samples of a minibatch
   * @param parts into how many parts an iteration is cut at most, one for each thread
   * @throws KernelUnavailableException if this JVM has no room for it
   */
  public TrainingPass(Network network, Ops ops, int maxSamples, int parts) {
    this(
        network,
        ops,
        maxSamples,
        parts,
        sideBySide(network, ops.leastSideBySide(), maxSamples, parts),
        new Arena());
  }

  TrainingPass(Network network, Ops ops, int maxSamples, int parts, int sideBySide, Arena arena) {
    this.ops = ops;
    this.maxSamples = maxSamples;
    weights = PackedWeights.both(network, arena);
    passes = new RecurrentPass[Math.min(parts, groups(maxSamples))];
    slots = new int[passes.length];
    long length = 0;
    for (int part = 0; part < passes.length; part++) {
      passes[part] = new RecurrentPass(network, ops, weights, arena, sideBySide, Keep.FOR_BACKWARD);
      length = passes[part].gradientLength();
      slots[part] = arena.reserve(length * slots(maxSamples, passes.length));
    }
    slotLength = (int) length;
    m = arena.allocate();
    losses = new double[maxSamples];
  }

  /** Into how many parts a minibatch can be cut, which is how many threads have work. */
  public static int groups(int samples) {
    return (samples + RecurrentPass.GROUP - 1) / RecurrentPass.GROUP;
  }

  /** Sums that a part keeps at a time: one for each level of its tree, and the leaf. */
  private static int slots(int maxSamples, int parts) {
    int groups = largestShare(groups(maxSamples), parts);
    return 1 + Integer.SIZE - Integer.numberOfLeadingZeros(groups - 1);
  }

  private static int largestShare(int groups, int parts) {
    if (parts == 1) {
      return groups;
    }
    return Math.max(
        largestShare(groups / 2, parts / 2), largestShare(groups - groups / 2, parts - parts / 2));
  }

  private static int sideBySide(Network network, int least, int maxSamples, int parts) {
    long bytes = 2L * Float.BYTES * network.parameterCount();
    int ofPart = (groups(maxSamples) + parts - 1) / parts;
    return Math.min(ofPart, bytes <= SMALL_WEIGHTS_BYTES ? least : MOST_SIDE_BY_SIDE);
  }

  /**
   * Requires that an array can be as long as a pass takes, before anything else is done for it.
   * Whether this JVM's heap has room is asked where a pass is made.
   *
   * @throws KernelUnavailableException if none can
   */
  public static void requireRoom(Network network, int maxSamples, int parts) {
    Arena arena = new Arena();
    int sideBySide = sideBySide(network, 1, maxSamples, parts);
    PackedWeights weights = PackedWeights.both(network, arena);
    int passes = Math.min(parts, groups(maxSamples));
    for (int part = 0; part < passes; part++) {
      RecurrentPass pass =
          new RecurrentPass(network, null, weights, arena, sideBySide, Keep.FOR_BACKWARD);
      arena.reserve(pass.gradientLength() * slots(maxSamples, passes));
    }
    arena.requireArray();
  }

  /**
   * Begins an iteration.
   *
   * @param parameters flat, in the order of {@link ParameterLayout}; not changed before its end
   * @param count samples
   * @return parts, which threads then {@link #run}
   */
  public int begin(float[] parameters, MinibatchSource source, int count) {
    if (count < 1 || count > maxSamples) {
      throw new IllegalArgumentException(
          "expected a minibatch of 1 to %d samples, found %d".formatted(maxSamples, count));
    }
    this.parameters = parameters;
    this.source = source;
    samples = count;
    groups = groups(count);
    weights.pack(parameters, m);
    return Math.min(passes.length, groups);
  }

  /** Losses and gradients of one part; parts may run at the same time. */
  public void run(int part) {
    run(part, 0, groups, 0, Math.min(passes.length, groups));
  }

  /** Goes down the tree of groups, which parts share out by halves, to those of one part. */
  private void run(int part, int from, int to, int fromPart, int toPart) {
    if (toPart - fromPart == 1) {
      gradients(part, from, to, 0);
      return;
    }
    int middle = (from + to) >>> 1;
    int middlePart = (fromPart + toPart) >>> 1;
    if (part < middlePart) {
      run(part, from, middle, fromPart, middlePart);
    } else {
      run(part, middle, to, middlePart, toPart);
    }
  }

  /** Leaves the gradient of some groups in a slot of a part. */
  private void gradients(int part, int from, int to, int slot) {
    if (to - from <= passes[part].groups()) {
      propagate(passes[part], from, to);
      fold(part, from, from, to, slot);
      return;
    }
    int middle = (from + to) >>> 1;
    gradients(part, from, middle, slot);
    gradients(part, middle, to, slot + 1);
    add(part, slot, part, slot + 1);
  }

  private void propagate(RecurrentPass pass, int from, int to) {
    for (int group = from; group < to; group++) {
      int first = group * RecurrentPass.GROUP;
      int count = Math.min(RecurrentPass.GROUP, samples - first);
      pass.load(m, group - from, source, first, count);
    }
    pass.forward(m, parameters, to - from);
    pass.loss(m, source, to - from, from * RecurrentPass.GROUP, samples, losses);
    pass.backward(m, to - from);
  }

  private void fold(int part, int first, int from, int to, int slot) {
    if (to - from == 1) {
      passes[part].gradient(m, from - first, slot(part, slot));
      return;
    }
    int middle = (from + to) >>> 1;
    fold(part, first, from, middle, slot);
    fold(part, first, middle, to, slot + 1);
    add(part, slot, part, slot + 1);
  }

  private int slot(int part, int slot) {
    return slots[part] + slot * slotLength;
  }

  private void add(int part, int slot, int otherPart, int otherSlot) {
    ops.add(m, slot(part, slot), slot(otherPart, otherSlot), slotLength);
  }

  /**
   * The gradient of the mean loss, when all parts have run.
   *
   * @param gradient flat, overwritten
   */
  public void gradient(float[] gradient) {
    join(0, Math.min(passes.length, groups));
    passes[0].unpackGradient(m, slots[0], gradient);
  }

  private void join(int fromPart, int toPart) {
    if (toPart - fromPart > 1) {
      int middle = (fromPart + toPart) >>> 1;
      join(fromPart, middle);
      join(middle, toPart);
      add(fromPart, 0, middle, 0);
    }
  }

  /** Cross-entropy in nats, summed over the samples in their order, when all parts have run. */
  public double lossSum() {
    double sum = 0;
    for (int s = 0; s < samples; s++) {
      sum += losses[s];
    }
    return sum;
  }

  /** Of a sample, when its part has run. */
  public double loss(int sample) {
    return losses[sample];
  }

  /** For tests: the pass of a part, and the array. */
  RecurrentPass pass(int part) {
    return passes[part];
  }

  float[] array() {
    return m;
  }

  /** The most parts of an iteration. */
  public int parts() {
    return passes.length;
  }
}
