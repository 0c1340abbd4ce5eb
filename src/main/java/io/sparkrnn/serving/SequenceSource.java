package io.sparkrnn.serving;

import io.sparkrnn.kernel.MinibatchSource;

/** One sequence, as a minibatch. */
final class SequenceSource implements MinibatchSource {
  private final float[][] dense;
  private final int[][] ids;
  private final float[] statics;

  SequenceSource(RnnModel model, Sequence sequence, int steps) {
    InputScale scale = model.scale(sequence.constants().series());
    statics = model.statics(sequence.constants());
    ids = sequence.ids();
    int channels = model.network().input().categorical().size();
    dense = new float[steps][scale.inputs()];
    for (int step = 0; step < steps; step++) {
      if (step > 0) {
        System.arraycopy(dense[step - 1], 0, dense[step], 0, dense[step].length);
      }
      scale.apply(sequence.numbers() == null ? null : sequence.numbers()[step], dense[step]);
      int found = ids == null ? 0 : ids[step].length;
      if (found != channels) {
        throw new ReadingException(
            "Cannot read a time step: expected ids of %d categorical channels, found %d"
                .formatted(channels, found));
      }
      for (int channel = 0; channel < channels; channel++) {
        model.requireId(channel, ids[step][channel]);
      }
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
