package io.sparkrnn.train.updater;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparkrnn.config.ScheduleConfiguration;
import io.sparkrnn.config.ScheduleName;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class LearningRateScheduleTest {
  private static final Offset<Double> TOLERANCE = within(1e-15);

  private static LearningRateSchedule onPlateaus(int epochs, double factor, double minimum) {
    return new LearningRateSchedule(
        new ScheduleConfiguration(
            ScheduleName.STEP, 0, 0.5, 10, 0, 0.04, 0.3, 0, epochs, factor, minimum),
        0.002,
        100);
  }

  @ParameterizedTest
  @CsvSource({
    "2, 0.1 0.2 0.3 0.4, 1",
    "2, 0.5 0.5, 1",
    "2, 0.5 0.5 0.5, 0.5",
    // Counted anew after each reduction.
    "2, 0.5 0.4 0.4 0.4, 0.5",
    "2, 0.5 0.4 0.4 0.4 0.4, 0.25",
    // The best accuracy stays the best one.
    "2, 0.5 0.4 0.4 0.45 0.49, 0.25",
    "2, 0.5 0.4 0.4 0.4 0.6 0.6, 0.5",
    "1, 0 0 0 0, 0.125",
    "0, 0.5 0.4 0.3 0.2 0.1, 1"
  })
  void plateausReduceTheRate(int epochs, String accuracies, double factor) {
    assertThat(
            onPlateaus(epochs, 0.5, 0)
                .plateauFactor(Arrays.stream(accuracies.split(" ")).map(Double::valueOf).toList()))
        .isEqualTo(factor);
  }

  @Test
  void reductionsApplyToWhateverTheScheduleGivesDownToTheirMinimum() {
    LearningRateSchedule schedule = onPlateaus(2, 0.5, 0.0004);
    assertThat(schedule.plateauFactor(List.of())).isEqualTo(1);
    assertThat(schedule.rate(0, 1)).isEqualTo(0.002);
    assertThat(schedule.rate(0, 0.5)).isEqualTo(0.001);
    assertThat(schedule.rate(10, 0.5)).isEqualTo(0.0005);
    assertThat(schedule.rate(10, 0.25)).isEqualTo(0.0004);
    // The schedule itself is lower than their minimum.
    assertThat(schedule.rate(30, 0.25)).isEqualTo(schedule.rate(30)).isEqualTo(0.00025);
  }

  private static LearningRateSchedule inCycles(ScheduleName name, double lowest) {
    return new LearningRateSchedule(
        new ScheduleConfiguration(name, 10, 0.5, 50, lowest, 0.04, 0.3, 0, 0, 1, 0),
        0.002,
        110,
        40);
  }

  @ParameterizedTest
  @EnumSource(ScheduleName.class)
  void cyclesChangeNothingBeforeThem(ScheduleName name) {
    LearningRateSchedule without =
        new LearningRateSchedule(inCycles(name, 0.1).configuration(), 0.002, 110);
    for (long i = 0; i < 110; i++) {
      assertThat(inCycles(name, 0.1).rate(i)).isEqualTo(without.rate(i));
    }
  }

  /** From 0.5, 0.25 and so on of the base rate to 0.1 of it. */
  @ParameterizedTest
  @EnumSource(names = {"COSINE", "LINEAR", "ONE_CYCLE"})
  void eachCycleFallsFromHalfThePeakOfTheOneBefore(ScheduleName name) {
    LearningRateSchedule schedule = inCycles(name, 0.1);
    assertThat(schedule.rate(110)).isEqualTo(0.001);
    assertThat(schedule.rate(130)).isCloseTo(0.002 * (0.5 + 0.1) / 2, TOLERANCE);
    assertThat(schedule.rate(149)).isBetween(0.0002, 0.00023);
    assertThat(schedule.rate(150)).isEqualTo(0.0005);
    assertThat(schedule.rate(190)).isCloseTo(0.00025, TOLERANCE);
    // Peaks that would be lower than the end of each.
    assertThat(schedule.rate(230)).isCloseTo(0.0002, TOLERANCE);
    assertThat(schedule.rate(1_000_000_000_000L)).isCloseTo(0.0002, TOLERANCE);
  }

  @ParameterizedTest
  @EnumSource(names = {"CONSTANT", "STEP", "EXPONENTIAL"})
  void whatHasNoEndGoesOn(ScheduleName name) {
    LearningRateSchedule without =
        new LearningRateSchedule(inCycles(name, 0).configuration(), 0.002, 110);
    for (long i : new long[] {110, 149, 150, 1000}) {
      assertThat(inCycles(name, 0).rate(i)).isEqualTo(without.rate(i));
    }
  }

  private static LearningRateSchedule schedule(
      ScheduleName name, int warmUp, double decayRate, int decayIterations, double floor) {
    return new LearningRateSchedule(
        new ScheduleConfiguration(
            name, warmUp, decayRate, decayIterations, floor, 0.04, 0.3, 0, 0, 1, 0),
        0.002,
        100 + warmUp);
  }

  @ParameterizedTest
  @CsvSource({"0", "57", "1000000000000"})
  void constant(long iteration) {
    assertThat(schedule(ScheduleName.CONSTANT, 0, 0.5, 10, 0).rate(iteration)).isEqualTo(0.002);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0.002",
    "9, 0.002",
    "10, 0.001",
    "19, 0.001",
    "20, 0.0005",
    "105, 0.000001953125"
  })
  void stepHalvesAtOnce(long iteration, double rate) {
    assertThat(schedule(ScheduleName.STEP, 0, 0.5, 10, 0).rate(iteration))
        .isCloseTo(rate, TOLERANCE);
  }

  @ParameterizedTest
  @CsvSource({"0, 0.002", "5, 0.001414213562373095", "10, 0.001", "25, 0.0003535533905932738"})
  void exponentialHalvesSmoothly(long iteration, double rate) {
    assertThat(schedule(ScheduleName.EXPONENTIAL, 0, 0.5, 10, 0).rate(iteration))
        .isCloseTo(rate, TOLERANCE);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0.002",
    "1, 0.0019995559043291585",
    "50, 0.0011",
    "99, 0.00020044409567084156",
    "100, 0.0002",
    "5000, 0.0002"
  })
  void cosineEndsAtTheFinalFraction(long iteration, double rate) {
    assertThat(schedule(ScheduleName.COSINE, 0, 0.5, 10, 0.1).rate(iteration))
        .isCloseTo(rate, TOLERANCE);
  }

  @Test
  void cosineWithoutAFloorEndsAtZero() {
    assertThat(schedule(ScheduleName.COSINE, 0, 0.5, 10, 0).rate(100)).isCloseTo(0, TOLERANCE);
    assertThat(schedule(ScheduleName.COSINE, 0, 0.5, 10, 0).rate(99)).isPositive();
  }

  @ParameterizedTest
  @EnumSource
  void warmUpRisesLinearlyAndTheFormCountsFromItsEnd(ScheduleName name) {
    LearningRateSchedule warm = schedule(name, 4, 0.5, 10, 0.1);
    LearningRateSchedule cold = schedule(name, 0, 0.5, 10, 0.1);
    assertThat(warm.rate(0)).isCloseTo(0.0005, TOLERANCE);
    assertThat(warm.rate(1)).isCloseTo(0.001, TOLERANCE);
    assertThat(warm.rate(2)).isCloseTo(0.0015, TOLERANCE);
    assertThat(warm.rate(3)).isEqualTo(0.002);
    for (int iteration = 0; iteration <= 120; iteration++) {
      assertThat(warm.rate(iteration + 4)).isEqualTo(cold.rate(iteration));
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ONE_CYCLE")
  void ratesNeverRiseAfterTheWarmUp(ScheduleName name) {
    LearningRateSchedule schedule = schedule(name, 3, 0.9, 7, 0.05);
    for (int iteration = 3; iteration < 150; iteration++) {
      assertThat(schedule.rate(iteration + 1))
          .isLessThanOrEqualTo(schedule.rate(iteration))
          .isGreaterThan(0);
    }
  }

  private static LearningRateSchedule oneCycle(
      double start, double rise, double floor, double momentumAtPeak, long length) {
    return new LearningRateSchedule(
        new ScheduleConfiguration(
            ScheduleName.ONE_CYCLE, 0, 0.5, 10, floor, start, rise, momentumAtPeak, 0, 1, 0),
        PyTorch.RATE,
        length);
  }

  private static Offset<Double> close(double expected) {
    return within(1e-12 * expected);
  }

  @Test
  void linearIsPyTorchs() {
    JsonNode recorded = PyTorch.recorded().path("linear");
    LearningRateSchedule linear =
        new LearningRateSchedule(
            new ScheduleConfiguration(ScheduleName.LINEAR, 0, 0.5, 10, 0.1, 0, 0, 0, 0, 1, 0),
            PyTorch.RATE,
            50);
    assertThat(recorded).hasSize(60);
    for (int i = 0; i < recorded.size(); i++) {
      double rate = recorded.path(i).path(0).asDouble();
      assertThat(linear.rate(i)).as("iteration %d", i).isCloseTo(rate, close(rate));
    }
  }

  @Test
  void oneCycleIsPyTorchs() {
    for (JsonNode cycle : PyTorch.recorded().path("oneCycle")) {
      int length = cycle.path("length").asInt();
      LearningRateSchedule schedule =
          oneCycle(
              cycle.path("start").asDouble(),
              cycle.path("rise").asDouble(),
              cycle.path("final").asDouble(),
              0.85,
              length);
      assertThat(cycle.path("rates")).hasSize(length);
      for (int i = 0; i < length; i++) {
        double rate = cycle.path("rates").path(i).path(0).asDouble();
        double momentum = cycle.path("rates").path(i).path(1).asDouble();
        assertThat(schedule.rate(i)).as("%d of %d", i, length).isCloseTo(rate, close(rate));
        assertThat(schedule.momentum(i, 0.95))
            .as("%d of %d", i, length)
            .isCloseTo(momentum, close(momentum));
      }
      // A run that goes on longer than was planned.
      assertThat(schedule.rate(length + 5)).isEqualTo(schedule.rate(length - 1));
      assertThat(schedule.momentum(length + 5, 0.95)).isEqualTo(0.95);
    }
  }

  @ParameterizedTest
  @CsvSource({
    // An end of the rise that is the first iteration is its peak; PyTorch divides by zero there.
    "0.1, 10, 0, 0.01",
    // A rise without an end.
    "1, 10, 9, 0.01",
    "1, 10, 10, 0",
    "0, 1, 0, 0",
    "1, 1, 0, 0.01"
  })
  void oneCycleIsFiniteAtItsEdges(double rise, int length, long iteration, double rate) {
    LearningRateSchedule schedule = oneCycle(0.04, rise, 0, 0.85, length);
    assertThat(schedule.rate(iteration)).isCloseTo(rate, TOLERANCE);
    assertThat(schedule.momentum(iteration, 0.95)).isBetween(0.85, 0.95);
  }

  @ParameterizedTest
  @EnumSource
  void momentumIsTheUpdatersOwnUnlessOneCycleChangesIt(ScheduleName name) {
    LearningRateSchedule schedule = schedule(name, 0, 0.5, 10, 0.1);
    assertThat(schedule.momentum(50, 0.9)).isEqualTo(0.9);
    LearningRateSchedule changing =
        new LearningRateSchedule(
            new ScheduleConfiguration(name, 0, 0.5, 10, 0.1, 0.04, 0.3, 0.85, 0, 1, 0), 0.002, 100);
    assertThat(changing.momentum(29, 0.9)).isEqualTo(name == ScheduleName.ONE_CYCLE ? 0.85 : 0.9);
  }

  @Test
  void plateausReduceOneCycleToo() {
    assertThat(oneCycle(0.04, 0.3, 0, 0.85, 10).rate(2, 0.5)).isEqualTo(PyTorch.RATE / 2);
  }

  @Test
  void aRunNoLongerThanItsWarmUpStaysFinite() {
    LearningRateSchedule schedule =
        new LearningRateSchedule(
            new ScheduleConfiguration(ScheduleName.COSINE, 10, 0.5, 10, 0.0, 0.04, 0.3, 0, 0, 1, 0),
            0.002,
            10);
    assertThat(schedule.rate(9)).isEqualTo(0.002);
    assertThat(schedule.rate(10)).isEqualTo(0.002);
    assertThat(schedule.rate(11)).isCloseTo(0, TOLERANCE);
  }
}
