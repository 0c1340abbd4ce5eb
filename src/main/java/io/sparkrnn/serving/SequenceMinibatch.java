package io.sparkrnn.serving;

import io.sparkrnn.kernel.MinibatchSource;
import java.util.List;

/** Several sequences as one minibatch. */
record SequenceMinibatch(List<SequenceSource> sequences) implements MinibatchSource {
  @Override
  public void layOut(
      int[] samples, int first, int count, float[] target, int at, int stepStride, int width) {
    for (int s = 0; s < count; s++) {
      sequences
          .get(samples[first + s])
          .layOut(samples, first + s, 1, target, at + s, stepStride, width);
    }
  }

  @Override
  public int length(int sample) {
    return sequences.get(sample).length(0);
  }

  @Override
  public int id(int channel, int sample, int timeStep) {
    return sequences.get(sample).id(channel, 0, timeStep);
  }

  @Override
  public float fixed(int sample, int index) {
    return sequences.get(sample).fixed(0, index);
  }
}
