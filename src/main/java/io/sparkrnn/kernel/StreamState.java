package io.sparkrnn.kernel;

/**
 * Where a stream is: what its layers remember of all time steps so far. Of one stream; a {@link
 * StreamPass} takes it a time step further.
 */
public final class StreamState {
  final float[] values;
  final float[] pooled;
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
    boolean pools =
        network.head().reads() == Network.Reads.MEAN || network.head().reads() == Network.Reads.MAX;
    pooled = new float[pools ? network.units(network.layers().size() - 1) : 0];
  }

  /** Another stream that has come as far. */
  public StreamState(StreamState other) {
    values = other.values.clone();
    pooled = other.pooled.clone();
    steps = other.steps;
  }

  /** How many time steps there have been. */
  public long steps() {
    return steps;
  }

  /** Of each layer its output, then what else its cell remembers; not to be changed. */
  public float[] values() {
    return values;
  }
}
