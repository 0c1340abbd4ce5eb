package io.sparkrnn.spark.data;

import io.sparkrnn.data.DataException;
import java.io.Serial;
import java.io.Serializable;

/** Turns the elements of a user's RDD into samples; Spark ships it. */
public interface SampleReader<T> extends Serializable {
  /**
   * The samples of one element.
   *
   * @param values {@code [sample][timeStep][input]}
   * @param labels class of each sample
   */
  record Samples(float[] values, int[] labels, int timeSteps) implements Serializable {
    @Serial
    private Object writeReplace() {
      return new PackedSamples(this);
    }
  }

  /** How many samples an element has, without looking at them. */
  int count(T element);

  /** How many dense values they have together, likewise. */
  long values(T element);

  /**
   * Reads an element.
   *
   * @param number of the element in its partition, for messages
   * @throws DataException if it has something else than samples to train on
   */
  Samples read(T element, long number, int partition);
}
