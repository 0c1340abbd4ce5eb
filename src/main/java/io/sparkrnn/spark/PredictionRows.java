package io.sparkrnn.spark;

import io.sparkrnn.train.Predictor;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * Samples of one task as rows of answers, in their order, a minibatch at a time: {@code names...,
 * status, prediction, probabilities, reason}.
 */
final class PredictionRows extends MinibatchRows {
  static final String OK = "ok";
  static final String BAD = "bad";

  private final Iterator<Sample> samples;
  private final Predictor predictor;
  private final PredictionCounts counts;

  /**
   * One row of the input.
   *
   * @param names what names it, and goes to the output as it is
   * @param values {@code [timeStep][input]}, until the next row is asked for; null for one that
   *     cannot be used
   * @param problem why not
   */
  @SuppressWarnings("ArrayRecordComponent") // Read once, never compared.
  record Sample(Object[] names, float[] values, String problem) {
    static Sample bad(Object[] names, String problem) {
      return new Sample(names, null, problem);
    }

    /** The same, or why not if it has another number of values or one that is not finite. */
    Sample checked(int expected) {
      if (problem != null) {
        return this;
      }
      if (values.length != expected) {
        return bad(names, "expected %d values, found %d".formatted(expected, values.length));
      }
      for (int i = 0; i < expected; i++) {
        if (!Float.isFinite(values[i])) {
          return bad(names, "expected finite values, found %s at %d".formatted(values[i], i));
        }
      }
      return this;
    }
  }

  PredictionRows(Iterator<Sample> samples, Predictor predictor, PredictionCounts counts) {
    super(samples);
    this.samples = samples;
    this.predictor = predictor;
    this.counts = counts;
  }

  @Override
  List<Row> minibatch() {
    List<Sample> batch = new ArrayList<>(Predictor.SAMPLES);
    int good = 0;
    while (good < Predictor.SAMPLES && batch.size() < 4 * Predictor.SAMPLES && samples.hasNext()) {
      Sample sample = samples.next().checked(predictor.valuesPerSample());
      batch.add(sample);
      if (sample.problem() == null) {
        predictor.put(good++, sample.values());
      }
    }
    if (good > 0) {
      predictor.run();
    }
    List<Row> ready = new ArrayList<>(batch.size());
    int place = 0;
    for (Sample sample : batch) {
      if (sample.problem() == null) {
        counts.predicted();
        ready.add(
            row(
                sample.names(),
                OK,
                predictor.predicted(place),
                predictor.probabilities(place),
                null));
        place++;
      } else {
        counts.bad(sample.problem());
        ready.add(row(sample.names(), BAD, null, null, sample.problem()));
      }
    }
    return ready;
  }

  private static Row row(
      Object[] names, String status, Integer prediction, double[] probabilities, String reason) {
    Object[] cells = new Object[names.length + 4];
    System.arraycopy(names, 0, cells, 0, names.length);
    cells[names.length] = status;
    cells[names.length + 1] = prediction;
    cells[names.length + 2] = probabilities;
    cells[names.length + 3] = reason;
    return RowFactory.create(cells);
  }
}
