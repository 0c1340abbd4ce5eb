package io.sparkrnn.spark.predict;

import io.sparkrnn.data.InputRange;
import io.sparkrnn.spark.data.Sample;
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
  private final List<String> classNames;
  private final PredictionCounts counts;
  private InputRange inputs = InputRange.EMPTY;

  /**
   * Rows of samples.
   *
   * @param classNames none where classes are numbers
   */
  PredictionRows(
      Iterator<Sample> samples,
      Predictor predictor,
      List<String> classNames,
      PredictionCounts counts) {
    super(samples);
    this.samples = samples;
    this.predictor = predictor;
    this.classNames = classNames;
    this.counts = counts;
  }

  @Override
  protected List<Row> minibatch() {
    List<Sample> batch = new ArrayList<>(Predictor.SAMPLES);
    int good = 0;
    while (good < Predictor.SAMPLES && batch.size() < 4 * Predictor.SAMPLES && samples.hasNext()) {
      Sample sample = samples.next().checked(predictor.valuesPerSample());
      batch.add(sample);
      if (sample.problem() == null) {
        predictor.put(good++, sample.values());
        inputs = inputs.and(InputRange.of(sample.values()));
      }
    }
    if (good > 0) {
      predictor.run(good);
    }
    if (!samples.hasNext()) {
      counts.inputs(inputs);
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
                named(predictor.predicted(place)),
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

  /** A class's name, or its number where classes are numbers. */
  private Object named(int prediction) {
    if (classNames.isEmpty()) {
      return prediction;
    }
    return prediction < classNames.size() ? classNames.get(prediction) : String.valueOf(prediction);
  }

  private static Row row(
      Object[] names, String status, Object prediction, double[] probabilities, String reason) {
    Object[] cells = new Object[names.length + 4];
    System.arraycopy(names, 0, cells, 0, names.length);
    cells[names.length] = status;
    cells[names.length + 1] = prediction;
    cells[names.length + 2] = probabilities;
    cells[names.length + 3] = reason;
    return RowFactory.create(cells);
  }
}
