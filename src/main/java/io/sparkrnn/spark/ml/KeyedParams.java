package io.sparkrnn.spark.ml;

/** What has its params in one place. */
public interface KeyedParams {
  /** All of them; for the interfaces that name them. */
  KeyParams keyParams();
}
