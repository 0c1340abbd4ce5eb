package io.sparkrnn.config;

import java.io.Serializable;
import java.util.List;

/** The run directory. */
public record OutputConfiguration(
    @Setting(
            value = "Run directory, a path or a file: or hdfs: URI; empty: a new one under ./runs.",
            flag = "--run-dir",
            label = "URI",
            free = true)
        String dir,
    @Setting(
            value = "Whether to go on from the newest checkpoint in the run directory.",
            free = true)
        boolean resume,
    @Setting(
            value =
                "What may differ from the resumed run although the result is then another one: keys of this file, data, arithmetic.",
            label = "FIELD",
            free = true)
        List<String> allowDrift,
    @Setting(
            value = "Epochs between two checkpoints; with early stopping always 1.",
            min = 1,
            free = true)
        int checkpointEvery,
    @Setting(
            value = "Also a checkpoint so many rounds after the last one; 0: none.",
            min = 0,
            free = true)
        int checkpointEveryRounds,
    @Setting(
            value = "Also a checkpoint so many minutes after the last one; 0: none.",
            min = 0,
            max = 1_000_000,
            free = true)
        double checkpointEveryMinutes,
    @Setting(
            value =
                "Checkpoints that are kept, the newest; the one with the best validation score stays beside them.",
            min = 1,
            free = true)
        int keep,
    @Setting(
            value = "Seconds for which writing to the run directory is tried again when it fails.",
            min = 0,
            max = 1_000_000,
            free = true)
        double retrySeconds,
    @Setting(
            value = "Seconds between two signs of life of the driver in the run directory.",
            min = 0.01,
            max = 1_000_000,
            free = true)
        double heartbeatSeconds,
    @Setting(
            value =
                "Seconds without a sign of life, three of its heartbeats at least, after which another driver's run may be resumed.",
            min = 0.01,
            max = 1_000_000,
            free = true)
        double takeoverSeconds,
    @Setting(
            value =
                "Directory for TensorBoard's event files, one below it for each run, path or URI; empty: none.",
            label = "DIR",
            free = true)
        String tensorboard)
    implements Serializable {
  public OutputConfiguration {
    allowDrift = List.copyOf(allowDrift);
  }
}
