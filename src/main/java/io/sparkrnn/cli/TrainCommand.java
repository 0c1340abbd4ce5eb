package io.sparkrnn.cli;

import io.sparkrnn.checkpoint.MonotonicClock;
import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.Keys;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.run.ClusterPaths;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.run.RunDirectory;
import io.sparkrnn.run.StoppedBySignalException;
import io.sparkrnn.run.SubmissionReport;
import io.sparkrnn.run.TrainingRun;
import io.sparkrnn.storage.Storage;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code train}: one run, from the configuration to the result. Its other options come from the key
 * registry.
 */
@Command(
    name = "train",
    description = "Trains a model, evaluates it on the test images and writes a run directory.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpAutoWidth = true)
public final class TrainCommand implements Callable<Integer> {
  private final PrintStream out;
  private final MonotonicClock clock;

  @Spec private CommandSpec spec;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "Configuration file (HOCON) whose values override the defaults; flags override it.")
  private Path file;

  @Option(
      names = "--dry-run",
      description = "Check the configuration, print it, and stop before Spark starts.")
  private boolean dryRun;

  TrainCommand(PrintStream out, MonotonicClock clock) {
    this.out = out;
    this.clock = clock;
  }

  @Override
  public Integer call() {
    Map<String, String> flags =
        ConfigurationOptions.given(spec.commandLine().getParseResult(), Keys.all());
    RunConfiguration configuration = ConfigurationLoader.load(Optional.ofNullable(file), flags);
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
    TrainingRun.requireSpark(configuration);
    RunDirectory directory =
        RunDirectory.of(configuration, configuration.model().name(), storage, Clock.systemUTC());
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
      int code = new TrainingRun(out, clock, configuration, directory, storage).run();
      NextCommands.print(out, next.trained(configuration, directory.location()));
      return code;
    } catch (StoppedBySignalException e) {
      NextCommands.print(out, next.stopped(directory.location()));
      throw e;
    }
  }
}
