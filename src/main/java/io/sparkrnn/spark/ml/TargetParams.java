package io.sparkrnn.spark.ml;

import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.StringArrayParam;

/**
 * Params of numbers to come to.
 *
 * @param <E> the estimator
 */
public interface TargetParams<E> extends KeyedParams, TrainedTargetParams {
  /** Adds them to those of an estimator. */
  static void addTo(KeyParams keys) {
    keys.columns("labelCols", "Columns of several targets in place of labelCol.");
    keys.text("model.loss", "loss");
    keys.texts("model.quantiles", "quantiles");
    keys.text("table.target-transform", "targetTransform");
    keys.wholeNumber("table.horizon-steps", "horizonSteps");
    keys.texts("table.known-ahead", "knownAhead");
    keys.wholeNumber("training.first-counted-step", "firstCountedStep");
  }

  /** Columns of several targets in place of {@code labelCol}. */
  default E setLabelCols(String[] value) {
    return keyParams().set(labelCols(), value);
  }

  /** {@link #setLabelCols}. */
  default StringArrayParam labelCols() {
    return keyParams().param("labelCols");
  }

  /**
   * {@code squared}, {@code absolute}, {@code huber}, {@code poisson} or {@code quantile}; not set,
   * squared.
   */
  default E setLoss(String value) {
    return keyParams().set(loss(), value);
  }

  /** {@link #setLoss}. */
  default Param<String> loss() {
    return keyParams().param("loss");
  }

  /** Levels of the quantiles that the loss {@code quantile} has an output for, such as 0.1. */
  default E setQuantiles(String[] value) {
    return keyParams().set(quantiles(), value);
  }

  /** {@link #setQuantiles}. */
  default StringArrayParam quantiles() {
    return keyParams().param("quantiles");
  }

  /** {@code log1p} makes targets logarithms; not set, they are taken as they are. */
  default E setTargetTransform(String value) {
    return keyParams().set(targetTransform(), value);
  }

  /** {@link #setTargetTransform}. */
  default Param<String> targetTransform() {
    return keyParams().param("targetTransform");
  }

  /**
   * Time steps ahead that are forecast, in a table of readings; 0 by default: the target of the
   * time step itself.
   */
  default E setHorizonSteps(int value) {
    return keyParams().set(horizonSteps(), value);
  }

  /** {@link #setHorizonSteps}. */
  default IntParam horizonSteps() {
    return keyParams().param("horizonSteps");
  }

  /**
   * Features that are known ahead, such as those of a calendar: they are read at the time that is
   * forecast.
   */
  default E setKnownAhead(String[] value) {
    return keyParams().set(knownAhead(), value);
  }

  /** {@link #setKnownAhead}. */
  default StringArrayParam knownAhead() {
    return keyParams().param("knownAhead");
  }

  /** First time step whose answer counts, where each has one; 0 by default. */
  default E setFirstCountedStep(int value) {
    return keyParams().set(firstCountedStep(), value);
  }

  /** {@link #setFirstCountedStep}. */
  default IntParam firstCountedStep() {
    return keyParams().param("firstCountedStep");
  }
}
