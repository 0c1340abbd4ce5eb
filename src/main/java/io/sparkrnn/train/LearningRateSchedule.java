package io.sparkrnn.train;

import io.sparkrnn.config.ScheduleConfiguration;
import java.io.Serializable;
import java.util.List;

/**
 * The learning rate of every iteration: a base rate times a factor, after a linear warm-up. On
 * plateaus of the validation accuracy it may be reduced on top of that.
 *
 * @param configuration form of the schedule
 * @param baseRate the rate that the factor multiplies
 * @param totalIterations of the whole run, where cosine ends
 */
public record LearningRateSchedule(
    ScheduleConfiguration configuration, double baseRate, long totalIterations)
    implements Serializable {

  /**
   * The rate of an iteration that counts from 0. Warm-up rises linearly and reaches the base rate
   * in its last iteration; the other forms count from its end: step {@code decayRate^floor(i /
   * decayIterations)}, exponential {@code decayRate^(i / decayIterations)}, cosine from 1 to the
   * final fraction (Loshchilov and Hutter 2017).
   */
  public double rate(long iteration) {
    int warmUp = configuration.warmUpIterations();
    if (iteration < warmUp) {
      return baseRate * (iteration + 1) / warmUp;
    }
    long i = iteration - warmUp;
    double factor =
        switch (configuration.name()) {
          case CONSTANT -> 1;
          case STEP ->
              StrictMath.pow(configuration.decayRate(), i / configuration.decayIterations());
          case EXPONENTIAL ->
              StrictMath.pow(
                  configuration.decayRate(), (double) i / configuration.decayIterations());
          case COSINE -> {
            double progress = Math.min(1.0, (double) i / Math.max(1, totalIterations - warmUp));
            double floor = configuration.finalFraction();
            yield floor + (1 - floor) * 0.5 * (1 + StrictMath.cos(StrictMath.PI * progress));
          }
        };
    return baseRate * factor;
  }

  /**
   * The rate of an iteration after reductions on plateaus, which take it no lower than their
   * minimum; where the schedule itself gives less, that is what it stays at.
   *
   * @param plateauFactor what {@link #plateauFactor} gives
   */
  public double rate(long iteration, double plateauFactor) {
    double rate = rate(iteration);
    return Math.max(rate * plateauFactor, Math.min(rate, configuration.plateauMinLearningRate()));
  }

  /**
   * The factor of all reductions together: one whenever so many epochs on end have brought no
   * accuracy better than the best, counted anew after each.
   *
   * @param accuracies of a run's epochs so far on held-out samples
   */
  public double plateauFactor(List<Double> accuracies) {
    double best = Double.NEGATIVE_INFINITY;
    int waited = 0;
    double factor = 1;
    for (double accuracy : accuracies) {
      if (accuracy > best) {
        best = accuracy;
        waited = 0;
      } else if (++waited == configuration.plateauEpochs()) {
        factor *= configuration.plateauFactor();
        waited = 0;
      }
    }
    return factor;
  }
}
