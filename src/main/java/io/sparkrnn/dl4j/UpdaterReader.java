package io.sparkrnn.dl4j;

import static io.sparkrnn.dl4j.ConfigurationReader.name;

import io.sparkrnn.config.ScheduleConfiguration;
import io.sparkrnn.config.ScheduleName;
import io.sparkrnn.config.UpdaterConfiguration;
import io.sparkrnn.config.UpdaterName;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;

/** Reads DL4J's updaters and their learning-rate schedules. */
record UpdaterReader(UpdaterConfiguration updater, ScheduleConfiguration schedule) {

  private record Rate(double base, ScheduleConfiguration schedule) {}

  /** Reads an updater; settings that it does not have become 0. */
  static UpdaterReader read(IUpdater updater, String where) {
    // Classes are compared, not instances: a subclass may have another formula.
    Class<?> type = updater == null ? null : updater.getClass();
    if (type == Sgd.class) {
      Sgd sgd = (Sgd) updater;
      Rate rate = rate(sgd.getLearningRate(), sgd.getLearningRateSchedule(), where);
      return of(UpdaterName.SGD, rate, 0, 0, 0, 0);
    }
    if (type == Nesterovs.class) {
      Nesterovs nesterovs = (Nesterovs) updater;
      if (nesterovs.getMomentumISchedule() != null || nesterovs.getMomentumSchedule() != null) {
        throw new UnsupportedNetworkException(
            where, "Nesterovs with a constant momentum", "a momentum schedule");
      }
      Rate rate = rate(nesterovs.getLearningRate(), nesterovs.getLearningRateSchedule(), where);
      return of(UpdaterName.NESTEROVS, rate, nesterovs.getMomentum(), 0, 0, 0);
    }
    if (type == Adam.class) {
      Adam adam = (Adam) updater;
      Rate rate = rate(adam.getLearningRate(), adam.getLearningRateSchedule(), where);
      return of(UpdaterName.ADAM, rate, 0, adam.getBeta1(), adam.getBeta2(), adam.getEpsilon());
    }
    throw new UnsupportedNetworkException(where, "Sgd, Nesterovs or Adam", name(updater));
  }

  private static UpdaterReader of(
      UpdaterName name, Rate rate, double momentum, double beta1, double beta2, double epsilon) {
    return new UpdaterReader(
        new UpdaterConfiguration(name, rate.base(), momentum, beta1, beta2, epsilon),
        rate.schedule());
  }

  private static Rate rate(double constant, ISchedule schedule, String where) {
    if (schedule == null) {
      return new Rate(constant, schedule(ScheduleName.CONSTANT, 1, 1));
    }
    if (schedule instanceof FixedSchedule fixed) {
      return new Rate(fixed.getValue(), schedule(ScheduleName.CONSTANT, 1, 1));
    }
    if (schedule instanceof StepSchedule step) {
      requireIterations(step.getScheduleType(), schedule, where);
      int iterations = (int) step.getStep();
      if (iterations < 1 || iterations != step.getStep()) {
        throw new UnsupportedNetworkException(
            where, "StepSchedule of whole iterations", "step " + step.getStep());
      }
      return new Rate(
          step.getInitialValue(), schedule(ScheduleName.STEP, step.getDecayRate(), iterations));
    }
    if (schedule instanceof ExponentialSchedule exponential) {
      requireIterations(exponential.getScheduleType(), schedule, where);
      return new Rate(
          exponential.getInitialValue(),
          schedule(ScheduleName.EXPONENTIAL, exponential.getGamma(), 1));
    }
    throw new UnsupportedNetworkException(
        where,
        "a constant learning rate, FixedSchedule, StepSchedule or ExponentialSchedule",
        name(schedule));
  }

  private static ScheduleConfiguration schedule(
      ScheduleName name, double decayRate, int decayIterations) {
    return new ScheduleConfiguration(name, 0, decayRate, decayIterations, 0);
  }

  private static void requireIterations(ScheduleType type, ISchedule schedule, String where) {
    if (type != ScheduleType.ITERATION) {
      throw new UnsupportedNetworkException(
          where, "a schedule by ITERATION", name(schedule) + " by " + type);
    }
  }
}
