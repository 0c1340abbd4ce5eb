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
 */
public record ScheduleConfiguration(
    ScheduleName name,
    int warmUpIterations,
    double decayRate,
    int decayIterations,
    double finalFraction)
    implements Serializable {
  public ScheduleConfiguration {
    requireNonNull(name, "name");
  }
}
