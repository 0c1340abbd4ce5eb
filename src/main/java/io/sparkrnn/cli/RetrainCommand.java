package io.sparkrnn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sparkrnn.checkpoint.MonotonicClock;
import io.sparkrnn.config.ConfigurationException;
import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.Key;
import io.sparkrnn.config.Keys;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.registry.Action;
import io.sparkrnn.registry.Gate;
import io.sparkrnn.registry.LogEntry;
import io.sparkrnn.registry.Version;
import io.sparkrnn.retrain.DataChecks;
import io.sparkrnn.retrain.Notification;
import io.sparkrnn.retrain.RetrainReport;
import io.sparkrnn.retrain.Retraining;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.run.UsageException;
import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.storage.StorageException;
import java.io.PrintStream;
import java.net.URI;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code retrain}: a new version of a model, unattended. For schedulers, which kill, try again,
 * overlap and catch up. Its other options come from the key registry.
 */
@Command(
    name = "retrain",
    description = {
      "Trains a model on new data, compares it with the current version of a registry, and adds it"
          + " there; it becomes current if it passes the gate.",
      "The same run id again goes on where the last process was killed, and only reports what was"
          + " decided once it is. A model that does not become current is no failure."
    })
final class RetrainCommand extends ConfiguredCommand {
  /** What this command itself decides. */
  private static final List<Key> OWN =
      List.of(Keys.RUN_DIR, Keys.RESUME, Keys.ALLOW_DRIFT, Keys.INITIAL_MODEL);

  /** The keys that have a meaning here. */
  private static final List<Key> KEYS =
      Keys.all().stream().filter(key -> !OWN.contains(key)).toList();

  private static final String JSON = "--json";

  private final PrintStream err;
  private final MonotonicClock clock;

  @Option(
      names = "--registry",
      required = true,
      paramLabel = "URI",
      description = "Directory of the registry: a path, a file: or hdfs: URI; made if missing.")
  private String registry;

  @Option(
      names = "--run-id",
      paramLabel = "ID",
      description =
          "Names this run for ever, such as by the date that it is for: 1 to 128 letters, digits,"
              + " _, . or -. Default: nightly-YYYY-MM-DD, the day in UTC on which it starts")
  private String runId;

  @Option(
      names = "--start",
      paramLabel = "START",
      defaultValue = "warm",
      description =
          "Begin with the current version's parameters (warm), where there is one, or with random"
              + " ones (fresh). Default: ${DEFAULT-VALUE}")
  private Retraining.Start start;

  @Option(
      names = "--evidence",
      paramLabel = "WHAT",
      defaultValue = "better",
      description =
          "What a test on the test samples must show of the model to become current: that it is"
              + " better, or not that it is worse (not-worse). McNemar's test of classes of whole"
              + " samples, a paired bootstrap of all other scores. Default: ${DEFAULT-VALUE}")
  private Gate.Requirement evidence;

  @Option(
      names = "--significance",
      paramLabel = "P",
      defaultValue = "0.05",
      description = "How probable a mistake of that test may be. Default: ${DEFAULT-VALUE}")
  private double significance;

  @Option(
      names = "--min-accuracy",
      paramLabel = "X",
      defaultValue = "0",
      description =
          "Least accuracy of the model, from 0 to 1, to become current. Default: ${DEFAULT-VALUE}")
  private double minAccuracy;

  @Option(
      names = "--worst-score",
      paramLabel = "X",
      description =
          "Worst value of the score that decides, such as an RMSE, for the model to become current."
              + " Default: any")
  private Double worstScore;

  @Option(
      names = "--max-regression",
      paramLabel = "X",
      defaultValue = "0.005",
      description =
          "By how much its accuracy, or another score up to 1, may be worse than the current"
              + " version's, from 0 to 1; of errors, losses and bits a share of the current"
              + " version's. Default: ${DEFAULT-VALUE}")
  private double maxRegression;

  @Option(
      names = "--min-samples",
      paramLabel = "N",
      defaultValue = "1",
      description = "Fewest training samples; fewer are refused. Default: ${DEFAULT-VALUE}")
  private long minSamples;

  @Option(
      names = "--max-label-drift",
      paramLabel = "X",
      defaultValue = "0.1",
      description =
          "Share of training samples, from 0 to 1, that may have another class than in the data of"
              + " the current version, or of the newest one; being like either is enough, more is"
              + " refused. Default: ${DEFAULT-VALUE}")
  private double maxLabelDrift;

  @Option(
      names = {"--max-pixel-drift", "--max-feature-drift"},
      paramLabel = "X",
      defaultValue = "0.25",
      description =
          "Standard deviations by which the mean, or deviation, of the pixels, or of a table's"
              + " features and targets, may differ from that of the current version's data, or the"
              + " newest one's; being like either is enough, more is refused. Default:"
              + " ${DEFAULT-VALUE}")
  private double maxFeatureDrift;

  @Option(
      names = "--kept-exit-code",
      paramLabel = "CODE",
      defaultValue = "0",
      description =
          "Exit code where the model does not become current: 0 or 3. Default: ${DEFAULT-VALUE}")
  private int keptExitCode;

  @Option(
      names = JSON,
      description =
          "Print one line of JSON, on failure too, and everything else on standard error.")
  private boolean json;

  @Option(
      names = "--result-file",
      paramLabel = "URI",
      description = "Write the same JSON to this file, in a directory that is there.")
  private String resultFile;

  @Option(
      names = "--notify",
      paramLabel = "URL",
      description = "POST the same JSON to this URL; that this fails is a warning only.")
  private String notifyUrl;

  @Option(
      names = "--notify-command",
      paramLabel = "COMMAND",
      description =
          "Give the same JSON to this command of the shell on standard input; that this fails is a"
              + " warning only.")
  private String notifyCommand;

  RetrainCommand(PrintStream out, PrintStream err, MonotonicClock clock) {
    super(out, KEYS);
    this.err = err;
    this.clock = clock;
  }

  @Override
  public Integer call() {
    long beganNanos = clock.nanoTime();
    if (runId == null) {
      runId = "nightly-" + LocalDate.now(ZoneOffset.UTC);
    }
    RetrainReport report = new RetrainReport(runId);
    LogEntry entry;
    int exitCode;
    try {
      if (keptExitCode != ExitCode.DONE && keptExitCode != ExitCode.KEPT) {
        throw new UsageException(
            "Cannot retrain: expected 0 or 3 for --kept-exit-code, found " + keptExitCode);
      }
      if (notifyUrl != null) {
        Notification.url(notifyUrl);
      }
      entry = retrain(report);
      exitCode = entry.action() == Action.PROMOTED ? ExitCode.DONE : keptExitCode;
      report.decided(entry);
      report.ended(exitCode, secondsSince(beganNanos));
      writeResult(report);
    } catch (RuntimeException | Error e) {
      report.failed(e, secondsSince(beganNanos));
      tellOfFailure(report);
      throw e;
    }
    if (json) {
      out.println(report);
    } else {
      print(entry);
    }
    send(report);
    return exitCode;
  }

  private double secondsSince(long beganNanos) {
    return (clock.nanoTime() - beganNanos) / 1e9;
  }

  private LogEntry retrain(RetrainReport report) {
    Map<String, String> flags = flags();
    RunConfiguration configuration = load(flags);
    requireOwnUnset(configuration);
    Retraining.Request request = request();
    return new Retraining(
            json ? err : out,
            clock,
            request,
            texts -> {
              Map<String, String> all = new HashMap<>(flags);
              all.putAll(texts);
              return load(all);
            },
            report)
        .run();
  }

  private void requireOwnUnset(RunConfiguration configuration) {
    RunConfiguration defaults = ConfigurationLoader.defaults();
    for (Key key : OWN) {
      if (!key.text(configuration).equals(key.text(defaults))) {
        throw new UsageException(
            "Cannot retrain with %s: expected none in %s, since it follows from the run id, found \"%s\""
                .formatted(key, file, key.text(configuration)));
      }
    }
  }

  private Retraining.Request request() {
    try {
      return new Retraining.Request(
          Locations.uri(registry),
          runId,
          start,
          new Gate(
              minAccuracy, maxRegression, significance, evidence, Optional.ofNullable(worstScore)),
          new DataChecks(minSamples, maxLabelDrift, maxFeatureDrift));
    } catch (IllegalArgumentException e) {
      throw new UsageException("Cannot retrain: " + e.getMessage());
    }
  }

  private void print(LogEntry entry) {
    out.printf("%n%-10sversion %d: %s%n", entry.action(), entry.number(), entry.reason());
    out.printf(
        "%-10s%s%n",
        "current",
        entry.current().map(Version::number).map(number -> "version " + number).orElse("none"));
    NextCommands.print(
        out, NextCommands.of(System.getenv()).retrained(Locations.uri(registry), entry.number()));
  }

  private void writeResult(RetrainReport report) {
    if (resultFile != null) {
      Storage.of(hadoop()).overwrite(Locations.uri(resultFile), (report + "\n").getBytes(UTF_8));
    }
  }

  private Map<String, String> hadoop() {
    try {
      return load(Map.of()).hadoop();
    } catch (ConfigurationException e) {
      return Map.of();
    }
  }

  /** Tells machines that the command line was not understood, as far as it was. */
  void refuse(String message, List<String> arguments) {
    json |= arguments.contains(JSON);
    RetrainReport report = new RetrainReport(runId);
    report.refused(message);
    tellOfFailure(report);
  }

  /** What fails here must not hide the failure itself. */
  private void tellOfFailure(RetrainReport report) {
    try {
      writeResult(report);
    } catch (StorageException e) {
      err.printf("spark-rnn: %s%n", e.getMessage());
    }
    if (json) {
      out.println(report);
    }
    send(report);
  }

  private void send(RetrainReport report) {
    Optional<URI> url;
    try {
      url = Optional.ofNullable(notifyUrl).map(Notification::url);
    } catch (UsageException e) {
      // Is the failure that there is to tell of.
      url = Optional.empty();
    }
    new Notification(url, Optional.ofNullable(notifyCommand), err).send(report.toString());
  }
}
