package io.sparkrnn.spark;

import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.Shard;
import io.sparkrnn.data.Shards;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.random.SeededRandom;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/** Small random images in a few classes, divided among workers; every JVM makes the same. */
public record SyntheticData(int workers, int samples, int timeSteps, int inputSize, int classes)
    implements TrainingData {
  private static final long SEED = 7;

  // In local mode tasks and driver share it; a thousand shards would make it a thousand times.
  private static final Map<SyntheticData, Made> MADE = new ConcurrentHashMap<>();

  private record Made(SequenceDataset all, int[][] shards) {}

  private Made made() {
    return MADE.computeIfAbsent(
        this,
        data ->
            new Made(
                data.make(), Shards.assign(IntStream.range(0, samples).toArray(), workers, SEED)));
  }

  private SequenceDataset make() {
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

  @Override
  public int shardSize(int worker) {
    return made().shards()[worker].length;
  }

  @Override
  public Shard shard(int worker) {
    return new Shard(worker, made().all().subset(made().shards()[worker]));
  }

  @Override
  public int size(Part part) {
    return samples;
  }

  @Override
  public SequenceDataset part(Part part) {
    return made().all();
  }

  @Override
  public String toString() {
    return "%d workers, %s"
        .formatted(workers, Arrays.toString(new int[] {samples, timeSteps, inputSize, classes}));
  }
}
