package io.sparkrnn.config;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;

/**
 * How the model is trained.
 *
 * @param epochs passes over the training set
 * @param minibatchSize samples per iteration of one worker
 * @param workers logical replicas; part of the result, unlike the number of executors
 * @param threadsPerWorker threads that share one worker's computation
 * @param averagingFrequency iterations between averages
 * @param firstEpochAveragingFrequency the same for the first epoch; 0: as the others
 * @param seed what initial parameters, shards and orders are derived from
 * @param clipNorm largest global gradient norm; 0: no clipping
 * @param l2 coefficient of the L2 penalty on weights; 0: none
 * @param engine who runs the rounds
 * @param kernels which arithmetic runs; without effect on the result
 * @param rounds how they run on Spark; without effect on the result
 * @param evaluationOverlapRounds rounds of the next epoch that run while the driver evaluates; 0:
 *     none, executors evaluate; without effect on the result
 * @param earlyStoppingEpochs epochs without a better validation accuracy after which training ends;
 *     0: it ends with the last epoch
 * @param earlyStoppingMinDelta an accuracy is better if it exceeds the best one before it by more
 * @param emaDecay of a moving average of the parameters, per iteration; 0: none
 * @param initialModel path or URI of a model to start from; empty: random parameters
 */
public record TrainingConfiguration(
    int epochs,
    int minibatchSize,
    int workers,
    int threadsPerWorker,
    int averagingFrequency,
    int firstEpochAveragingFrequency,
    long seed,
    double clipNorm,
    double l2,
    Engine engine,
    KernelChoice kernels,
    RoundsChoice rounds,
    int evaluationOverlapRounds,
    int earlyStoppingEpochs,
    double earlyStoppingMinDelta,
    double emaDecay,
    String initialModel)
    implements Serializable {
  public TrainingConfiguration {
    requireNonNull(engine, "engine");
    requireNonNull(kernels, "kernels");
    requireNonNull(rounds, "rounds");
    requireNonNull(initialModel, "initialModel");
  }
}
