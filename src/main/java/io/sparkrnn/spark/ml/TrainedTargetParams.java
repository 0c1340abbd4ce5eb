package io.sparkrnn.spark.ml;

import org.apache.spark.ml.param.Params;

/** As {@link TrainedParams}, of {@link TargetParams}. */
public interface TrainedTargetParams extends Params {
  default String[] getLabelCols() {
    return ModelParams.value(this, "labelCols");
  }

  default String getLoss() {
    return ModelParams.value(this, "loss");
  }

  default String[] getQuantiles() {
    return ModelParams.value(this, "quantiles");
  }

  default String getTargetTransform() {
    return ModelParams.value(this, "targetTransform");
  }

  default int getHorizonSteps() {
    return ModelParams.value(this, "horizonSteps");
  }

  default String[] getKnownAhead() {
    return ModelParams.value(this, "knownAhead");
  }

  default int getFirstCountedStep() {
    return ModelParams.value(this, "firstCountedStep");
  }
}
