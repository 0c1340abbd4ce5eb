package io.sparkrnn.serving;

import io.sparkrnn.kernel.StreamPass;
import java.util.Arrays;

/**
 * A stream through a model, whose state goes on from time step to time step. After each it gives
 * what the model gives for the sequence of all time steps so far, with the same bits.
 *
 * <p>A stream belongs to one thread at a time. It is small, a few arrays: the weights are the
 * model's, and each thread that takes streams of a model further has them once.
 */
public final class RnnStream {
  private final RnnModel model;
  private final InputScale scale;
  private final StreamPass.State state;
  private final float[] dense;
  private final float[] statics;
  private final int[] ids;
  private final double[] nothing = {};

  RnnStream(RnnModel model, Constants constants) {
    this(
        model,
        model.scale(constants.series()),
        new StreamPass.State(model.network()),
        model.statics(constants));
  }

  private RnnStream(RnnModel model, InputScale scale, StreamPass.State state, float[] statics) {
    this.model = model;
    this.scale = scale;
    this.state = state;
    this.statics = statics;
    dense = new float[scale.inputs()];
    ids = new int[model.network().input().categorical().size()];
  }

  /**
   * The next reading.
   *
   * @param reading its numbers, as the data have them
   * @return what the model says by now, in the units of the data: {@link RnnModel#outputs} numbers
   * @throws ReadingException if it cannot be read; then it is as if it had not been given
   */
  public double[] next(double... reading) {
    double[] outputs = new double[model.outputs()];
    next(reading, null, outputs);
    return outputs;
  }

  /**
   * The next token of a text.
   *
   * @param reading numbers that stand beside it; of most models none
   * @throws ReadingException as above
   */
  public double[] next(String token, double... reading) {
    double[] outputs = new double[model.outputs()];
    requireText();
    ids[0] = model.id(token);
    next(reading, ids, outputs);
    return outputs;
  }

  /**
   * The next time step; allocates nothing.
   *
   * @param reading its numbers; null for a model that reads none
   * @param of each categorical channel: {@link RnnModel#id}; null for a model that has none
   * @param outputs is filled
   * @throws ReadingException as above
   */
  public void next(double[] reading, int[] of, double[] outputs) {
    if (outputs.length != model.outputs()) {
      throw new ReadingException(
          "Cannot fill the outputs: expected an array of %d numbers, found %d"
              .formatted(model.outputs(), outputs.length));
    }
    step(reading, of, outputs);
    model.units().convert(outputs);
  }

  /** A time step of which nobody wants to know the outputs. */
  void pass(double[] reading, int[] of) {
    step(reading, of, null);
  }

  /** Outputs as the head has them. */
  void step(double[] reading, int[] of, double[] outputs) {
    model.requireIds(of);
    scale.apply(reading == null ? nothing : reading, dense);
    model.pass().step(state, dense, of, statics, outputs);
  }

  private void requireText() {
    if (ids.length != 1) {
      throw new ReadingException(
          "Cannot read a token: expected a model of texts, found one of %d categorical channels"
              .formatted(ids.length));
    }
  }

  /** How many time steps there have been. */
  public long steps() {
    return state.steps();
  }

  /** Of each layer, bottom first, its output and then what else its cell remembers; a copy. */
  public float[] state() {
    return state.values().clone();
  }

  /** Another stream that has come as far as this one, and goes its own way from here. */
  public RnnStream fork() {
    RnnStream other = new RnnStream(model, scale, new StreamPass.State(state), statics);
    System.arraycopy(dense, 0, other.dense, 0, dense.length);
    return other;
  }

  @Override
  public String toString() {
    return "stream after %d time steps, state %s".formatted(steps(), Arrays.toString(state()));
  }
}
