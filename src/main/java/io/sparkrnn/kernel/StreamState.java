package io.sparkrnn.kernel;

/**
 * Where a stream is: what its layers remember of all time steps so far. Of one stream; a {@link
 * StreamPass} takes it a time step further.
 */
public final class StreamState {
  final float[] values;
  final float[] pooled;
  private final int topAt;
  long steps;

  /**
   * Before the first time step.
   *
   * @throws IllegalArgumentException if a layer of the network does not go forward
   */
  public StreamState(Network network) {
    if (!network.canCarryState()) {
      throw new IllegalArgumentException(
          "expected layers that go forward where states are carried, found " + network.layers());
    }
    values = new float[network.stateSize()];
    topAt = network.stateSize() - network.stateSize(network.layers().size() - 1);
    boolean pools =
        network.head().reads() == Network.Reads.MEAN || network.head().reads() == Network.Reads.MAX;
    pooled = new float[pools ? network.units(network.layers().size() - 1) : 0];
  }

  /** Another stream that has come as far. */
  public StreamState(StreamState other) {
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
