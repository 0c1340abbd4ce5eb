package io.sparkrnn.dl4j;

import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.config.ScheduleConfiguration;
import io.sparkrnn.config.UpdaterConfiguration;
import io.sparkrnn.config.UpdaterName;
import io.sparkrnn.model.RnnTopology;

/**
 * What a network and its training are, apart from their state: all that our engine takes from a
 * DL4J configuration, and puts into one.
 *
 * @param updater with the base learning rate
 * @param schedule of the learning rate, over iterations
 * @param l2 coefficient of {@code l2 / 2 |weights|^2}; biases are exempt
 */
public record NetworkDescription(
    RnnTopology topology, UpdaterConfiguration updater, ScheduleConfiguration schedule, double l2) {

  /** What DL4J's updater has of a state of ours: nothing of muon's, which it does not have. */
  public float[] updaterState(float[] ours) {
    return updater.name() == UpdaterName.MUON ? new float[0] : ours;
  }

  /** What a configuration trains a network to. */
  public static NetworkDescription of(RnnTopology topology, RunConfiguration configuration) {
    return new NetworkDescription(
        topology, configuration.updater(), configuration.schedule(), configuration.training().l2());
  }
}
