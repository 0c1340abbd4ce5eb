package io.sparkrnn.checkpoint;

import java.util.Optional;

/**
 * The process that owns a run directory.
 *
 * @param host for people
 * @param pid for people
 * @param cluster the cluster's name for this try, where the cluster starts drivers again
 */
public record Owner(String host, long pid, Optional<ClusterAttempt> cluster) {

  /**
   * One try of a cluster application, such as a YARN ApplicationMaster's.
   *
   * @param application unique in the cluster
   * @param number counts from 1; the cluster starts the next only when the one before has ended
   */
  public record ClusterAttempt(String application, int number) {}

  /** Whether the cluster itself says that an earlier owner has ended: this is its next try. */
  boolean succeeds(Owner earlier) {
    return cluster.isPresent()
        && earlier.cluster.isPresent()
        && cluster.get().application().equals(earlier.cluster.get().application())
        && cluster.get().number() > earlier.cluster.get().number();
  }

  @Override
  public String toString() {
    return "process %d on %s".formatted(pid, host)
        + cluster
            .map(attempt -> ", try %d of %s".formatted(attempt.number(), attempt.application()))
            .orElse("");
  }
}
