package io.sparkrnn.cli;

import io.sparkrnn.checkpoint.MonotonicClock;
import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.Keys;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.run.ClusterPaths;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.run.RunDirectory;
import io.sparkrnn.run.StopSignals;
import io.sparkrnn.run.StoppedBySignalException;
import io.sparkrnn.run.SubmissionReport;
import io.sparkrnn.run.Topologies;
import io.sparkrnn.run.TrainingRun;
import io.sparkrnn.spark.RunDataReader;
import io.sparkrnn.spark.SparkBackend;
import io.sparkrnn.storage.Storage;
import java.io.PrintStream;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code train}: one run, from the configuration to the result. Its other options come from the key
 * registry.
 */
@Command(
    name = "train",
    description = "Trains a model, evaluates it on the test images and writes a run directory.")
public final class TrainCommand extends ConfiguredCommand {
  private final MonotonicClock clock;

  @Option(
      names = "--dry-run",
      description = "Check the configuration, print it, and stop before Spark starts.")
  private boolean dryRun;

  TrainCommand(PrintStream out, MonotonicClock clock) {
    super(out, Keys.all());
    this.clock = clock;
  }

  @Override
  public Integer call() {
    Map<String, String> flags = flags();
    RunConfiguration configuration = load(flags);
    TrainingRun.requireRunnable(configuration);
    if (dryRun) {
      out.print(configuration.redacted().render());
      return ExitCode.DONE;
    }
    Storage storage = Storage.of(configuration.hadoop());
    Optional<SubmissionReport> report = SubmissionReport.asked(configuration.run().dir(), storage);
    try {
      int code = train(configuration, storage, flags);
      report.ifPresent(asked -> asked.write(code, ""));
      return code;
    } catch (RuntimeException | Error e) {
      report.ifPresent(asked -> asked.write(ExitCode.of(e), String.valueOf(e.getMessage())));
      throw e;
    }
  }

  private int train(RunConfiguration given, Storage storage, Map<String, String> flags) {
    RunConfiguration configuration = given;
    SparkBackend.requireCompatible(configuration);
    RunDirectory directory =
        RunDirectory.of(configuration, Topologies.name(configuration), storage, Clock.systemUTC());
    if (!directory.isNew() && configuration.run().resume() && file == null) {
      // Who resumes a run means its settings; only what is said now overrides them.
      Map<String, String> texts =
          new LinkedHashMap<>(RunDirectory.texts(directory.saved().orElseThrow()));
      texts.put(Keys.RUN_DIR.path(), configuration.run().dir());
      texts.putAll(flags);
      configuration =
          ConfigurationLoader.load(Optional.empty(), texts)
              .withHadoopOf(directory.saved().orElseThrow());
      ClusterPaths.of(configuration).requireRunnable();
    }
    NextCommands next = NextCommands.of(System.getenv());
    try {
      int code =
          new TrainingRun(
                  out,
                  clock,
                  configuration,
                  directory,
                  storage,
                  SparkBackend::begin,
                  RunDataReader::read,
                  new StopSignals())
              .run();
      NextCommands.print(out, next.trained(configuration, directory.location()));
      return code;
    } catch (StoppedBySignalException e) {
      if (e.isResumable()) {
        NextCommands.print(out, next.stopped(directory.location()));
      }
      throw e;
    }
  }
}
