package io.sparkrnn.kernel;

import io.sparkrnn.kernel.Network.Embedding;
import io.sparkrnn.kernel.Network.Join;
import io.sparkrnn.kernel.Network.Reads;

/**
 * Streams through a network of layers that go forward, one time step of one stream at a time. What
 * has come of a stream's time steps so far has the bits that a sequence of these has. Allocates
 * nothing after its making. Serves one thread, and any number of streams in turn.
 */
public final class StreamPass {
  private final Network network;
  private final Embedding[] embeddings;
  private final int[] embeddingsAt;
  private final int staticsOfInput;
  private final int staticsOfHead;
  private final Ops ops;
  private final float[] parameters;
  private final RowLayer[] layers;
  private final int[] stateSizes;
  private final RowHead head;
  private final int reading;
  private final int outputs;
  private final float[] m;

  /**
   * A pass.
   *
   * @param parameters flat, not changed
   * @throws IllegalArgumentException if a layer of the network does not go forward
   * @throws KernelUnavailableException if this JVM has no room for it
   */
  public StreamPass(Network network, Ops ops, float[] parameters) {
    if (!network.canCarryState()) {
      throw new IllegalArgumentException(
          "expected layers that go forward in a stream, found " + network.layers());
    }
    this.network = network;
    this.ops = ops;
    this.parameters = parameters;
    embeddings = network.input().categorical().toArray(Embedding[]::new);
    embeddingsAt = new int[embeddings.length];
    for (int c = 0; c < embeddings.length; c++) {
      embeddingsAt[c] = network.layout().block(c, ParameterBlock.Kind.EMBEDDING).offset();
    }
    int statics = network.input().statics();
    staticsOfInput = network.input().join() == Join.EVERY_STEP ? statics : 0;
    staticsOfHead = statics - staticsOfInput;
    Arena arena = new Arena();
    RowLayer[][] ways = RowPass.layers(network, 1, arena);
    layers = new RowLayer[ways.length];
    stateSizes = new int[layers.length];
    for (int l = 0; l < layers.length; l++) {
      layers[l] = ways[l][0];
      stateSizes[l] = network.stateSize(l);
    }
    head = new RowHead(network, arena);
    reading = arena.reserve(network.read());
    outputs = arena.reserve(head.width());
    m = arena.allocate();
    RowPass.pack(network, parameters, ways, head, m);
  }

  /**
   * Takes a stream a time step further.
   *
   * @param dense values of the time step
   * @param ids of each categorical channel
   * @param statics of the stream
   * @param to gets the outputs of the time steps so far, as the head has them; null for nothing
   * @throws IllegalArgumentException if an id is not of its vocabulary
   */
  public void step(State state, float[] dense, int[] ids, float[] statics, double[] to) {
    layOut(dense, ids, statics);
    int at = 0;
    for (int l = 0; l < layers.length; l++) {
      RowLayer layer = layers[l];
      layer.begin(m, state.values, at);
      layer.readInputs(ops, m, parameters, 1);
      layer.step(ops, m, 0, state.steps > 0);
      layer.end(m, 0, state.values, at);
      at += stateSizes[l];
      if (l + 1 < layers.length) {
        System.arraycopy(m, layer.state(0), m, layers[l + 1].row(0), layer.units);
      }
    }
    read(state);
    state.steps++;
    if (to != null) {
      System.arraycopy(statics, 0, m, reading + network.read() - staticsOfHead, staticsOfHead);
      head.outputs(ops, m, parameters, reading, outputs);
      for (int output = 0; output < network.classes(); output++) {
        to[output] = m[outputs + output];
      }
    }
  }

  private void layOut(float[] dense, int[] ids, float[] statics) {
    int to = layers[0].row(0);
    System.arraycopy(dense, 0, m, to, network.input().dense());
    to += network.input().dense();
    for (int c = 0; c < embeddings.length; c++) {
      int width = embeddings[c].width();
      if (ids[c] < 0 || ids[c] >= embeddings[c].vocabulary()) {
        throw new IllegalArgumentException(
            "expected an id below %d in categorical channel %d, found %d"
                .formatted(embeddings[c].vocabulary(), c, ids[c]));
      }
      System.arraycopy(parameters, embeddingsAt[c] + ids[c] * width, m, to, width);
      to += width;
    }
    System.arraycopy(statics, 0, m, to, staticsOfInput);
  }

  /** What the head reads of the states so far. */
  private void read(State state) {
    RowLayer top = layers[layers.length - 1];
    int from = top.state(0);
    if (state.pooled.length == 0) {
      System.arraycopy(m, from, m, reading, top.units);
      return;
    }
    boolean mean = network.head().reads() == Reads.MEAN;
    for (int u = 0; u < top.units; u++) {
      float value = m[from + u];
      if (mean) {
        state.pooled[u] += value;
        m[reading + u] = state.pooled[u] / (state.steps + 1);
      } else {
        if (value > state.pooled[u] || Float.isNaN(value) || state.steps == 0) {
          state.pooled[u] = value;
        }
        m[reading + u] = state.pooled[u];
      }
    }
  }

  /**
   * Where a stream is: what its layers remember of all time steps so far. Of one stream; a {@link
   * StreamPass} takes it a time step further.
   */
  public static final class State {
    final float[] values;
    final float[] pooled;
    private final int topAt;
    long steps;

    /**
     * Before the first time step.
     *
     * @throws IllegalArgumentException if a layer of the network does not go forward
     */
    public State(Network network) {
      if (!network.canCarryState()) {
        throw new IllegalArgumentException(
            "expected layers that go forward where states are carried, found " + network.layers());
      }
      values = new float[network.stateSize()];
      topAt = network.stateSize() - network.stateSize(network.layers().size() - 1);
      boolean pools =
          network.head().reads() == Network.Reads.MEAN
              || network.head().reads() == Network.Reads.MAX;
      pooled = new float[pools ? network.units(network.layers().size() - 1) : 0];
    }

    /** Another stream that has come as far. */
    public State(State other) {
      values = other.values.clone();
      pooled = other.pooled.clone();
      topAt = other.topAt;
      steps = other.steps;
    }

    /** How many time steps there have been. */
    public long steps() {
      return steps;
    }

    /** The output of the top layer. */
    public void lastState(float[] to) {
      System.arraycopy(values, topAt, to, 0, to.length);
    }

    /** Of each layer its output, then what else its cell remembers; not to be changed. */
    public float[] values() {
      return values;
    }
  }
}
