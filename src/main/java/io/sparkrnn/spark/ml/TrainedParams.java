package io.sparkrnn.spark.ml;

import org.apache.spark.ml.param.Params;

/**
 * Getters that estimators and their models have alike: a model says what it was trained with. They
 * throw {@link java.util.NoSuchElementException} for what was not set and has no default, and of
 * models that were saved before this was kept.
 */
public interface TrainedParams extends Params {
  default int[] getHidden() {
    return ModelParams.value(this, "hidden");
  }

  default String getCell() {
    return ModelParams.value(this, "cell");
  }

  default String getActivation() {
    return ModelParams.value(this, "activation");
  }

  default String getRecurrentInit() {
    return ModelParams.value(this, "recurrentInit");
  }

  default boolean getBidirectional() {
    return ModelParams.value(this, "bidirectional");
  }

  default String getBiases() {
    return ModelParams.value(this, "biases");
  }

  default double getDropout() {
    return ModelParams.value(this, "dropout");
  }

  default int getEmbeddingSize() {
    return ModelParams.value(this, "embeddingSize");
  }

  default String getReads() {
    return ModelParams.value(this, "reads");
  }

  default int getTimeSteps() {
    return ModelParams.value(this, "timeSteps");
  }

  default int getInputs() {
    return ModelParams.value(this, "inputs");
  }

  default String[] getFeaturesCols() {
    return ModelParams.value(this, "featuresCols");
  }

  default String getTextCol() {
    return ModelParams.value(this, "textCol");
  }

  default String getTokens() {
    return ModelParams.value(this, "tokens");
  }

  default int getVocabularySize() {
    return ModelParams.value(this, "vocabularySize");
  }

  default int getVocabularyMinCount() {
    return ModelParams.value(this, "vocabularyMinCount");
  }

  default String[] getStaticCols() {
    return ModelParams.value(this, "staticCols");
  }

  default String getSeriesCol() {
    return ModelParams.value(this, "seriesCol");
  }

  default String getTimeCol() {
    return ModelParams.value(this, "timeCol");
  }

  default int getWindowSteps() {
    return ModelParams.value(this, "windowSteps");
  }

  default int getStrideSteps() {
    return ModelParams.value(this, "strideSteps");
  }

  default String getValidationFrom() {
    return ModelParams.value(this, "validationFrom");
  }

  default String getValidationIndicatorCol() {
    return ModelParams.value(this, "validationIndicatorCol");
  }

  default String getWeightCol() {
    return ModelParams.value(this, "weightCol");
  }

  default String getStandardise() {
    return ModelParams.value(this, "standardise");
  }

  default String[] getUnscaled() {
    return ModelParams.value(this, "unscaled");
  }

  default String getMissing() {
    return ModelParams.value(this, "missing");
  }

  default int getEpochs() {
    return ModelParams.value(this, "epochs");
  }

  default int getMinibatchSize() {
    return ModelParams.value(this, "minibatchSize");
  }

  default int getWorkers() {
    return ModelParams.value(this, "workers");
  }

  default String getAveraging() {
    return ModelParams.value(this, "averaging");
  }

  default int getAveragingFrequency() {
    return ModelParams.value(this, "averagingFrequency");
  }

  default long getSeed() {
    return ModelParams.value(this, "seed");
  }

  default double getClipNorm() {
    return ModelParams.value(this, "clipNorm");
  }

  default double getL2() {
    return ModelParams.value(this, "l2");
  }

  default String getUpdater() {
    return ModelParams.value(this, "updater");
  }

  default double getLearningRate() {
    return ModelParams.value(this, "learningRate");
  }

  default double getWeightDecay() {
    return ModelParams.value(this, "weightDecay");
  }

  default String getSchedule() {
    return ModelParams.value(this, "schedule");
  }

  default int getWarmUpIterations() {
    return ModelParams.value(this, "warmUpIterations");
  }

  default double getEmaDecay() {
    return ModelParams.value(this, "emaDecay");
  }

  default int getEarlyStoppingEpochs() {
    return ModelParams.value(this, "earlyStoppingEpochs");
  }

  default double getEarlyStoppingMinDelta() {
    return ModelParams.value(this, "earlyStoppingMinDelta");
  }

  default boolean getKeepBest() {
    return ModelParams.value(this, "keepBest");
  }

  default String getScore() {
    return ModelParams.value(this, "score");
  }

  default int getMostMinibatches() {
    return ModelParams.value(this, "mostMinibatches");
  }

  default int getLengthWindowMinibatches() {
    return ModelParams.value(this, "lengthWindowMinibatches");
  }

  default int getThreadsPerWorker() {
    return ModelParams.value(this, "threadsPerWorker");
  }

  default String getKernels() {
    return ModelParams.value(this, "kernels");
  }

  default String getShards() {
    return ModelParams.value(this, "shards");
  }

  default String getRounds() {
    return ModelParams.value(this, "rounds");
  }

  default int getNumTasks() {
    return ModelParams.value(this, "numTasks");
  }

  default String getCheckpointDir() {
    return ModelParams.value(this, "checkpointDir");
  }

  default int getCheckpointEvery() {
    return ModelParams.value(this, "checkpointEvery");
  }

  default String getInitialModel() {
    return ModelParams.value(this, "initialModel");
  }
}
