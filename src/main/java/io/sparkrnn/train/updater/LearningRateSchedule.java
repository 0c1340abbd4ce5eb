package io.sparkrnn.train.updater;

import io.sparkrnn.config.ScheduleConfiguration;
import io.sparkrnn.config.ScheduleName;
import java.io.Serializable;
import java.util.List;

/**
 * The learning rate of every iteration: a base rate times a factor, after a linear warm-up. On
 * plateaus of the validation score it may be reduced on top of that. One-cycle may change the
 * momentum as well. Cycles may follow the run that was planned. All of it follows from the
 * iteration, so a resumed run goes on with it.
 *
 * @param configuration form of the schedule
 * @param baseRate the rate that the factor multiplies
 * @param totalIterations of the run as planned, where cosine, linear and one-cycle end
 * @param cycleIterations of each cycle that follows, in which they fall again (warm restarts,
 *     Loshchilov and Hutter 2017), from half the peak of the one before; 0: none follows
 */
public record LearningRateSchedule(
    ScheduleConfiguration configuration,
    double baseRate,
    long totalIterations,
    long cycleIterations)
    implements Serializable {

  /** Of a run that ends as planned. */
  public LearningRateSchedule(
      ScheduleConfiguration configuration, double baseRate, long totalIterations) {
    this(configuration, baseRate, totalIterations, 0);
  }

  public LearningRateSchedule {
    if (configuration.warmUpIterations() < 0 || Double.isNaN(baseRate)) {
      throw new IllegalArgumentException(
          "expected a learning rate and a warm-up that are decided, found %s after %d iterations"
              .formatted(baseRate, configuration.warmUpIterations()));
    }
  }

  /**
   * The rate of an iteration that counts from 0. Warm-up rises linearly and reaches the base rate
   * in its last iteration; the other forms count from its end: step {@code decayRate^floor(i /
   * decayIterations)}, exponential {@code decayRate^(i / decayIterations)}, cosine from 1 to the
   * final fraction (Loshchilov and Hutter 2017), linear likewise. Both would be there in the
   * iteration after the last; one-cycle is there in the last (Smith and Topin 2018), by half a
   * cosine up and half a cosine down, as in PyTorch's OneCycleLR.
   */
  public double rate(long iteration) {
    int warmUp = configuration.warmUpIterations();
    if (iteration < warmUp) {
      return baseRate * (iteration + 1) / warmUp;
    }
    if (cycleIterations > 0 && iteration >= totalIterations) {
      return rateOfCycle(iteration);
    }
    return baseRate * factor(iteration - warmUp, totalIterations - warmUp);
  }

  /** Forms that do not end with the run as planned go on beyond it as if there were no cycles. */
  private double rateOfCycle(long iteration) {
    long after = iteration - totalIterations;
    int warmUp = configuration.warmUpIterations();
    double progress = (double) (after % cycleIterations) / cycleIterations;
    double lowest = configuration.finalFraction();
    double peak =
        Math.max(lowest, Math.scalb(1.0, (int) -Math.min(1 + after / cycleIterations, 1_000)));
    return baseRate
        * switch (configuration.name()) {
          case COSINE, ONE_CYCLE -> cosine(peak, lowest, progress);
          case LINEAR -> peak + (lowest - peak) * progress;
          case CONSTANT, STEP, EXPONENTIAL -> factor(iteration - warmUp, totalIterations - warmUp);
        };
  }

  /** What iteration {@code i} after the warm-up has of the base rate. */
  private double factor(long i, long length) {
    double progress = Math.min(1.0, (double) i / Math.max(1, length));
    return switch (configuration.name()) {
      case CONSTANT -> 1;
      case STEP -> StrictMath.pow(configuration.decayRate(), i / configuration.decayIterations());
      case EXPONENTIAL ->
          StrictMath.pow(configuration.decayRate(), (double) i / configuration.decayIterations());
      case COSINE -> cosine(1, configuration.finalFraction(), progress);
      case LINEAR -> 1 + (configuration.finalFraction() - 1) * progress;
      case ONE_CYCLE ->
          cycle(i, length, configuration.startFraction(), 1, configuration.finalFraction());
    };
  }

  /**
   * The momentum of an iteration: the updater's own, unless one-cycle takes it down to the peak of
   * the rate and back, as PyTorch's OneCycleLR does with {@code cycle_momentum}.
   *
   * @param own {@link Updater#momentum}
   */
  public double momentum(long iteration, double own) {
    double atPeak = configuration.momentumAtPeak();
    return configuration.name() == ScheduleName.ONE_CYCLE && atPeak > 0
        ? cycle(iteration, totalIterations, own, atPeak, own)
        : own;
  }

  /** A value of iteration {@code i}, which reaches {@code to} in the last one. */
  private double cycle(long i, long length, double from, double peak, double to) {
    double top = configuration.riseFraction() * length - 1;
    // Without iterations to rise in, the first one may be the top.
    return i <= top
        ? cosine(from, peak, top > 0 ? i / top : 1)
        : cosine(peak, to, Math.min(1, (i - top) / (length - 1 - top)));
  }

  private static double cosine(double from, double to, double progress) {
    return to + (from - to) * 0.5 * (1 + StrictMath.cos(StrictMath.PI * progress));
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
   * better score than the best, counted anew after each.
   *
   * @param merits of a run's epochs so far on held-out samples
   */
  public double plateauFactor(List<Double> merits) {
    double best = Double.NEGATIVE_INFINITY;
    int waited = 0;
    double factor = 1;
    for (double merit : merits) {
      if (merit > best) {
        best = merit;
        waited = 0;
      } else if (++waited == configuration.plateauEpochs()) {
        factor *= configuration.plateauFactor();
        waited = 0;
      }
    }
    return factor;
  }
}
