package io.sparkrnn.spark;

import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.Shard;
import io.sparkrnn.data.Shards;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.random.SeededRandom;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Small random images in a few classes, divided among workers; every JVM makes the same. */
record SyntheticData(int workers, int samples, int timeSteps, int inputSize, int classes)
    implements TrainingData {
  private static final long SEED = 7;

  private SequenceDataset all() {
    SeededRandom random = SeededRandom.of(SEED, 99);
    byte[] values = new byte[samples * timeSteps * inputSize];
    byte[] labels = new byte[samples];
    for (int s = 0; s < samples; s++) {
      labels[s] = (byte) random.nextInt(classes);
      for (int i = 0; i < timeSteps * inputSize; i++) {
        int level = i % classes == labels[s] ? 160 : 40;
        values[s * timeSteps * inputSize + i] = (byte) (level + random.nextInt(60));
      }
    }
    return SequenceDataset.ofBytes(values, labels, timeSteps, inputSize, classes);
  }

  private int[][] shards() {
    return Shards.assign(IntStream.range(0, samples).toArray(), workers, SEED);
  }

  @Override
  public int shardSize(int worker) {
    return shards()[worker].length;
  }

  @Override
  public Shard shard(int worker) {
    return new Shard(worker, all().subset(shards()[worker]));
  }

  @Override
  public int size(Part part) {
    return samples;
  }

  @Override
  public SequenceDataset part(Part part) {
    return all();
  }

  @Override
  public String toString() {
    return "%d workers, %s"
        .formatted(workers, Arrays.toString(new int[] {samples, timeSteps, inputSize, classes}));
  }
}
