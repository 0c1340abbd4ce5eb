package io.sparkrnn.spark.ml;

/** What has its params in one place. */
public interface KeyedParams extends TrainedParams {
  /** Adds the params that all estimators have. */
  static void addTo(KeyParams keys) {
    NetworkParams.addTo(keys);
    TableParams.addTo(keys);
    TrainingParams.addTo(keys);
    FitParams.addTo(keys);
  }

  /** All of them; for the interfaces that name them. */
  KeyParams keyParams();
}
