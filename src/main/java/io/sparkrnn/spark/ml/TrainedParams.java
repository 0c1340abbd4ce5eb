package io.sparkrnn.spark.ml;

import org.apache.spark.ml.param.Params;

/**
 * Getters of what a model was trained with, under the names that its estimator has. They throw
 * {@link java.util.NoSuchElementException} for what was not set, and for models that were saved
 * before this was kept.
 */
public interface TrainedParams {
  /** The model. */
  Params model();

  default int getTimeSteps() {
    return ModelParams.value(model(), "timeSteps");
  }

  default int[] getHidden() {
    return ModelParams.value(model(), "hidden");
  }

  default String getActivation() {
    return ModelParams.value(model(), "activation");
  }

  default String getRecurrentInit() {
    return ModelParams.value(model(), "recurrentInit");
  }

  default int getEpochs() {
    return ModelParams.value(model(), "epochs");
  }

  default int getMinibatchSize() {
    return ModelParams.value(model(), "minibatchSize");
  }

  default int getWorkers() {
    return ModelParams.value(model(), "workers");
  }

  default int getThreadsPerWorker() {
    return ModelParams.value(model(), "threadsPerWorker");
  }

  default String getAveraging() {
    return ModelParams.value(model(), "averaging");
  }

  default int getAveragingFrequency() {
    return ModelParams.value(model(), "averagingFrequency");
  }

  default long getSeed() {
    return ModelParams.value(model(), "seed");
  }

  default double getClipNorm() {
    return ModelParams.value(model(), "clipNorm");
  }

  default double getL2() {
    return ModelParams.value(model(), "l2");
  }

  default String getUpdater() {
    return ModelParams.value(model(), "updater");
  }

  default double getLearningRate() {
    return ModelParams.value(model(), "learningRate");
  }

  default double getWeightDecay() {
    return ModelParams.value(model(), "weightDecay");
  }

  default String getSchedule() {
    return ModelParams.value(model(), "schedule");
  }

  default int getWarmUpIterations() {
    return ModelParams.value(model(), "warmUpIterations");
  }

  default String getKernels() {
    return ModelParams.value(model(), "kernels");
  }

  default String getRounds() {
    return ModelParams.value(model(), "rounds");
  }
}
