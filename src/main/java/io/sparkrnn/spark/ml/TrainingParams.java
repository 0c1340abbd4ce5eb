package io.sparkrnn.spark.ml;

import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;

/**
 * Params of the training, which are part of the result.
 *
 * @param <E> the estimator
 */
public interface TrainingParams<E> extends KeyedParams {
  /** Adds them to those of an estimator. */
  static void addTo(KeyParams keys) {
    keys.wholeNumber("training.epochs", "epochs");
    keys.wholeNumber("training.minibatch-size", "minibatchSize");
    keys.wholeNumber("training.workers", "workers");
    keys.text("training.averaging", "averaging");
    keys.wholeNumber("training.averaging-frequency", "averagingFrequency");
    keys.longNumber("training.seed", "seed");
    keys.number("training.clip-norm", "clipNorm");
    keys.number("training.l2", "l2");
    keys.text("updater.name", "updater");
    keys.number("updater.learning-rate", "learningRate");
    keys.number("updater.weight-decay", "weightDecay");
    keys.text("schedule.name", "schedule");
    keys.wholeNumber("schedule.warm-up-iterations", "warmUpIterations");
    keys.number("training.ema-decay", "emaDecay");
    keys.wholeNumber("training.early-stopping-epochs", "earlyStoppingEpochs");
    keys.number("training.early-stopping-min-delta", "earlyStoppingMinDelta");
    keys.flag("training.keep-best", "keepBest");
    keys.text("training.score", "score");
    keys.wholeNumber("training.most-minibatches", "mostMinibatches");
    keys.wholeNumber("training.length-window-minibatches", "lengthWindowMinibatches");
  }

  /** Passes over the training set; not set, they follow from the number of workers. */
  default E setEpochs(int value) {
    return keyParams().set(epochs(), value);
  }

  /** {@link #setEpochs}. */
  default IntParam epochs() {
    return keyParams().param("epochs");
  }

  /** Samples in a minibatch, the step of one worker; 64 by default. */
  default E setMinibatchSize(int value) {
    return keyParams().set(minibatchSize(), value);
  }

  /** {@link #setMinibatchSize}. */
  default IntParam minibatchSize() {
    return keyParams().param("minibatchSize");
  }

  /**
   * Replicas of the model, each with its own shard of the rows; 2 by default. Part of the result,
   * unlike the number of executors.
   */
  default E setWorkers(int value) {
    return keyParams().set(workers(), value);
  }

  /** {@link #setWorkers}. */
  default IntParam workers() {
    return keyParams().param("workers");
  }

  /**
   * What workers average: {@code parameters}, {@code gradients}, or {@code auto} (the default),
   * which is parameters up to 4 workers and gradients beyond.
   */
  default E setAveraging(String value) {
    return keyParams().set(averaging(), value);
  }

  /** {@link #setAveraging}. */
  default Param<String> averaging() {
    return keyParams().param("averaging");
  }

  /** Iterations of every worker between two averages of parameters; 5 by default. */
  default E setAveragingFrequency(int value) {
    return keyParams().set(averagingFrequency(), value);
  }

  /** {@link #setAveragingFrequency}. */
  default IntParam averagingFrequency() {
    return keyParams().param("averagingFrequency");
  }

  /** Seed of initial parameters and of the order of samples; 1 by default. */
  default E setSeed(long value) {
    return keyParams().set(seed(), value);
  }

  /** {@link #setSeed}. */
  default LongParam seed() {
    return keyParams().param("seed");
  }

  /** Largest norm of the whole gradient; 1 by default, 0 for no clipping. */
  default E setClipNorm(double value) {
    return keyParams().set(clipNorm(), value);
  }

  /** {@link #setClipNorm}. */
  default DoubleParam clipNorm() {
    return keyParams().param("clipNorm");
  }

  /** Coefficient of the L2 penalty on weights; 0 by default, which is none. */
  default E setL2(double value) {
    return keyParams().set(l2(), value);
  }

  /** {@link #setL2}. */
  default DoubleParam l2() {
    return keyParams().param("l2");
  }

  /**
   * {@code adam}, {@code adamw}, {@code muon}, {@code nesterovs}, {@code sgd}, or {@code auto} (the
   * default), which is muon where gradients are averaged, and for up to 4 workers that learn
   * classes where no learning rate is set; else adam.
   */
  default E setUpdater(String value) {
    return keyParams().set(updater(), value);
  }

  /** {@link #setUpdater}. */
  default Param<String> updater() {
    return keyParams().param("updater");
  }

  /** Learning rate, at the peak of the schedule; not set, it follows from the number of workers. */
  default E setLearningRate(double value) {
    return keyParams().set(learningRate(), value);
  }

  /** {@link #setLearningRate}. */
  default DoubleParam learningRate() {
    return keyParams().param("learningRate");
  }

  /** Weight decay of {@code adamw}; 0.01 by default, and without effect on other updaters. */
  default E setWeightDecay(double value) {
    return keyParams().set(weightDecay(), value);
  }

  /** {@link #setWeightDecay}. */
  default DoubleParam weightDecay() {
    return keyParams().param("weightDecay");
  }

  /**
   * {@code cosine} (the default), {@code constant}, {@code step}, {@code exponential}, {@code
   * linear} or {@code one-cycle}.
   */
  default E setSchedule(String value) {
    return keyParams().set(schedule(), value);
  }

  /** {@link #setSchedule}. */
  default Param<String> schedule() {
    return keyParams().param("schedule");
  }

  /**
   * Iterations of linear warm-up before the schedule; 0, as {@code one-cycle} needs. Not set, there
   * are none for up to 4 workers that average parameters, and else a part of the run.
   */
  default E setWarmUpIterations(int value) {
    return keyParams().set(warmUpIterations(), value);
  }

  /** {@link #setWarmUpIterations}. */
  default IntParam warmUpIterations() {
    return keyParams().param("warmUpIterations");
  }

  /**
   * Decay per iteration of a moving average of the parameters, which then becomes the model; 0 by
   * default, which is none.
   */
  default E setEmaDecay(double value) {
    return keyParams().set(emaDecay(), value);
  }

  /** {@link #setEmaDecay}. */
  default DoubleParam emaDecay() {
    return keyParams().param("emaDecay");
  }

  /**
   * Epochs without a better validation score after which training ends, on the best one; 0 by
   * default, which is never.
   */
  default E setEarlyStoppingEpochs(int value) {
    return keyParams().set(earlyStoppingEpochs(), value);
  }

  /** {@link #setEarlyStoppingEpochs}. */
  default IntParam earlyStoppingEpochs() {
    return keyParams().param("earlyStoppingEpochs");
  }

  /** By how much a validation score must be better to count for early stopping. */
  default E setEarlyStoppingMinDelta(double value) {
    return keyParams().set(earlyStoppingMinDelta(), value);
  }

  /** {@link #setEarlyStoppingMinDelta}. */
  default DoubleParam earlyStoppingMinDelta() {
    return keyParams().param("earlyStoppingMinDelta");
  }

  /** Whether the epoch with the best validation score becomes the model; false by default. */
  default E setKeepBest(boolean value) {
    return keyParams().set(keepBest(), value);
  }

  /** {@link #setKeepBest}. */
  default BooleanParam keepBest() {
    return keyParams().param("keepBest");
  }

  /**
   * Score of the validation rows that decides about early stopping and the best epoch; {@code auto}
   * by default: accuracy of classes, RMSE of numbers.
   */
  default E setScore(String value) {
    return keyParams().set(score(), value);
  }

  /** {@link #setScore}. */
  default Param<String> score() {
    return keyParams().param("score");
  }

  /** Most minibatches of a worker in an epoch; 0 by default: all that its shard has. */
  default E setMostMinibatches(int value) {
    return keyParams().set(mostMinibatches(), value);
  }

  /** {@link #setMostMinibatches}. */
  default IntParam mostMinibatches() {
    return keyParams().param("mostMinibatches");
  }

  /** Minibatches among whose samples those of like length are put together; 0: none are. */
  default E setLengthWindowMinibatches(int value) {
    return keyParams().set(lengthWindowMinibatches(), value);
  }

  /** {@link #setLengthWindowMinibatches}. */
  default IntParam lengthWindowMinibatches() {
    return keyParams().param("lengthWindowMinibatches");
  }
}
