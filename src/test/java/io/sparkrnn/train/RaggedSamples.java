package io.sparkrnn.train;

import io.sparkrnn.data.Missing;
import io.sparkrnn.data.Readings;
import io.sparkrnn.data.SequenceColumns;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.MinibatchSource;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.random.SeededRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Random samples of different lengths for any network: as a dataset, and as a source of a minibatch
 * that knows nothing of datasets.
 *
 * @param firstCounted the first time step whose reading counts
 * @param dropoutKey of which each sample's is made
 */
record RaggedSamples(Network network, List<Sample> samples, int firstCounted, long dropoutKey)
    implements MinibatchSource {

  /**
   * One sample.
   *
   * @param dense {@code [timeStep][value]}
   * @param ids {@code [channel][timeStep]}
   * @param labels of each reading
   * @param targets {@code [reading][target]}
   * @param weights of each reading
   */
  record Sample(
      int number,
      float[][] dense,
      int[][] ids,
      float[] statics,
      int[] labels,
      float[][] targets,
      float[] weights) {
    int length() {
      return dense.length;
    }
  }

  static RaggedSamples random(Network network, int count) {
    Random random = new Random(count);
    List<Sample> samples = new ArrayList<>();
    for (int s = 0; s < count; s++) {
      int length = 1 + random.nextInt(network.timeSteps());
      int readings = network.head().reads() == Reads.EVERY ? length : 1;
      int[][] ids = new int[network.input().categorical().size()][];
      for (int channel = 0; channel < ids.length; channel++) {
        int vocabulary = network.input().categorical().get(channel).vocabulary();
        ids[channel] = random.ints(length, 0, vocabulary).toArray();
      }
      int targets = network.classes() / DatasetMinibatch.outputsOfTarget(network);
      samples.add(
          new Sample(
              s,
              floats(length, network.inputSize(), random),
              ids,
              floats(1, network.input().statics(), random)[0],
              random.ints(readings, 0, network.classes()).toArray(),
              floats(readings, targets, random),
              weights(readings, random)));
    }
    return new RaggedSamples(network, samples, 0, 77);
  }

  private static float[][] floats(int rows, int width, Random random) {
    float[][] floats = new float[rows][width];
    for (float[] row : floats) {
      for (int i = 0; i < width; i++) {
        row[i] = random.nextFloat();
      }
    }
    return floats;
  }

  private static float[] weights(int count, Random random) {
    float[] weights = new float[count];
    for (int i = 0; i < count; i++) {
      weights[i] = random.nextInt(4) == 0 ? 0 : 2 * random.nextFloat();
    }
    return weights;
  }

  RaggedSamples from(int firstCounted) {
    return new RaggedSamples(network, samples, firstCounted, dropoutKey);
  }

  /** The given ones, in their order. */
  RaggedSamples chosen(List<Integer> chosen) {
    return new RaggedSamples(
        network, chosen.stream().map(samples::get).toList(), firstCounted, dropoutKey);
  }

  SequenceDataset dataset() {
    SequenceColumns columns =
        SequenceColumns.ofLengths(samples.stream().mapToInt(Sample::length).toArray());
    if (network.inputSize() > 0) {
      float[] dense = joined(samples.stream().map(s -> VectorLayout.join(s.dense())).toList());
      columns.dense(dense, network.inputSize(), Missing.REFUSE);
    }
    for (int channel = 0; channel < network.input().categorical().size(); channel++) {
      int of = channel;
      columns.ids(samples.stream().flatMapToInt(s -> Arrays.stream(s.ids()[of])).toArray());
    }
    if (network.input().statics() > 0) {
      columns.statics(
          joined(samples.stream().map(Sample::statics).toList()), network.input().statics());
    }
    Readings readings = network.head().reads() == Reads.EVERY ? Readings.EVERY_STEP : Readings.ONE;
    if (network.head().loss().ofClasses()) {
      columns.labels(
          samples.stream().flatMapToInt(s -> Arrays.stream(s.labels())).toArray(),
          network.classes(),
          readings);
    } else {
      columns.targets(
          joined(samples.stream().map(s -> VectorLayout.join(s.targets())).toList()),
          samples.get(0).targets()[0].length,
          readings);
    }
    return columns.weights(joined(samples.stream().map(Sample::weights).toList())).dataset();
  }

  private static float[] joined(List<float[]> parts) {
    return VectorLayout.join(parts.toArray(float[][]::new));
  }

  @Override
  public void layOut(
      int[] chosen, int first, int count, float[] target, int at, int stepStride, int width) {
    for (int s = 0; s < count; s++) {
      float[][] dense = samples.get(chosen[first + s]).dense();
      for (int t = 0; t < dense.length; t++) {
        for (int i = 0; i < dense[t].length; i++) {
          target[at + t * stepStride + i * width + s] = dense[t][i];
        }
      }
    }
  }

  @Override
  public int length(int sample) {
    return samples.get(sample).length();
  }

  @Override
  public int label(int sample, int step) {
    return samples.get(sample).labels()[step];
  }

  @Override
  public float target(int sample, int step, int output) {
    int levels =
        network.head().loss() instanceof Loss.Quantile quantile ? quantile.levels().size() : 1;
    return samples.get(sample).targets()[step][output / levels];
  }

  @Override
  public float weight(int sample, int step) {
    boolean warmsUp = network.head().reads() == Reads.EVERY && step < firstCounted;
    return warmsUp ? 0 : samples.get(sample).weights()[step];
  }

  @Override
  public int id(int channel, int sample, int timeStep) {
    return samples.get(sample).ids()[channel][timeStep];
  }

  @Override
  public float fixed(int sample, int index) {
    return samples.get(sample).statics()[index];
  }

  @Override
  public long dropoutKey(int sample) {
    return SeededRandom.key(dropoutKey, samples.get(sample).number());
  }
}
