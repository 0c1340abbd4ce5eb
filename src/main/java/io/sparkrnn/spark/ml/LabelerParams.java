package io.sparkrnn.spark.ml;

import org.apache.spark.ml.param.Param;

/**
 * Params of the columns of labels and of answers, one for each time step.
 *
 * @param <E> the estimator
 */
public interface LabelerParams<E> extends KeyedParams {
  /** Adds them to those of an estimator. */
  static void addTo(KeyParams keys) {
    keys.column("featuresCol", "Column of features.");
    keys.column("labelCol", "Column of arrays of labels, one a time step.");
    keys.column("predictionCol", "Column of arrays of predictions, one a time step.");
    keys.column("probabilityCol", "Column of arrays of probabilities, those of each time step.");
  }

  /** Column of features; {@code features} by default. */
  default E setFeaturesCol(String value) {
    return keyParams().set(featuresCol(), value);
  }

  /** {@link #setFeaturesCol}. */
  default String getFeaturesCol() {
    return keyParams().value(featuresCol());
  }

  /** {@link #setFeaturesCol}. */
  default Param<String> featuresCol() {
    return keyParams().param("featuresCol");
  }

  /** Column of arrays of labels, one a time step; {@code label} by default. */
  default E setLabelCol(String value) {
    return keyParams().set(labelCol(), value);
  }

  /** {@link #setLabelCol}. */
  default String getLabelCol() {
    return keyParams().value(labelCol());
  }

  /** {@link #setLabelCol}. */
  default Param<String> labelCol() {
    return keyParams().param("labelCol");
  }

  /** Column of arrays of predictions, one a time step; {@code prediction} by default. */
  default E setPredictionCol(String value) {
    return keyParams().set(predictionCol(), value);
  }

  /** {@link #setPredictionCol}. */
  default String getPredictionCol() {
    return keyParams().value(predictionCol());
  }

  /** {@link #setPredictionCol}. */
  default Param<String> predictionCol() {
    return keyParams().param("predictionCol");
  }

  /** Column of arrays of probabilities, those of each time step; {@code probability} by default. */
  default E setProbabilityCol(String value) {
    return keyParams().set(probabilityCol(), value);
  }

  /** {@link #setProbabilityCol}. */
  default String getProbabilityCol() {
    return keyParams().value(probabilityCol());
  }

  /** {@link #setProbabilityCol}. */
  default Param<String> probabilityCol() {
    return keyParams().param("probabilityCol");
  }
}
