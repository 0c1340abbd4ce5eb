package io.sparkrnn.spark;

import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.Shard;
import io.sparkrnn.data.TrainingData;
import java.util.stream.IntStream;

/**
 * Images to train on, dealt out one by one.
 *
 * @param order numbers of the images
 */
record DealtImages(MnistTable.Images images, int[] order, int workers) implements TrainingData {
  private int[] samples(int worker) {
    return IntStream.range(0, order.length)
        .filter(place -> place % workers == worker)
        .map(place -> order[place])
        .toArray();
  }

  @Override
  public int shardSize(int worker) {
    return samples(worker).length;
  }

  @Override
  public Shard shard(int worker) {
    int[] samples = samples(worker);
    float[] values = new float[samples.length * MnistTable.PIXELS];
    int[] labels = new int[samples.length];
    for (int i = 0; i < samples.length; i++) {
      System.arraycopy(
          images.pixels()[samples[i]], 0, values, i * MnistTable.PIXELS, MnistTable.PIXELS);
      labels[i] = images.labels()[samples[i]];
    }
    return new Shard(worker, SequenceDataset.ofFloats(values, labels, 28, 28, 10));
  }

  @Override
  public int size(Part part) {
    return 0;
  }

  @Override
  public SequenceDataset part(Part part) {
    throw new UnsupportedOperationException("nothing to evaluate");
  }
}
