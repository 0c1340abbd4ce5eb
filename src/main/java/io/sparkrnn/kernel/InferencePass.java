package io.sparkrnn.kernel;

import io.sparkrnn.kernel.RecurrentPass.Keep;

/**
 * What a network makes of samples. Any number of them, in any order, gives the bits that training
 * has. Serves one thread.
 */
public final class InferencePass {
  /** The most samples for which units are the lanes: a panel would be mostly padding. */
  private static final int FEW_SAMPLES = 2;

  private final Network network;
  private final float[] parameters;
  private final Ops ops;
  private final Keep keep;
  private final int maxSamples;

  // Made when they are needed first: where all minibatches are large, rows never are, and where all
  // are small, panels never.
  private Panels panels;
  private RowPass rows;
  private boolean byRows;

  /** What computes samples side by side. */
  private record Panels(RecurrentPass pass, float[] m, LengthOrder order) {}

  /**
   * A pass that keeps what it needs for its outputs.
   *
   * @param parameters flat, in the order of {@link ParameterLayout}; not changed
   * @param maxSamples the most samples at a time
   * @throws KernelUnavailableException if this JVM has no room for it
   */
  public InferencePass(Network network, Ops ops, float[] parameters, int maxSamples) {
    this(network, ops, parameters, maxSamples, Keep.OUTPUTS);
  }

  /** One that keeps all states, for {@link #hidden}. */
  public static InferencePass keepingStates(
      Network network, Ops ops, float[] parameters, int maxSamples) {
    return new InferencePass(network, ops, parameters, maxSamples, Keep.STATES);
  }

  private InferencePass(Network network, Ops ops, float[] parameters, int maxSamples, Keep keep) {
    this.network = network;
    this.parameters = parameters;
    this.maxSamples = maxSamples;
    this.ops = ops;
    this.keep = keep;
    if (keep == Keep.OUTPUTS && maxSamples <= FEW_SAMPLES) {
      rows();
    } else {
      panels();
    }
  }

  private Panels panels() {
    if (panels == null) {
      Arena arena = new Arena();
      PackedWeights weights = PackedWeights.forward(network, arena);
      RecurrentPass pass =
          new RecurrentPass(network, ops, weights, arena, Groups.of(maxSamples), keep);
      float[] m = arena.allocate();
      weights.pack(parameters, m);
      panels = new Panels(pass, m, new LengthOrder(network.timeSteps(), maxSamples));
    }
    return panels;
  }

  private RowPass rows() {
    if (rows == null) {
      rows = new RowPass(network, ops, parameters, FEW_SAMPLES);
    }
    return rows;
  }

  /** Runs {@code count} samples of a source, for heads of one reading a sample. */
  public void run(MinibatchSource source, int count) {
    requireCount(count);
    if (network.head().reads() == Network.Reads.EVERY) {
      throw new IllegalStateException("expected a head of one reading, found " + network.head());
    }
    run(source, count, null, null, null);
  }

  /**
   * Runs samples that go on where others ended.
   *
   * @param readings takes the outputs of each reading, by time steps; null for nobody
   * @param states what the samples start from, {@code [sample]} and {@link Network#stateSize}; null
   *     for nothing
   * @param statesAfter where what they come to is written; null for nowhere
   */
  public void run(
      MinibatchSource source, int count, Readings readings, float[] states, float[] statesAfter) {
    requireCount(count);
    network.requireStates(states, count);
    network.requireStates(statesAfter, count);
    if (statesAfter != null && keep == Keep.OUTPUTS) {
      throw new IllegalStateException("expected a pass that keeps states");
    }
    // Of several samples, readings are taken by time steps.
    int few = readings == null ? FEW_SAMPLES : 1;
    byRows = keep == Keep.OUTPUTS && count <= few && states == null;
    if (byRows) {
      runByRows(source, count, readings);
      return;
    }
    LengthOrder order = panels().order();
    float[] m = panels.m();
    order.sort(source, count);
    panels.pass().load(m, parameters, source, order.samples(), 0, count);
    panels.pass().forward(m, source, states, statesAfter);
    panels.pass().outputs(m, source, readings);
  }

  /** Takes what a head computes. */
  public interface Readings {
    /**
     * Takes a reading.
     *
     * @param step its time step where the head reads every one, else 0
     * @param at of the first output; the next is {@code stride} behind
     */
    void reading(int sample, int step, float[] values, int at, int stride);
  }

  private void requireCount(int count) {
    if (count < 1 || count > maxSamples) {
      throw new IllegalArgumentException(
          "expected 1 to %d samples, found %d".formatted(maxSamples, count));
    }
  }

  private void runByRows(MinibatchSource source, int count, Readings readings) {
    for (int s = 0; s < count; s++) {
      Groups.requireLength(source.length(s), network.timeSteps());
    }
    for (int s = 0; s < count; s++) {
      rows().run(source, s, readings);
    }
  }

  /** An output of a sample before the softmax. */
  public float logit(int sample, int output) {
    return byRows
        ? rows.logit(sample, output)
        : panels
            .pass()
            .logit(panels.m(), panels.order().group(sample), output, panels.order().lane(sample));
  }

  /**
   * Takes the state of the top layer that each of its directions came to last.
   *
   * @param to its length is that of what the layer gives
   */
  public void lastState(int sample, float[] to) {
    if (byRows) {
      rows.lastState(sample, to);
    } else {
      LengthOrder order = panels.order();
      panels.pass().lastState(panels.m(), order.group(sample), order.lane(sample), to);
    }
  }

  /** The class with the largest logit, the lowest one of equals. */
  public int predicted(int sample) {
    int best = 0;
    for (int c = 1; c < network.classes(); c++) {
      if (logit(sample, c) > logit(sample, best)) {
        best = c;
      }
    }
    return best;
  }

  /** A state, of a pass that keeps them. */
  public float hidden(int layer, int timeStep, int unit, int sample) {
    if (network.layers().get(layer).direction() != Network.Direction.FORWARD) {
      throw new IllegalStateException(
          "expected a layer that goes forward, found " + network.layers().get(layer));
    }
    LengthOrder order = panels.order();
    return panels
        .pass()
        .hidden(panels.m(), layer, order.group(sample), timeStep, unit, order.lane(sample));
  }
}
