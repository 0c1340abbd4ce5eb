package io.sparkrnn.serving;

import io.sparkrnn.kernel.MinibatchSource;
import java.util.List;

/** Several sequences as one minibatch. */
record SequenceMinibatch(List<SequenceSource> sequences) implements MinibatchSource {
  /** Value by value: those of all samples are side by side in the target. */
  @Override
  public void layOut(
      int[] samples, int first, int count, float[] target, int at, int stepStride, int width) {
    float[][] values = new float[count][];
    int alive = count;
    for (int step = 0; alive > 0; step++) {
      alive = 0;
      for (int s = 0; s < count; s++) {
        values[s] = sequences.get(samples[first + s]).step(step);
        alive += values[s].length > 0 ? 1 : 0;
      }
      layOut(values, target, at + step * stepStride, width);
    }
  }

  private static void layOut(float[][] values, float[] target, int at, int width) {
    int inputs = 0;
    for (float[] ofOne : values) {
      inputs = Math.max(inputs, ofOne.length);
    }
    for (int i = 0; i < inputs; i++) {
      for (int s = 0; s < values.length; s++) {
        if (i < values[s].length) {
          target[at + i * width + s] = values[s][i];
        }
      }
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
