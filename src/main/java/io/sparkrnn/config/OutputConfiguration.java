package io.sparkrnn.config;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.List;

/**
 * The run directory.
 *
 * @param dir path or URI; empty: a new one under {@code runs}
 * @param resume whether to go on from the newest checkpoint in {@code dir}
 * @param allowDrift names of what may differ from the run that is resumed although it changes the
 *     result
 * @param checkpointEvery epochs between checkpoints
 * @param checkpointEveryRounds rounds between checkpoints; 0: any number
 * @param checkpointEveryMinutes minutes between checkpoints; 0: any number
 * @param keep newest checkpoints to keep, beside the best one
 * @param retrySeconds how long a write that fails is tried again
 * @param heartbeatSeconds between two signs of life
 * @param takeoverSeconds how long another driver must show no sign of life to be taken over
 * @param tensorboard path or URI of a directory for TensorBoard's files; empty: none
 */
public record OutputConfiguration(
    String dir,
    boolean resume,
    List<String> allowDrift,
    int checkpointEvery,
    int checkpointEveryRounds,
    double checkpointEveryMinutes,
    int keep,
    double retrySeconds,
    double heartbeatSeconds,
    double takeoverSeconds,
    String tensorboard)
    implements Serializable {
  public OutputConfiguration {
    requireNonNull(dir, "dir");
    requireNonNull(tensorboard, "tensorboard");
    allowDrift = List.copyOf(allowDrift);
  }
}
