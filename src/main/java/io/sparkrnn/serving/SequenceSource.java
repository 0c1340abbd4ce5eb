package io.sparkrnn.serving;

import io.sparkrnn.kernel.MinibatchSource;

/** One sequence that a model can read, as a minibatch. */
public final class SequenceSource implements MinibatchSource {
  private static final float[] ENDED = {};

  private final float[][] dense;
  private final int[][] ids;
  private final float[] statics;

  SequenceSource(RnnModel model, Sequence sequence, int steps) {
    InputScale scale = model.scale(sequence.constants().series());
    statics = model.statics(sequence.constants());
    ids = sequence.ids();
    dense = new float[steps][scale.inputs()];
    for (int step = 0; step < steps; step++) {
      model.requireIds(ids == null ? null : ids[step]);
      if (step > 0) {
        System.arraycopy(dense[step - 1], 0, dense[step], 0, dense[step].length);
      }
      scale.apply(sequence.numbers() == null ? null : sequence.numbers()[step], dense[step]);
    }
  }

  @Override
  public void layOut(
      int[] samples, int first, int count, float[] target, int at, int stepStride, int width) {
    for (int step = 0; step < dense.length; step++) {
      for (int i = 0; i < dense[step].length; i++) {
        target[at + step * stepStride + i * width] = dense[step][i];
      }
    }
  }

  /** Dense values of a time step; none behind the end. */
  float[] step(int step) {
    return step < dense.length ? dense[step] : ENDED;
  }

  @Override
  public int length(int sample) {
    return dense.length;
  }

  @Override
  public int id(int channel, int sample, int timeStep) {
    return ids[timeStep][channel];
  }

  @Override
  public float fixed(int sample, int index) {
    return statics[index];
  }
}
