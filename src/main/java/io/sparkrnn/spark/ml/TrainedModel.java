package io.sparkrnn.spark.ml;

import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;

/**
 * What models of all kinds have.
 *
 * @param <M> the model
 */
public interface TrainedModel<M> extends TrainedParams, MLWritable {
  /** What it consists of; for the methods below. */
  Learnt learnt();

  /** Whether this model was trained here, and not read. */
  default boolean hasSummary() {
    return learnt().summary() != null;
  }

  /**
   * What {@code fit} did.
   *
   * @throws IllegalStateException if this model was read, or trained by an earlier program
   */
  default TrainingSummary summary() {
    return TrainingSummary.required(learnt().summary());
  }

  /** A copy of the parameters, flat, in DL4J's order. */
  default float[] parameters() {
    return learnt().model().file().parameters().clone();
  }

  /** {@code error} (the default), {@code skip} or {@code keep}: rows that cannot be read. */
  @SuppressWarnings("unchecked")
  default M setHandleInvalid(String value) {
    set(handleInvalid(), value);
    return (M) this;
  }

  /** {@link #setHandleInvalid}. */
  default String getHandleInvalid() {
    return getOrDefault(handleInvalid());
  }

  /** {@link #setHandleInvalid}. */
  default Param<String> handleInvalid() {
    return learnt().handleInvalid();
  }

  @Override
  default MLWriter write() {
    return learnt().writer();
  }
}
