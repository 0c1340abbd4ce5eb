package io.sparkrnn.spark;

import io.sparkrnn.train.LearningRateSchedule;
import org.nd4j.linalg.schedule.ISchedule;

/** Any of our schedules for DL4J's updaters; equal to its clones, because DL4J compares them. */
record IterationSchedule(LearningRateSchedule schedule) implements ISchedule {
  private static final long serialVersionUID = 1L;

  @Override
  public double valueAt(int iteration, int epoch) {
    return schedule.rate(iteration);
  }

  @Override
  @SuppressWarnings("MissingSuperCall") // Records cannot be cloned; immutable ones need not be.
  public ISchedule clone() {
    return this;
  }
}
