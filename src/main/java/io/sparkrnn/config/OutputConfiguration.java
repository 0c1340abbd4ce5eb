package io.sparkrnn.config;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;

/**
 * The run directory.
 *
 * @param dir path or URI; empty: a new one under {@code runs}
 * @param resume whether to go on from the newest checkpoint in {@code dir}
 * @param checkpointEvery epochs between checkpoints
 * @param keep newest checkpoints to keep
 */
public record OutputConfiguration(String dir, boolean resume, int checkpointEvery, int keep)
    implements Serializable {
  public OutputConfiguration {
    requireNonNull(dir, "dir");
  }
}
