package io.sparkrnn.config;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;

/**
 * The schedule of the learning rate.
 *
 * @param name which one
 * @param warmUpIterations iterations of linear warm-up before it; 0: none
 * @param decayRate factor of step and exponential per {@code decayIterations}
 * @param decayIterations iterations in which {@code decayRate} applies once
 * @param finalFraction what cosine leaves of the learning rate at the end
 * @param plateauEpochs epochs without a better validation accuracy after which the rate is reduced;
 *     0: never
 * @param plateauFactor of each reduction
 * @param plateauMinLearningRate which reductions do not go below
 */
public record ScheduleConfiguration(
    ScheduleName name,
    int warmUpIterations,
    double decayRate,
    int decayIterations,
    double finalFraction,
    int plateauEpochs,
    double plateauFactor,
    double plateauMinLearningRate)
    implements Serializable {

  /** A function of iterations alone, whatever evaluations find. */
  public ScheduleConfiguration(
      ScheduleName name,
      int warmUpIterations,
      double decayRate,
      int decayIterations,
      double finalFraction) {
    this(name, warmUpIterations, decayRate, decayIterations, finalFraction, 0, 1, 0);
  }

  public ScheduleConfiguration {
    requireNonNull(name, "name");
  }
}
