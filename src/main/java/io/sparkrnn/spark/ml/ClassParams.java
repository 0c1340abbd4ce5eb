package io.sparkrnn.spark.ml;

import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.Param;

/**
 * Params of classes.
 *
 * @param <E> the estimator
 */
public interface ClassParams<E> extends KeyedParams, TrainedClassParams {
  /** Adds them to those of an estimator. */
  static void addTo(KeyParams keys) {
    keys.number("model.label-smoothing", "labelSmoothing");
    keys.text("model.class-weights", "classWeights");
  }

  /** Share of a class's target that all classes have together; 0 by default. */
  default E setLabelSmoothing(double value) {
    return keyParams().set(labelSmoothing(), value);
  }

  /** {@link #setLabelSmoothing}. */
  default DoubleParam labelSmoothing() {
    return keyParams().param("labelSmoothing");
  }

  /**
   * {@code balanced} makes all classes count as much as others; not set, every sample counts as
   * much.
   */
  default E setClassWeights(String value) {
    return keyParams().set(classWeights(), value);
  }

  /** {@link #setClassWeights}. */
  default Param<String> classWeights() {
    return keyParams().param("classWeights");
  }
}
