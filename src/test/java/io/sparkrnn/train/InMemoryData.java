package io.sparkrnn.train;

import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.Shard;
import io.sparkrnn.data.TrainingData;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Shards that are already there; every part is the same evaluation set. */
record InMemoryData(List<SequenceDataset> shards, SequenceDataset evaluated)
    implements TrainingData {

  /**
   * Noisy sequences whose class the first time step tells and the others do not: the network must
   * remember it.
   */
  static SequenceDataset sequences(
      int samples, int timeSteps, int inputSize, int classes, long seed) {
    Random random = new Random(seed);
    float[] values = new float[samples * timeSteps * inputSize];
    int[] labels = new int[samples];
    for (int s = 0; s < samples; s++) {
      labels[s] = random.nextInt(classes);
      int first = s * timeSteps * inputSize;
      for (int i = 0; i < timeSteps * inputSize; i++) {
        values[first + i] = (float) (0.2 * random.nextGaussian());
      }
      values[first + labels[s] % inputSize] += labels[s] < inputSize ? 1 : -1;
    }
    return SequenceDataset.ofFloats(values, labels, timeSteps, inputSize, classes);
  }

  /** Shards of the given sizes. */
  static InMemoryData ofSizes(int timeSteps, int inputSize, int classes, int... sizes) {
    List<SequenceDataset> shards = new ArrayList<>();
    for (int worker = 0; worker < sizes.length; worker++) {
      shards.add(sequences(sizes[worker], timeSteps, inputSize, classes, 100 + worker));
    }
    return new InMemoryData(
        List.copyOf(shards), sequences(1300, timeSteps, inputSize, classes, 99));
  }

  @Override
  public int workers() {
    return shards.size();
  }

  @Override
  public int shardSize(int worker) {
    return shards.get(worker).size();
  }

  @Override
  public Shard shard(int worker) {
    return new Shard(worker, shards.get(worker));
  }

  @Override
  public int size(Part part) {
    return evaluated.size();
  }

  @Override
  public SequenceDataset part(Part part) {
    return evaluated;
  }
}
