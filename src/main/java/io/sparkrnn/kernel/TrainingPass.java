package io.sparkrnn.kernel;

import io.sparkrnn.kernel.GradientProduct.Share;
import io.sparkrnn.kernel.ParameterBlock.Kind;
import io.sparkrnn.kernel.RecurrentPass.Held;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * One iteration of a worker: losses and gradient of a minibatch, by one or more threads.
 *
 * <p>The minibatch is cut into groups of {@value Groups#GROUP} samples, the last one may be short.
 * Each group's gradient is a sum of its own; the sums are added along the binary tree that halves
 * the groups. Threads take whole subtrees, so that they meet once an iteration, and neither their
 * number nor their order can be seen in the result.
 *
 * <p>Where there are more threads than groups, they share these: each takes some lanes there and
 * back, by {@link #run}, and then some rows of the gradient over all lanes, by {@link #runProduct}.
 */
public final class TrainingPass {
  private final Network network;
  private final Ops ops;
  private final int maxSamples;
  private final TrainingPlan plan;
  private final RecurrentPass[] passes;
  private final float[] m;
  private final double[] losses;
  private final LengthOrder order;
  private final ParameterBlock[] embeddings;

  // Of passes that share groups: what each may hold, who has which lanes, and the rows of a part.
  private final Held[][] ofPasses;
  private final Held[] held;
  private final Share[] shares;

  private float[] parameters;
  private MinibatchSource source;
  private float[] states;
  private float[] statesAfter;
  private int samples;
  private int groups;
  private double weight;

  /**
   * A pass.
   *
   * @param maxSamples the most samples of a minibatch
   * @param parts into how many parts an iteration is cut at most, one for each thread
   * @throws KernelUnavailableException if this JVM has no room for it
   */
  public TrainingPass(Network network, Ops ops, int maxSamples, int parts) {
    this(network, ops, maxSamples, TrainingPlan.withRoom(network, ops, maxSamples, parts));
  }

  /** One with so many groups side by side. */
  TrainingPass(Network network, Ops ops, int maxSamples, int parts, int sideBySide) {
    this(network, ops, maxSamples, new TrainingPlan(network, ops, maxSamples, parts, sideBySide));
  }

  private TrainingPass(Network network, Ops ops, int maxSamples, TrainingPlan plan) {
    this.network = network;
    this.ops = ops;
    this.maxSamples = maxSamples;
    this.plan = plan;
    passes = plan.passes;
    m = plan.arena.allocate();
    losses = new double[maxSamples];
    order = new LengthOrder(network.timeSteps(), maxSamples);
    held = new Held[plan.shares ? TrainingPlan.pieces(maxSamples) : 0];
    shares = new Share[plan.shares ? passes.length : 0];
    ofPasses = new Held[shares.length][];
    for (int i = 0; i < shares.length; i++) {
      RecurrentPass pass = passes[i];
      shares[i] = new Share(i, shares.length);
      ofPasses[i] =
          IntStream.range(0, pass.groups())
              .mapToObj(group -> new Held(pass, group))
              .toArray(Held[]::new);
    }
    embeddings =
        network.layout().blocks().stream()
            .filter(block -> block.kind() == Kind.EMBEDDING)
            .toArray(ParameterBlock[]::new);
  }

  /**
   * Requires that an array can be as long as a pass takes, before anything else is done for it.
   * Whether this JVM's heap has room is asked where a pass is made.
   *
   * @throws KernelUnavailableException if none can
   */
  public static void requireRoom(Network network, int maxSamples, int parts) {
    new TrainingPlan(network, null, maxSamples, parts, 1).arena.requireArray();
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
    return parts(count);
  }

  private int parts(int count) {
    return Math.min(passes.length, plan.shares ? TrainingPlan.pieces(count) : groups);
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
    if (plan.shares) {
      int pieces = TrainingPlan.pieces(samples);
      int parts = parts(samples);
      propagateShared(part, pieces * part / parts, pieces * (part + 1) / parts);
    } else {
      run(part, 0, groups, 0, parts(samples));
    }
  }

  /** Takes some lanes there and back. */
  private void propagateShared(int part, int from, int to) {
    propagate(passes[part], from * Ops.LANES, Math.min(samples, to * Ops.LANES));
    System.arraycopy(ofPasses[part], 0, held, from, to - from);
  }

  /** Parts of what is left to do when all have {@link #run}, which threads share likewise; or 0. */
  public int products() {
    return shares.length;
  }

  /** Some rows of the gradient. */
  public void runProduct(int part) {
    int ofGroup = Groups.GROUP / Ops.LANES;
    for (int group = 0; group < groups; group++) {
      int first = group * ofGroup;
      int count = Math.min(ofGroup, TrainingPlan.pieces(samples) - first);
      passes[part].gradient(m, held, first, count, shares[part], plan.slots[group]);
    }
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
      propagate(passes[part], from * Groups.GROUP, Math.min(samples, to * Groups.GROUP));
      fold(part, from, from, to, slot);
      return;
    }
    int middle = (from + to) >>> 1;
    gradients(part, from, middle, slot);
    gradients(part, middle, to, slot + 1);
    add(part, slot, part, slot + 1);
  }

  /** Takes the samples of some places there and back. */
  private void propagate(RecurrentPass pass, int first, int end) {
    for (int place = first; place < end; place++) {
      losses[order.samples()[place]] = 0;
    }
    pass.load(m, parameters, source, order.samples(), first, end);
    pass.forward(m, source, states, statesAfter);
    // Divided by anything where nothing counts: all deltas are 0.
    pass.backward(m, source, weight == 0 ? 1 : weight, losses);
    if (embeddings.length > 0) {
      pass.embeddedDeltas(m, plan.embeddedDeltas(first));
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
   * The gradient of the mean loss, when all parts have run, and those of {@link #products}.
   *
   * @param gradient flat, overwritten
   */
  public void gradient(float[] gradient) {
    join(0, plan.shares ? groups : parts(samples));
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
      int at = plan.embeddedDeltas(order.place(s)) + first;
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
