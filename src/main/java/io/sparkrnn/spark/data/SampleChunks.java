package io.sparkrnn.spark.data;

import io.sparkrnn.data.DataException;
import io.sparkrnn.spark.data.SampleReader.Samples;
import io.sparkrnn.spark.jobs.Parcel;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Queue;
import scala.Tuple2;

/**
 * Deals the samples of one partition out to workers: sample {@code i} of the whole RDD goes to
 * worker {@code i mod workers}, so that data sorted by class reaches every worker alike.
 */
final class SampleChunks<T> implements Iterator<Tuple2<Integer, Parcel<SampleChunks.Chunk>>> {
  private final Iterator<T> elements;
  private final SampleReader<T> reader;
  private final int workers;
  private final int partition;
  private final long end;
  private final Queue<Tuple2<Integer, Parcel<Chunk>>> ready = new ArrayDeque<>();
  private long next;
  private long element;

  /**
   * Samples of one element that go to one worker.
   *
   * @param first number of the first sample in the whole RDD, by which chunks are put in order
   */
  record Chunk(long first, Samples samples) implements Serializable {
    int timeSteps() {
      return samples.timeSteps();
    }

    /**
     * Demands those of another chunk.
     *
     * @throws DataException if it has others
     */
    void requireTimeSteps(Chunk other) {
      if (timeSteps() != other.timeSteps()) {
        throw new DataException(
            "Cannot train on sequences of different lengths: expected %d time steps as in sample %d, found %d in sample %d"
                .formatted(other.timeSteps(), other.first, timeSteps(), first));
      }
    }
  }

  /**
   * The chunks of a partition.
   *
   * @param start number of the partition's first sample
   * @param end number behind the partition's last sample
   */
  SampleChunks(
      Iterator<T> elements,
      SampleReader<T> reader,
      int workers,
      int partition,
      long start,
      long end) {
    this.elements = elements;
    this.reader = reader;
    this.workers = workers;
    this.partition = partition;
    this.next = start;
    this.end = end;
  }

  @Override
  public boolean hasNext() {
    while (ready.isEmpty() && elements.hasNext()) {
      deal(reader.read(elements.next(), element++, partition));
    }
    if (ready.isEmpty() && next != end) {
      throw new DataException(
          "Cannot train on partition %d: expected as many samples as when they were counted, found %d more or fewer; the data must be the same when they are computed again"
              .formatted(partition, Math.abs(next - end)));
    }
    return !ready.isEmpty();
  }

  @Override
  public Tuple2<Integer, Parcel<Chunk>> next() {
    if (!hasNext()) {
      throw new NoSuchElementException("no chunk left in partition " + partition);
    }
    return ready.remove();
  }

  private void deal(Samples samples) {
    int count = samples.labels().length;
    int sampleValues = count == 0 ? 0 : samples.values().length / count;
    for (int from = 0; from < Math.min(workers, count); from++) {
      int dealt = (count - from + workers - 1) / workers;
      float[] values = new float[dealt * sampleValues];
      int[] labels = new int[dealt];
      for (int i = 0; i < dealt; i++) {
        int sample = from + i * workers;
        System.arraycopy(
            samples.values(), sample * sampleValues, values, i * sampleValues, sampleValues);
        labels[i] = samples.labels()[sample];
      }
      long first = next + from;
      ready.add(
          new Tuple2<>(
              (int) (first % workers),
              new Parcel<>(new Chunk(first, new Samples(values, labels, samples.timeSteps())))));
    }
    next += count;
  }

  /** Chunks of one worker as one array each of values and labels, in the order of the samples. */
  static Samples join(Chunk[] chunks) {
    Arrays.sort(chunks, (a, b) -> Long.compare(a.first(), b.first()));
    int values = 0;
    int labels = 0;
    for (Chunk chunk : chunks) {
      chunk.requireTimeSteps(chunks[0]);
      values = Math.addExact(values, chunk.samples().values().length);
      labels += chunk.samples().labels().length;
    }
    Samples whole = new Samples(new float[values], new int[labels], chunks[0].timeSteps());
    int valuesDone = 0;
    int labelsDone = 0;
    for (Chunk chunk : chunks) {
      Samples part = chunk.samples();
      System.arraycopy(part.values(), 0, whole.values(), valuesDone, part.values().length);
      System.arraycopy(part.labels(), 0, whole.labels(), labelsDone, part.labels().length);
      valuesDone += part.values().length;
      labelsDone += part.labels().length;
    }
    return whole;
  }
}
