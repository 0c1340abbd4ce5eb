package io.sparkrnn.spark.ml;

import org.apache.spark.ml.param.Params;

/** As {@link TrainedParams}, of {@link ClassParams}. */
public interface TrainedClassParams extends Params {
  default double getLabelSmoothing() {
    return ModelParams.value(this, "labelSmoothing");
  }

  default String getClassWeights() {
    return ModelParams.value(this, "classWeights");
  }
}
