package io.sparkrnn.spark.dl4j;

import io.sparkrnn.spark.jobs.Parcel;
import io.sparkrnn.train.updater.LearningRateSchedule;
import org.nd4j.linalg.schedule.ISchedule;

/** Any of our schedules for DL4J's updaters; equal to its clones, because DL4J compares them. */
final class IterationSchedule implements ISchedule {
  private static final long serialVersionUID = 1L;

  private final Parcel<LearningRateSchedule> schedule;

  IterationSchedule(LearningRateSchedule schedule) {
    this.schedule = new Parcel<>(schedule);
  }

  @Override
  public double valueAt(int iteration, int epoch) {
    return schedule.value().rate(iteration);
  }

  @Override
  @SuppressWarnings("MissingSuperCall") // Immutable.
  public ISchedule clone() {
    return this;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof IterationSchedule that
        && schedule.value().equals(that.schedule.value());
  }

  @Override
  public int hashCode() {
    return schedule.value().hashCode();
  }
}
