package io.sparkrnn.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkrnn.checkpoint.CheckpointStore;
import io.sparkrnn.checkpoint.Retry;
import io.sparkrnn.checkpoint.RunBusyException;
import io.sparkrnn.config.ConfigurationException;
import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.Key;
import io.sparkrnn.config.Keys;
import io.sparkrnn.config.Problem;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.data.DataException;
import io.sparkrnn.data.DataFingerprint;
import io.sparkrnn.data.RunData;
import io.sparkrnn.evaluation.Score;
import io.sparkrnn.evaluation.ScoreKind;
import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.storage.StorageException;
import io.sparkrnn.storage.TargetExistsException;
import io.sparkrnn.train.updater.Rules;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Where a run keeps what it makes, and what an earlier attempt at it left there.
 *
 * @param runId stands in every checkpoint
 * @param saved the configuration of the run that is already there, as of its newest checkpoint
 * @param initialSha256 of the parameters that it began with, if they are a model's
 */
public record RunDirectory(
    URI location, String runId, Optional<RunConfiguration> saved, Optional<String> initialSha256) {
  /** Names the run; written once, before everything else. */
  static final String RUN_FILE = "run.json";

  /** The effective configuration. */
  public static final String CONFIGURATION_FILE = "spark-rnn.conf";

  static final String RESULT_FILE = "result.json";
  public static final String MODEL_FILE = "model.srnn";
  public static final String REPORT_FILE = "report.html";
  static final String DL4J_FILE = "model-dl4j.zip";

  private static final Set<String> CLAIMED =
      Set.of("attempts", "checkpoints", "results", "damaged", SubmissionReport.DIRECTORY);
  private static final long MAX_TEXT_BYTES = 1 << 20;

  /**
   * The directory that a configuration names, or a new one.
   *
   * @throws UsageException if there is something in it and the configuration does not ask to resume
   */
  public static RunDirectory of(
      RunConfiguration configuration, String model, Storage storage, Clock clock) {
    String id =
        "%s-%s-%s"
            .formatted(
                DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'")
                    .withZone(ZoneOffset.UTC)
                    .format(clock.instant()),
                model,
                HexFormat.of().toHexDigits((short) ThreadLocalRandom.current().nextInt()));
    if (configuration.run().dir().isEmpty()) {
      return begun(Locations.uri("runs/" + id), id);
    }
    URI location = Locations.uri(configuration.run().dir());
    if (!storage.exists(location) || storage.list(location).isEmpty()) {
      if (configuration.run().resume()) {
        throw new UsageException(
            "Cannot resume in %s: expected an earlier run, found nothing"
                .formatted(Storage.describe(location)));
      }
      return begun(location, id);
    }
    URI run = Storage.resolve(location, RUN_FILE);
    if (!storage.exists(run) && onlyClaimed(storage, location)) {
      return begun(location, id);
    }
    if (!storage.exists(run)) {
      throw new UsageException(
          "Cannot use %s as run directory: expected nothing or an earlier run with its %s, found %d other entries"
              .formatted(Storage.describe(location), RUN_FILE, storage.list(location).size()));
    }
    JsonNode named = json(storage.read(run, MAX_TEXT_BYTES), Storage.describe(run));
    String runId = named.path("runId").asText();
    // Not by its owner, so damaged ones are left to him. What has drifted since the run began
    // stands in the checkpoints.
    RunConfiguration saved =
        CheckpointStore.open(storage, location, runId, 1, Retry.NEVER)
            .latest()
            .map(RunIdentity::saved)
            .orElseGet(
                () ->
                    new Rules(
                            ConfigurationLoader.parseSaved(
                                named.path("configuration").asText(), Storage.describe(run)))
                        .decided());
    return new RunDirectory(
        location,
        runId,
        Optional.of(saved),
        Optional.ofNullable(named.path(ResultFile.INITIAL).textValue()));
  }

  private static RunDirectory begun(URI location, String id) {
    return new RunDirectory(location, id, Optional.empty(), Optional.empty());
  }

  /** The model file that a path or URI names, itself or by its run directory. */
  public static URI modelFile(Storage storage, String location) {
    URI path = Locations.uri(location);
    return storage.isDirectory(path) ? Storage.resolve(path, MODEL_FILE) : path;
  }

  /** The configuration in a run directory; empty where the location is none, such as a file's. */
  public static Optional<RunConfiguration> configuration(Storage storage, String location) {
    URI path = Locations.uri(location);
    URI settings = Storage.resolve(path, CONFIGURATION_FILE);
    if (!storage.isDirectory(path) || !storage.exists(settings)) {
      return Optional.empty();
    }
    String text = new String(storage.read(settings, MAX_TEXT_BYTES), StandardCharsets.UTF_8);
    return Optional.of(ConfigurationLoader.parseSaved(text, Storage.describe(settings)));
  }

  /**
   * A driver was killed after its claim, before it named the run: there is nothing of a run yet.
   */
  private static boolean onlyClaimed(Storage storage, URI location) {
    return storage.list(location).stream().allMatch(entry -> CLAIMED.contains(entry.name()))
        && CheckpointStore.open(storage, location, "none", 1, Retry.NEVER).list().isEmpty();
  }

  /** The texts of a saved configuration, for flags to override. */
  public static Map<String, String> texts(RunConfiguration saved) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (Key key : saved.keys()) {
      texts.put(key.path(), key.text(saved));
    }
    // Allowed once, not for ever.
    texts.remove(Keys.ALLOW_DRIFT.path());
    return texts;
  }

  public boolean isNew() {
    return saved.isEmpty();
  }

  /**
   * Before its first checkpoint a run that goes on begins again, and has to begin alike.
   *
   * @throws DataException if it would begin with other parameters than it has
   */
  void requireInitial(Optional<InitialModel> found) {
    Optional<String> sha256 = found.map(InitialModel::parametersSha256);
    if (!sha256.equals(initialSha256)) {
      throw new DataException(
          "Cannot resume in %s, where there is no checkpoint yet: expected the run's initial parameters, of SHA-256 %s, found %s; give another --run-dir"
              .formatted(
                  Storage.describe(location), initialSha256.orElse("none"), sha256.orElse("none")));
    }
  }

  /**
   * What decides about a run's result, by path of its key; beside it, only its data, the parameters
   * that it begins with, and the arithmetic.
   */
  public static Map<String, String> decisive(RunConfiguration configuration) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (Key key : Keys.all()) {
      if (!key.isFree() && key != Keys.INITIAL_MODEL) {
        texts.put(key.path(), key.text(configuration));
      }
    }
    return texts;
  }

  /**
   * Refuses to go on after a failure that another try cannot mend.
   *
   * @param result of whatever attempt
   * @param attempt the latest: an older result says nothing about it
   * @param advice ends the message
   */
  public void requireMendable(JsonNode result, int attempt, String advice) {
    if (result.path("permanent").asBoolean() && result.path("attempt").asInt() == attempt) {
      int exitCode = result.path("exitCode").asInt();
      throw new PermanentFailureException(
          exitCode,
          "Cannot go on in %s: expected of the try before this one a failure that another try can mend, found exit code %d of attempt %d: %s%s"
              .formatted(
                  Storage.describe(location),
                  exitCode,
                  attempt,
                  result.path("error").asText(),
                  advice));
    }
  }

  /** Writes down which run this is, and with which configuration and initial model it begins. */
  void name(
      Storage storage,
      CheckpointStore store,
      RunConfiguration configuration,
      Optional<InitialModel> initial) {
    String effective = configuration.redacted().render();
    if (isNew()) {
      try {
        store.publishFile(RUN_FILE, ResultFile.runFile(runId, effective, initial));
      } catch (TargetExistsException e) {
        throw new RunBusyException(
            "Cannot start a new run in %s: another driver has begun one there at the same time"
                .formatted(Storage.describe(location)));
      }
    }
    // A driver that was killed just before this has written the first file only.
    if (!storage.exists(Storage.resolve(location, CONFIGURATION_FILE))) {
      store.publishFile(CONFIGURATION_FILE, effective.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** Refuses other data than those of the run's result. */
  void requireData(JsonNode result, RunData data) {
    List<String> before = new ArrayList<>();
    result.at("/data/fingerprints").forEach(file -> before.add(file.path("sha256").asText()));
    List<String> now = data.fingerprints().stream().map(DataFingerprint::sha256).toList();
    if (!before.equals(now)) {
      throw new UsageException(
          "Cannot use %s as run directory: expected the data of its complete run, of SHA-256 %s, found %s"
              .formatted(Storage.describe(location), before, now));
    }
  }

  /** In words, where there is one. */
  static Optional<String> newestCheckpoint(CheckpointStore store) {
    return store.list().stream()
        .reduce((older, newer) -> newer)
        .map(newest -> Storage.describe(newest.location()));
  }

  /** What differs between a saved configuration and one that is to continue its run, by key. */
  static List<Problem> drift(RunConfiguration saved, RunConfiguration now, String where) {
    List<Problem> problems = new ArrayList<>();
    for (Key key : Keys.all()) {
      String before = key.text(saved);
      if (!key.isFree() && !before.equals(key.text(now))) {
        problems.add(
            new Problem(
                key.path(),
                key.flag(),
                "expected \"%s\" as in %s, found \"%s\"".formatted(before, where, key.text(now))));
      }
    }
    return problems;
  }

  /**
   * Refuses what differs and was not allowed to.
   *
   * @param allowed fields that may differ
   * @throws ConfigurationException with every key that may not
   */
  static void requireAllowed(List<Problem> drift, List<String> allowed) {
    List<Problem> refused =
        drift.stream().filter(problem -> !allowed.contains(problem.key())).toList();
    if (!refused.isEmpty()) {
      throw new ConfigurationException(refused);
    }
  }

  /**
   * What differs from the run that is there, and may.
   *
   * @throws ConfigurationException with every key that may not
   */
  List<Problem> allowedDrift(RunConfiguration now) {
    if (isNew()) {
      return List.of();
    }
    List<Problem> drift =
        drift(saved.orElseThrow(), now, "the run of " + Storage.describe(location));
    requireAllowed(drift, now.run().allowDrift());
    return drift;
  }

  /** The newest result of the run. */
  public Optional<JsonNode> newestResult(CheckpointStore store) {
    return isNew() ? Optional.empty() : latestResult(store, location);
  }

  /** The newest result of any end, once there is one. */
  public static Optional<JsonNode> latestResult(CheckpointStore store, URI location) {
    return store
        .latestResult()
        .map(bytes -> json(bytes, "the newest result in " + Storage.describe(location)));
  }

  static JsonNode json(byte[] bytes, String where) {
    try {
      return new ObjectMapper().readTree(bytes);
    } catch (IOException e) {
      throw new StorageException(
          "Cannot read %s: expected JSON, found %s".formatted(where, e.getMessage()), e);
    }
  }

  /**
   * The score that decided, of a part of a result; those of earlier versions have accuracy alone.
   *
   * @param part such as {@code test}
   */
  public static Score score(JsonNode part) {
    Score accuracy = new Score(ScoreKind.ACCURACY, part.path("accuracy").asDouble());
    return ScoreKind.named(part.at("/score/name").asText())
        .map(kind -> new Score(kind, part.at("/score/value").asDouble()))
        .orElse(accuracy);
  }
}
