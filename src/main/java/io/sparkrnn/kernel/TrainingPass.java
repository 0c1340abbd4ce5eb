package io.sparkrnn.kernel;

import io.sparkrnn.kernel.ParameterBlock.Kind;
import io.sparkrnn.kernel.RecurrentPass.Keep;
import java.util.Arrays;

/**
 * One iteration of a worker: losses and gradient of a minibatch, by one or more threads.
 *
 * <p>The minibatch is cut into groups of {@value Groups#GROUP} samples, the last one may be short.
 * Each group's gradient is a sum of its own; the sums are added along the binary tree that halves
 * the groups. Threads take whole subtrees, so that they meet once an iteration, and neither their
 * number nor their order can be seen in the result.
 */
public final class TrainingPass {
  /**
   * Weights that, packed, leave room for states in the second cache. Above it groups go side by
   * side, so that each weight that is read serves all of them.
   */
  private static final int SMALL_WEIGHTS_BYTES = 1 << 20;

  private static final int MOST_SIDE_BY_SIDE = 4;

  private final Network network;
  private final Ops ops;
  private final int maxSamples;
  private final Plan plan;
  private final RecurrentPass[] passes;
  private final float[] m;
  private final double[] losses;
  private final LengthOrder order;
  private final ParameterBlock[] embeddings;

  private float[] parameters;
  private MinibatchSource source;
  private float[] states;
  private float[] statesAfter;
  private int samples;
  private int groups;
  private double weight;

  /** Where all that a pass needs lies in an arena. */
  private static final class Plan {
    final Arena arena = new Arena();
    final PackedWeights weights;
    final RecurrentPass[] passes;

    /** Of each part, where its sums are, one behind another. */
    final int[] slots;

    final long slotLength;

    /** Of each group, where the deltas of its embedded ids are, one behind another. */
    final int embeddedDeltas;

    final long embeddedOfGroup;

    Plan(Network network, Ops ops, int maxSamples, int parts, int sideBySide) {
      int groups = Groups.of(maxSamples);
      weights = PackedWeights.both(network, arena);
      passes = new RecurrentPass[Math.min(parts, groups)];
      slots = new int[passes.length];
      long length = 0;
      for (int part = 0; part < passes.length; part++) {
        passes[part] =
            new RecurrentPass(network, ops, weights, arena, sideBySide, Keep.FOR_BACKWARD);
        length = passes[part].gradientLength();
        slots[part] = arena.reserve(length * sums(groups, passes.length));
      }
      slotLength = length;
      embeddedOfGroup = (long) network.timeSteps() * network.input().embedded() * Groups.GROUP;
      embeddedDeltas = arena.reserve(embeddedOfGroup * groups);
    }

    /** Sums that a part keeps at a time: one for each level of its tree, and the leaf. */
    private static int sums(int groups, int parts) {
      return 1 + Integer.SIZE - Integer.numberOfLeadingZeros(largestShare(groups, parts) - 1);
    }

    private static int largestShare(int groups, int parts) {
      if (parts == 1) {
        return groups;
      }
      return Math.max(
          largestShare(groups / 2, parts / 2),
          largestShare(groups - groups / 2, parts - parts / 2));
    }

    int slot(int part, int slot) {
      return slots[part] + slot * (int) slotLength;
    }

    int embeddedDeltas(int group) {
      return embeddedDeltas + group * (int) embeddedOfGroup;
    }
  }

  /**
   * A pass.
   *
   * @param maxSamples the most samples of a minibatch
   * @param parts into how many parts an iteration is cut at most, one for each thread
   * @throws KernelUnavailableException if this JVM has no room for it
   */
  public TrainingPass(Network network, Ops ops, int maxSamples, int parts) {
    this(network, ops, maxSamples, withRoom(network, ops, maxSamples, parts));
  }

  /** As many groups side by side as there is room for: fewer are slower, but have the same bits. */
  private static Plan withRoom(Network network, Ops ops, int maxSamples, int parts) {
    int most = sideBySide(network, ops.leastSideBySide(), maxSamples, parts);
    Plan plan = new Plan(network, ops, maxSamples, parts, most);
    while (most > 1 && !plan.arena.fits()) {
      most--;
      plan = new Plan(network, ops, maxSamples, parts, most);
    }
    return plan;
  }

  /** One with so many groups side by side. */
  TrainingPass(Network network, Ops ops, int maxSamples, int parts, int sideBySide) {
    this(network, ops, maxSamples, new Plan(network, ops, maxSamples, parts, sideBySide));
  }

  private TrainingPass(Network network, Ops ops, int maxSamples, Plan plan) {
    this.network = network;
    this.ops = ops;
    this.maxSamples = maxSamples;
    this.plan = plan;
    passes = plan.passes;
    m = plan.arena.allocate();
    losses = new double[maxSamples];
    order = new LengthOrder(network.timeSteps(), maxSamples);
    embeddings =
        network.layout().blocks().stream()
            .filter(block -> block.kind() == Kind.EMBEDDING)
            .toArray(ParameterBlock[]::new);
  }

  private static int sideBySide(Network network, int least, int maxSamples, int parts) {
    long bytes = 2L * Float.BYTES * network.parameterCount();
    int ofPart = (Groups.of(maxSamples) + parts - 1) / parts;
    return Math.min(ofPart, bytes <= SMALL_WEIGHTS_BYTES ? least : MOST_SIDE_BY_SIDE);
  }

  /**
   * Requires that an array can be as long as a pass takes, before anything else is done for it.
   * Whether this JVM's heap has room is asked where a pass is made.
   *
   * @throws KernelUnavailableException if none can
   */
  public static void requireRoom(Network network, int maxSamples, int parts) {
    new Plan(network, null, maxSamples, parts, 1).arena.requireArray();
  }

  /**
   * Begins an iteration.
   *
   * @param parameters flat, in the order of {@link ParameterLayout}; not changed before its end
   * @param count samples
   * @return parts, which threads then {@link #run}; 0 where nothing counts, which is no step
   */
  public int begin(float[] parameters, MinibatchSource source, int count) {
    return begin(parameters, source, count, null, null);
  }

  /**
   * Begins an iteration of windows of streams.
   *
   * @param states what the samples start from, {@code [sample]} and {@link Network#stateSize}; null
   *     for nothing
   * @param statesAfter where what they come to is written, when all parts have run; null for
   *     nowhere
   */
  public int begin(
      float[] parameters, MinibatchSource source, int count, float[] states, float[] statesAfter) {
    if (count < 1 || count > maxSamples) {
      throw new IllegalArgumentException(
          "expected a minibatch of 1 to %d samples, found %d".formatted(maxSamples, count));
    }
    network.requireStates(states, count);
    network.requireStates(statesAfter, count);
    this.parameters = parameters;
    this.source = source;
    this.states = states;
    this.statesAfter = statesAfter;
    samples = count;
    groups = Groups.of(count);
    order.sort(source, count);
    weight = weigh();
    // Streams go on, even where nothing counts.
    if (weight == 0 && statesAfter == null) {
      return 0;
    }
    plan.weights.pack(parameters, m);
    return Math.min(passes.length, groups);
  }

  private double weigh() {
    boolean every = network.head().reads() == Network.Reads.EVERY;
    HeadPass head = passes[0].head();
    double sum = 0;
    for (int s = 0; s < samples; s++) {
      int readings = every ? source.length(s) : 1;
      for (int step = 0; step < readings; step++) {
        sum += head.weight(source, s, step);
      }
    }
    return sum;
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
    int first = from * Groups.GROUP;
    int end = Math.min(samples, to * Groups.GROUP);
    for (int place = first; place < end; place++) {
      losses[order.samples()[place]] = 0;
    }
    pass.load(m, parameters, source, order.samples(), first, end);
    pass.forward(m, parameters, source, states, statesAfter);
    // Divided by anything where nothing counts: all deltas are 0.
    pass.backward(m, parameters, source, weight == 0 ? 1 : weight, losses);
    if (embeddings.length > 0) {
      pass.embeddedDeltas(m, plan.embeddedDeltas(from));
    }
  }

  private void fold(int part, int first, int from, int to, int slot) {
    if (to - from == 1) {
      passes[part].gradient(m, from - first, plan.slot(part, slot));
      return;
    }
    int middle = (from + to) >>> 1;
    fold(part, first, from, middle, slot);
    fold(part, first, middle, to, slot + 1);
    add(part, slot, part, slot + 1);
  }

  private void add(int part, int slot, int otherPart, int otherSlot) {
    ops.add(m, plan.slot(part, slot), plan.slot(otherPart, otherSlot), (int) plan.slotLength);
  }

  /**
   * The gradient of the mean loss, when all parts have run.
   *
   * @param gradient flat, overwritten
   */
  public void gradient(float[] gradient) {
    join(0, Math.min(passes.length, groups));
    passes[0].unpackGradient(m, plan.slot(0, 0), gradient);
    int first = 0;
    for (ParameterBlock embedding : embeddings) {
      embeddingGradient(embedding, first, gradient);
      first += embedding.rows();
    }
  }

  /** Adds the deltas of ids by samples, then time steps; rows that nobody has used stay 0. */
  private void embeddingGradient(ParameterBlock embedding, int first, float[] gradient) {
    Arrays.fill(gradient, embedding.offset(), embedding.end(), 0f);
    int width = embedding.rows();
    int padding = network.input().categorical().get(embedding.layer()).padding();
    int ofStep = network.input().embedded();
    for (int s = 0; s < samples; s++) {
      int ofLane = order.lane(s) * network.timeSteps() * ofStep;
      int at = plan.embeddedDeltas(order.group(s)) + ofLane + first;
      int length = source.length(s);
      for (int t = 0; t < length; t++, at += ofStep) {
        int id = source.id(embedding.layer(), s, t);
        for (int i = 0; id != padding && i < width; i++) {
          gradient[embedding.offset() + id * width + i] += m[at + i];
        }
      }
    }
  }

  private void join(int fromPart, int toPart) {
    if (toPart - fromPart > 1) {
      int middle = (fromPart + toPart) >>> 1;
      join(fromPart, middle);
      join(middle, toPart);
      add(fromPart, 0, middle, 0);
    }
  }

  /** Of all readings that count; the mean loss is {@link #lossSum} divided by it. */
  public double weight() {
    return weight;
  }

  /** Losses times weights, summed over the samples in their order, when all parts have run. */
  public double lossSum() {
    double sum = 0;
    for (int s = 0; weight > 0 && s < samples; s++) {
      sum += losses[s];
    }
    return sum;
  }

  /** Of a sample, when its part has run. */
  public double loss(int sample) {
    return losses[sample];
  }

  /**
   * What padding costs: lanes times time steps that products have, for each of a sample's own.
   *
   * @return 1 for none
   */
  public double executedPerUseful() {
    long executed = 0;
    long useful = 0;
    for (int first = 0; first < samples; first += Groups.GROUP) {
      int count = Math.min(Groups.GROUP, samples - first);
      for (int place = first; place < first + count; place++) {
        int length = source.length(order.samples()[place]);
        useful += length;
        if ((place - first) % Ops.LANES == 0) {
          executed += (long) length * Ops.LANES;
        }
      }
    }
    return (double) executed / useful;
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
