package io.sparkrnn.spark.predict;

import io.sparkrnn.data.InputRange;
import java.io.Serializable;
import java.util.Optional;
import org.apache.spark.SparkContext;
import org.apache.spark.util.CollectionAccumulator;
import org.apache.spark.util.LongAccumulator;

/**
 * How many rows of a job were predicted, of which values, and how many set aside; of tasks that
 * failed, none.
 */
final class PredictionCounts implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final int MOST_REASONS_A_TASK = 1;

  private final LongAccumulator predicted;
  private final LongAccumulator bad;
  private final CollectionAccumulator<String> reasons;
  private final CollectionAccumulator<InputRange> inputs;

  PredictionCounts(SparkContext context) {
    this(
        context.longAccumulator("predicted"),
        context.longAccumulator("bad"),
        context.collectionAccumulator("reasons"),
        context.collectionAccumulator("inputs"));
  }

  PredictionCounts(
      LongAccumulator predicted,
      LongAccumulator bad,
      CollectionAccumulator<String> reasons,
      CollectionAccumulator<InputRange> inputs) {
    this.predicted = predicted;
    this.bad = bad;
    this.reasons = reasons;
    this.inputs = inputs;
  }

  void predicted() {
    predicted.add(1);
  }

  void bad(String reason) {
    bad.add(1);
    if (reasons.value().size() < MOST_REASONS_A_TASK) {
      reasons.add(reason);
    }
  }

  /** Once a task. */
  void inputs(InputRange ofTask) {
    inputs.add(ofTask);
  }

  /** Of all rows that were predicted. */
  InputRange inputs() {
    return inputs.value().stream().reduce(InputRange.EMPTY, InputRange::and);
  }

  long predictedRows() {
    return predicted.value();
  }

  long badRows() {
    return bad.value();
  }

  /** One of them. */
  Optional<String> reason() {
    return reasons.value().stream().findFirst();
  }
}
