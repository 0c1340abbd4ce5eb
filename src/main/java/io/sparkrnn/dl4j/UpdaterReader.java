package io.sparkrnn.dl4j;

import static io.sparkrnn.dl4j.ConfigurationReader.isClass;
import static io.sparkrnn.dl4j.ConfigurationReader.isNone;
import static io.sparkrnn.dl4j.ConfigurationReader.name;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparkrnn.config.ScheduleConfiguration;
import io.sparkrnn.config.ScheduleName;
import io.sparkrnn.config.UpdaterConfiguration;
import io.sparkrnn.config.UpdaterName;

/** Reads DL4J's updaters and their learning-rate schedules. */
record UpdaterReader(UpdaterConfiguration updater, ScheduleConfiguration schedule) {

  private record Rate(double base, ScheduleConfiguration schedule) {}

  private static final String UPDATERS = ConfigurationReader.ND4J + "learning.config.";
  private static final String SCHEDULES = ConfigurationReader.ND4J + "schedule.";

  /** Whether it is the one that may have weight decay beside it, and is adamw then. */
  static boolean isAdam(JsonNode updater) {
    return isClass(UPDATERS + "Adam", updater);
  }

  /** Reads an updater; settings that it does not have become 0. */
  static UpdaterReader read(JsonNode updater, double weightDecay, String where) {
    if (isClass(UPDATERS + "Sgd", updater)) {
      return of(UpdaterName.SGD, rate(updater, where), 0, 0, 0, 0, 0);
    }
    if (isClass(UPDATERS + "Nesterovs", updater)) {
      if (!isNone(updater.path("momentumISchedule")) || !isNone(updater.path("momentumSchedule"))) {
        throw new UnsupportedNetworkException(
            where, "Nesterovs with a constant momentum", "a momentum schedule");
      }
      return of(
          UpdaterName.NESTEROVS, rate(updater, where), number(updater, "momentum"), 0, 0, 0, 0);
    }
    if (isAdam(updater)) {
      return of(
          weightDecay > 0 ? UpdaterName.ADAMW : UpdaterName.ADAM,
          rate(updater, where),
          0,
          number(updater, "beta1"),
          number(updater, "beta2"),
          number(updater, "epsilon"),
          weightDecay);
    }
    throw new UnsupportedNetworkException(where, "Sgd, Nesterovs or Adam", name(updater));
  }

  private static UpdaterReader of(
      UpdaterName name,
      Rate rate,
      double momentum,
      double beta1,
      double beta2,
      double epsilon,
      double weightDecay) {
    return new UpdaterReader(
        new UpdaterConfiguration(name, rate.base(), momentum, beta1, beta2, epsilon, weightDecay),
        rate.schedule());
  }

  private static Rate rate(JsonNode updater, String where) {
    JsonNode schedule = updater.path("learningRateSchedule");
    if (isNone(schedule)) {
      return new Rate(number(updater, "learningRate"), schedule(ScheduleName.CONSTANT, 1, 1));
    }
    if (isClass(SCHEDULES + "FixedSchedule", schedule)) {
      return new Rate(number(schedule, "value"), schedule(ScheduleName.CONSTANT, 1, 1));
    }
    double base = number(schedule, "initialValue");
    if (isClass(SCHEDULES + "StepSchedule", schedule)) {
      requireIterations(schedule, where);
      double step = number(schedule, "step");
      int iterations = (int) step;
      if (iterations < 1 || iterations != step) {
        throw new UnsupportedNetworkException(
            where, "StepSchedule of whole iterations", "step " + step);
      }
      return new Rate(base, schedule(ScheduleName.STEP, number(schedule, "decayRate"), iterations));
    }
    if (isClass(SCHEDULES + "ExponentialSchedule", schedule)) {
      requireIterations(schedule, where);
      return new Rate(base, schedule(ScheduleName.EXPONENTIAL, number(schedule, "gamma"), 1));
    }
    throw new UnsupportedNetworkException(
        where,
        "a constant learning rate, FixedSchedule, StepSchedule or ExponentialSchedule",
        name(schedule));
  }

  /** A number, of which those that JSON does not have are texts. */
  private static double number(JsonNode node, String field) {
    return node.path(field).asDouble();
  }

  private static ScheduleConfiguration schedule(
      ScheduleName name, double decayRate, int decayIterations) {
    return new ScheduleConfiguration(name, 0, decayRate, decayIterations, 0, 0, 0, 0, 0, 1, 0);
  }

  private static void requireIterations(JsonNode schedule, String where) {
    String type = schedule.path("scheduleType").asText();
    if (!type.equals("ITERATION")) {
      throw new UnsupportedNetworkException(
          where, "a schedule by ITERATION", name(schedule) + " by " + type);
    }
  }
}
