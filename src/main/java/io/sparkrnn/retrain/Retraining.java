package io.sparkrnn.retrain;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparkrnn.checkpoint.CheckpointStore;
import io.sparkrnn.checkpoint.MonotonicClock;
import io.sparkrnn.checkpoint.Retry;
import io.sparkrnn.config.Keys;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.config.TaskName;
import io.sparkrnn.data.DatasetStatistics;
import io.sparkrnn.data.RunData;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.KernelProvider;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.registry.Candidate;
import io.sparkrnn.registry.DataSummary;
import io.sparkrnn.registry.Gate;
import io.sparkrnn.registry.LogEntry;
import io.sparkrnn.registry.ModelRegistry;
import io.sparkrnn.registry.RegisteredModel;
import io.sparkrnn.registry.Version;
import io.sparkrnn.registry.VersionRefusedException;
import io.sparkrnn.run.Backend;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.run.InitialModel;
import io.sparkrnn.run.RunDirectory;
import io.sparkrnn.run.StopSignals;
import io.sparkrnn.run.Topologies;
import io.sparkrnn.run.TrainingRun;
import io.sparkrnn.run.UsageException;
import io.sparkrnn.run.Versions;
import io.sparkrnn.spark.RunDataReader;
import io.sparkrnn.spark.SparkBackend;
import io.sparkrnn.storage.FileEntry;
import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.MissingFileException;
import io.sparkrnn.storage.Sha256;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.storage.StorageException;
import io.sparkrnn.train.StopRequest;
import io.sparkrnn.train.TrainingStoppedException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One retraining: look at the data, train, compare with the current version, add to the registry.
 * Each step either leaves nothing behind or can be done again, so a process that was killed
 * anywhere is continued by the next one of the same run.
 */
public final class Retraining {
  private static final Logger LOG = LoggerFactory.getLogger(Retraining.class);

  private final PrintStream out;
  private final MonotonicClock clock;
  private final Request request;
  private final Function<Map<String, String>, RunConfiguration> configure;
  private final RetrainReport report;
  private final StopSignals signals = new StopSignals();
  private final RunConfiguration configuration;
  private final Storage storage;
  private final Retry retry;
  private final ModelRegistry registry;

  /** With which parameters training starts. */
  public enum Start {
    /** Those of the current version, where there is one. */
    WARM,
    /** Random ones. */
    FRESH;

    /** As on the command line. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What is asked for.
   *
   * @param runId names the run whoever works at it, and however often
   */
  public record Request(URI registry, String runId, Start start, Gate gate, DataChecks checks) {
    public Request {
      // Refuses what cannot be part of a file's name.
      new Version(1, runId);
    }
  }

  /**
   * What is to be done.
   *
   * @param out for people
   * @param configure the configuration with these texts in place of its own, by path of their keys
   * @param report is told what becomes known
   */
  public Retraining(
      PrintStream out,
      MonotonicClock clock,
      Request request,
      Function<Map<String, String>, RunConfiguration> configure,
      RetrainReport report) {
    this.out = out;
    this.clock = clock;
    this.request = request;
    this.configure = configure;
    this.report = report;
    this.configuration = configure.apply(Map.of());
    this.storage = Storage.of(configuration.hadoop());
    Duration patience = Duration.ofNanos(Math.round(configuration.run().retrySeconds() * 1e9));
    this.retry = new Retry(patience, signals::isMade, clock);
    this.registry = new ModelRegistry(storage, request.registry(), retry, Clock.systemUTC());
  }

  /** The entry about the run, which may be an earlier process's. */
  public LogEntry run() {
    // From the very start: who stops it is told, too.
    signals.listen();
    try {
      return decide();
    } catch (TrainingStoppedException e) {
      throw signals.stopped(e);
    }
  }

  private LogEntry decide() {
    // Before anything is read: it need not be there any more.
    Optional<LogEntry> decided = registry.entryOf(request.runId());
    if (decided.isPresent()) {
      trainedIn(decided.get()).ifPresent(this::tidyUp);
      return decided.get();
    }
    requireRunnable();
    registry.newest().ifPresent(report::standing);
    Optional<RegisteredModel> current = registry.current();
    Optional<RegisteredModel> parent = current.filter(model -> request.start() == Start.WARM);
    // Tables are prepared as for the model from whose parameters training starts.
    RunConfiguration read = configure.apply(startingFrom(parent));
    RunData data =
        signals.await(
            StopRequest.begin("read-data", () -> RunDataReader.read(read, new Backend.Local())));
    DataSummary summary = summary(data);
    signals.check();
    report.data(summary);
    requireUsable(data, summary, current);
    parent.ifPresent(model -> requireSameNetwork(model, data));
    URI directory = Storage.resolve(runs(), identity(summary, parent));
    report.runDirectory(directory);
    signals.check();
    RunConfiguration trained = train(directory, parent, data);
    ModelFile model =
        retry.run(
            () -> ModelFile.read(storage, Storage.resolve(directory, RunDirectory.MODEL_FILE)));
    LogEntry entry =
        registry.submit(
            new Candidate(request.runId(), model, summary, RunDirectory.texts(trained)),
            new TestDecision(
                request.gate(), kernels(), configuration, data, where(), model, signals));
    tidyUp(directory);
    return entry;
  }

  private URI runs() {
    return registry.runDirectory(request.runId());
  }

  private String where() {
    return configuration.table().isGiven()
        ? configuration.table().train()
        : configuration.data().described();
  }

  private Ops kernels() {
    return Ops.named(KernelProvider.choose(configuration.training().kernels().toString()).name());
  }

  private void requireRunnable() {
    TrainingRun.requireRunnable(
        configure.apply(Map.of(Keys.RUN_DIR.path(), Storage.describe(runs()))));
    SparkBackend.requireCompatible(configuration);
    TaskName task = configuration.model().task();
    boolean ofValues = task == TaskName.REGRESS || task == TaskName.FORECAST;
    if (configuration.table().isGiven() && ofValues && request.gate().minAccuracy() > 0) {
      throw new UsageException(
          "Cannot retrain for the task %s: expected --worst-score, since there is no accuracy, found --min-accuracy %s"
              .formatted(task, request.gate().minAccuracy()));
    }
  }

  private void requireUsable(RunData data, DataSummary summary, Optional<RegisteredModel> current) {
    current.ifPresent(model -> DataChecks.requireSchema(model, data, where()));
    request.checks().requireSamples(data, summary, where());
    request.checks().requireAlike(registry.describingData(), summary, where());
  }

  private void requireSameNetwork(RegisteredModel parent, RunData data) {
    RnnTopology wanted = Topologies.of(configuration, data);
    if (!InitialModel.isContinuedBy(parent.model(), wanted.network())) {
      throw new UsageException(
          "Cannot start from version %d of %s: expected a model of %s as is to be trained, found one of %s; --start fresh begins with random parameters"
              .formatted(
                  parent.version().number(),
                  Storage.describe(request.registry()),
                  wanted.summary(),
                  parent.model().topology().summary()));
    }
  }

  private DataSummary summary(RunData data) {
    SequenceDataset training = data.training();
    DatasetStatistics statistics = training.statistics();
    List<DataSummary.File> files =
        data.fingerprints().stream()
            .map(file -> new DataSummary.File(file.name(), file.sha256(), file.bytes()))
            .toList();
    if (data.preparation().isEmpty()) {
      return new DataSummary(
          files, statistics.labelCounts(), statistics.mean(), statistics.standardDeviation());
    }
    boolean ofTokens = configuration.model().task() == TaskName.LANGUAGE_MODEL;
    return new DataSummary(
        files,
        ofTokens ? List.of() : statistics.labelCounts(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(
            new DataSummary.Table(
                training.size(),
                data.columns().stream()
                    .map(
                        column ->
                            new DataSummary.Column(
                                column.name(), column.mean(), column.standardDeviation()))
                    .toList())));
  }

  /**
   * Names what decides about the result, so that who tries again goes on, and who was told
   * something else begins anew.
   */
  private String identity(DataSummary data, Optional<RegisteredModel> parent) {
    StringBuilder lines = new StringBuilder();
    RunDirectory.decisive(configuration)
        .forEach((path, text) -> lines.append(path).append('=').append(text).append('\n'));
    lines.append("arithmetic=").append(Versions.ARITHMETIC).append('\n');
    data.files().forEach(file -> lines.append("data=").append(file.sha256()).append('\n'));
    lines
        .append("parent=")
        .append(
            parent
                .map(model -> Storage.describe(registry.versionFile(model.version())))
                .orElse("none"))
        .append('\n');
    return shortSha256(lines.toString());
  }

  /** The first 12 hexadecimal digits of a text's SHA-256. */
  static String shortSha256(String text) {
    return Sha256.hex(text.getBytes(StandardCharsets.UTF_8)).substring(0, 12);
  }

  private Map<String, String> startingFrom(Optional<RegisteredModel> parent) {
    return parent
        .map(
            model ->
                Map.of(
                    Keys.INITIAL_MODEL.path(),
                    Storage.describe(registry.versionFile(model.version()))))
        .orElse(Map.of());
  }

  /** Trains, or goes on; returns with which configuration. */
  private RunConfiguration train(URI location, Optional<RegisteredModel> parent, RunData data) {
    Map<String, String> texts = new LinkedHashMap<>(startingFrom(parent));
    texts.put(Keys.RUN_DIR.path(), Storage.describe(location));
    RunConfiguration begun = configure.apply(texts);
    RunDirectory directory =
        RunDirectory.of(begun, Topologies.name(begun), storage, Clock.systemUTC());
    RunConfiguration now = begun;
    if (!directory.isNew()) {
      requireMendable(directory);
      texts.put(Keys.RESUME.path(), "true");
      now = configure.apply(texts);
    }
    new TrainingRun(
            out,
            clock,
            now,
            directory,
            storage,
            SparkBackend::begin,
            (unused, backend) -> RunDataReader.in(data, backend),
            signals)
        .run();
    return begun;
  }

  private void requireMendable(RunDirectory directory) {
    CheckpointStore store =
        CheckpointStore.open(storage, directory.location(), directory.runId(), 1, retry);
    directory
        .newestResult(store)
        .filter(Retraining::isAboutThisDirectory)
        .ifPresent(
            result ->
                directory.requireMendable(
                    result,
                    store.latestAttempt(),
                    "; other data, settings or another current version begin anew, and so does another --run-id"));
  }

  /** Spark and its settings are no part of a directory's name, and refused before any training. */
  private static boolean isAboutThisDirectory(JsonNode result) {
    int exitCode = result.path("exitCode").asInt();
    return exitCode != ExitCode.USAGE && exitCode != ExitCode.UNAVAILABLE;
  }

  /** Where the model of an entry was trained; empty once it is pruned. */
  private Optional<URI> trainedIn(LogEntry entry) {
    try {
      Optional<URI> location =
          Optional.ofNullable(
                  registry
                      .version(entry.number())
                      .model()
                      .provenance()
                      .get("configuration." + Keys.RUN_DIR.path()))
              .map(Locations::uri);
      location.ifPresent(report::runDirectory);
      return location;
    } catch (VersionRefusedException | StorageException e) {
      // Pruned, or damaged since: the entry is what was asked for.
      LOG.info("{}", e.getMessage());
      return Optional.empty();
    }
  }

  /** Deletes what the run has begun with other data, settings or parents. */
  private void tidyUp(URI keep) {
    try {
      for (FileEntry begun : retry.run(() -> storage.list(runs()))) {
        URI location = Storage.resolve(runs(), begun.name());
        if (!Storage.describe(keep).endsWith("/" + begun.name())) {
          retry.run(() -> storage.delete(location));
        }
      }
    } catch (MissingFileException e) {
      LOG.info("{}", e.getMessage());
    } catch (StorageException e) {
      LOG.warn("{}; the same run id again tries again", e.getMessage());
    }
  }
}
