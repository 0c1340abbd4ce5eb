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
record PredictionCounts(
    LongAccumulator predictedRows,
    LongAccumulator badRows,
    CollectionAccumulator<String> reasons,
    CollectionAccumulator<InputRange> ranges)
    implements Serializable {
  private static final int MOST_REASONS_A_TASK = 1;

  static PredictionCounts in(SparkContext context) {
    return new PredictionCounts(
        context.longAccumulator("predicted"),
        context.longAccumulator("bad"),
        context.collectionAccumulator("reasons"),
        context.collectionAccumulator("inputs"));
  }

  void predicted() {
    predictedRows.add(1);
  }

  void bad(String reason) {
    badRows.add(1);
    if (reasons.value().size() < MOST_REASONS_A_TASK) {
      reasons.add(reason);
    }
  }

  /** Once a task. */
  void inputs(InputRange ofTask) {
    ranges.add(ofTask);
  }

  /** Of all rows that were predicted. */
  InputRange inputs() {
    return ranges.value().stream().reduce(InputRange.EMPTY, InputRange::and);
  }

  /** One of them. */
  Optional<String> reason() {
    return reasons.value().stream().findFirst();
  }
}
