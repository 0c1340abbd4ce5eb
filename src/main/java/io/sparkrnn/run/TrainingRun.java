package io.sparkrnn.run;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparkrnn.checkpoint.Checkpoint;
import io.sparkrnn.checkpoint.CheckpointEntry;
import io.sparkrnn.checkpoint.CheckpointStore;
import io.sparkrnn.checkpoint.MonotonicClock;
import io.sparkrnn.checkpoint.Ownership;
import io.sparkrnn.checkpoint.Retry;
import io.sparkrnn.checkpoint.RunBusyException;
import io.sparkrnn.checkpoint.Vacancy;
import io.sparkrnn.config.Engine;
import io.sparkrnn.config.Problem;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.data.DataFingerprint;
import io.sparkrnn.data.RunData;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.export.Dl4jZip;
import io.sparkrnn.kernel.KernelProvider;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.model.TargetScale;
import io.sparkrnn.report.TrainingHistory;
import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.storage.StorageException;
import io.sparkrnn.train.RoundRunner;
import io.sparkrnn.train.StopRequest;
import io.sparkrnn.train.Training;
import io.sparkrnn.train.TrainingListener;
import io.sparkrnn.train.TrainingState;
import io.sparkrnn.train.TrainingStoppedException;
import io.sparkrnn.train.updater.Rules;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One training run: data, rounds, evaluation, and everything that is left in the run directory. */
public final class TrainingRun {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingRun.class);

  private final PrintStream out;
  private final MonotonicClock clock;
  private final RunConfiguration configuration;
  private final RunDirectory directory;
  private final Storage storage;
  private final BiFunction<String, RunConfiguration, Backend> cluster;
  private final BiFunction<RunConfiguration, Backend, ? extends RunData> data;
  private final CheckpointStore store;
  private final ResultFile result;
  private final ProgressLog progress;
  private final MlflowLog mlflow;
  private final StopSignals signals;
  private final StopRequest stop;
  private volatile boolean failing;
  private TrainingHistory history;
  private Rehearsal rehearsal;

  /**
   * A run.
   *
   * @param cluster begins to start, under a name, what computes the rounds of other engines than
   *     {@code local}
   * @param data reads those of the configuration, where they are needed first, perhaps by what
   *     computes the rounds
   * @param signals listened to from the reading of the data on, if not already
   */
  public TrainingRun(
      PrintStream out,
      MonotonicClock clock,
      RunConfiguration configuration,
      RunDirectory directory,
      Storage storage,
      BiFunction<String, RunConfiguration, Backend> cluster,
      BiFunction<RunConfiguration, Backend, ? extends RunData> data,
      StopSignals signals) {
    this.out = out;
    this.signals = signals;
    this.stop = this::isToStop;
    this.clock = clock;
    // Where nothing is asked, a run goes on as it began, whatever the rules are now.
    this.configuration =
        directory.saved().map(new Rules(configuration)::resuming).orElse(configuration);
    this.directory = directory;
    this.storage = storage;
    this.cluster = cluster;
    this.data = data;
    this.store =
        CheckpointStore.open(
            storage,
            directory.location(),
            directory.runId(),
            configuration.run().keep(),
            new Retry(
                seconds(configuration.run().retrySeconds()),
                () -> failing || signals.isMade(),
                clock));
    this.result = new ResultFile(this.configuration, directory.runId());
    this.progress = new ProgressLog(directory.runId());
    this.mlflow = new MlflowLog(directory.runId());
  }

  /** Demands what can be said of a configuration before anything is read. */
  public static void requireRunnable(RunConfiguration configuration) {
    Topologies.require(configuration);
    if (configuration.training().engine() == Engine.DL4J && !Dl4jZip.available()) {
      throw new UsageException(
          "Cannot train with the engine dl4j: expected spark-rnn-dl4j.jar beside spark-rnn.jar or in --jars, found none");
    }
    ClusterPaths.of(configuration).requireRunnable();
  }

  private static Duration seconds(double seconds) {
    return Duration.ofNanos(Math.round(seconds * 1e9));
  }

  /** Runs and returns the exit code. */
  public int run() {
    // Before any waiting.
    List<Problem> drift = directory.allowedDrift(configuration);
    Vacancy vacancy = store.awaitVacancy(ownership(), out::println);
    Optional<JsonNode> newest = directory.newestResult(store);
    // Who resumes by hand has changed something; a cluster that tries again has not.
    if (vacancy.reason() == Vacancy.Reason.NEXT_TRY) {
      newest.ifPresent(result -> directory.requireMendable(result, vacancy.attempt(), ""));
    }
    Optional<JsonNode> finished =
        newest.filter(result -> result.path("exitCode").asInt(-1) == ExitCode.DONE);
    if (finished.isPresent()) {
      requireNone(drift);
      if (vacancy.reason() != Vacancy.Reason.GIVEN_UP) {
        tidyUp(vacancy);
      }
      return reportAgain(finished.get(), data.apply(configuration, new Backend.Local()));
    }
    if (!directory.isNew()
        && !configuration.run().resume()
        && vacancy.reason() != Vacancy.Reason.NEXT_TRY) {
      throw new UsageException(
          "Cannot start a new run in %s: expected an empty directory, found the unfinished run %s; continue it with --resume"
              .formatted(Storage.describe(directory.location()), directory.runId()));
    }
    // Spark takes seconds to start, in which the data can be read.
    try (Backend backend =
        configuration.training().engine() == Engine.LOCAL
            ? new Backend.Local()
            : cluster.apply("spark-rnn " + directory.runId(), configuration)) {
      return run(vacancy, backend);
    }
  }

  /** After a driver that was killed when it had published the run's result. */
  private void tidyUp(Vacancy vacancy) {
    try (store) {
      store.claimAttempt(vacancy);
      store.copyLatestResult();
    }
  }

  /** A complete run has its model; with other settings there would have to be another one. */
  private void requireNone(List<Problem> drift) {
    if (!drift.isEmpty()) {
      throw new UsageException(
          "Cannot resume in %s with other settings: expected an unfinished run, found a complete one; give another --run-dir"
              .formatted(Storage.describe(directory.location())));
    }
  }

  private Ownership ownership() {
    return new Ownership(
        ThisProcess.owner(System.getenv()),
        seconds(configuration.run().heartbeatSeconds()),
        seconds(configuration.run().takeoverSeconds()),
        signals.sleepingBy(clock));
  }

  private int run(Vacancy vacancy, Backend backend) {
    signals.listen();
    rehearsal = Rehearsal.begin(configuration);
    RunData read = read(backend);
    Training<RunData> training =
        new Training<>(
            configuration,
            read,
            Topologies.of(configuration, read),
            read.preparation().map(Preparation::targets).orElse(TargetScale.IDENTITY));
    // A checkpoint has all of it.
    Optional<InitialModel> initial =
        directory.isNew() ? InitialModel.read(training, storage, out) : Optional.empty();
    // Closing the store gives the run directory up.
    try (mlflow;
        progress;
        store) {
      int attempt = store.claimAttempt(vacancy);
      history = new TrainingHistory(attempt);
      result.attempt(attempt, history);
      directory.name(storage, store, training.configuration(), initial);
      train(training, initial, backend);
      return ExitCode.DONE;
    } catch (TrainingStoppedException e) {
      throw signals.stopped(e);
    }
  }

  /** The data: large tables take minutes, and what is to read them may not come up. */
  private RunData read(Backend backend) {
    try {
      return signals.await(StopRequest.begin("data", () -> data.apply(configuration, backend)));
    } catch (TrainingStoppedException e) {
      giveUp(backend);
      throw directory.isNew() ? signals.stoppedBeforehand(e) : signals.stopped(e);
    }
  }

  /** Closing it would wait until it is up. */
  private void giveUp(Backend backend) {
    try {
      backend.await(signals);
    } catch (TrainingStoppedException e) {
      LOG.debug("it is not up yet", e);
    }
  }

  private int reportAgain(JsonNode finished, RunData data) {
    directory.requireData(finished, data);
    out.printf("This run is complete: %s%n", Storage.describe(directory.location()));
    out.printf("test %s%n", RunDirectory.score(finished.path("test")).named());
    return ExitCode.DONE;
  }

  private void record(Throwable failure) {
    failing = true;
    if (failure instanceof RunBusyException) {
      // What is written there is another's now.
      return;
    }
    mlflow.failed(failure);
    try {
      store.publishResult(result.failed(failure, store.list()));
    } catch (RuntimeException e) {
      LOG.warn("the result of the failed run could not be written", e);
    }
  }

  private void train(Training<RunData> training, Optional<InitialModel> initial, Backend backend) {
    try {
      begin(training, initial, backend);
    } catch (TrainingStoppedException e) {
      record(signals.stopped(e));
      throw e;
    } catch (UnavailableException e) {
      RuntimeException named = e.isPermanent() ? e : unavailable(e);
      record(named);
      throw named;
    } catch (RuntimeException | Error e) {
      record(e);
      throw e;
    }
  }

  /** The cluster has failed, not the run: says how to go on. */
  private UnavailableException unavailable(RuntimeException failure) {
    return new UnavailableException(
        "%s; %s, go on with --resume --run-dir %s (retrain: with the same --run-id)"
            .formatted(failure.getMessage(), progress(), Storage.describe(directory.location())),
        failure);
  }

  private String progress() {
    try {
      return RunDirectory.newestCheckpoint(store)
          .map(checkpoint -> "the newest checkpoint is " + checkpoint)
          .orElse("there is no checkpoint yet");
    } catch (StorageException e) {
      return e.getMessage();
    }
  }

  private void begin(Training<RunData> training, Optional<InitialModel> initial, Backend backend) {
    KernelProvider kernels = KernelProvider.choose(configuration.training().kernels().toString());
    boolean dl4j = configuration.training().engine() == Engine.DL4J;
    List<DataFingerprint> fingerprints = training.data().fingerprints();
    RunIdentity identity =
        new RunIdentity(
            training.configuration(),
            training.topology(),
            training.recipe().schedule(),
            fingerprints,
            dl4j ? "dl4j" : kernels.reason(),
            Optional.empty(),
            List.of());
    RunStart start = start(training, identity, initial);
    Console console = new Console(out, training.plan(), training.budget());
    console.heading(training, configuration, directory);
    result.decided(training.configuration());
    result.describe(training.data(), training.topology(), dl4j ? "dl4j" : kernels.name());
    result.drift(start.identity().drift());
    start.identity().initialSha256().ifPresent(result::initial);
    if (!dl4j) {
      console.kernels(kernels);
    }
    backend.await(stop);
    rehearsal.close();
    mlflow.begin(training.configuration(), fingerprints, store.latestAttempt());
    List<TrainingListener> listeners = listeners(console, backend);
    Training.Surroundings around =
        new Training.Surroundings(
            stop,
            (state, validation) -> checkpoint(start.identity(), state, validation),
            listeners,
            clock::nanoTime);
    try (RoundRunner runner = backend.rounds(training, kernels.name(), stop)) {
      console.engine(backend.description());
      TrainingState end = start.train(training.loop(kernels.name(), runner, around));
      new Completion(
              training,
              storage,
              store,
              directory,
              result,
              mlflow,
              console,
              kernels.name(),
              runner,
              listeners,
              stop)
          .complete(end, start.identity().initialSha256());
    } finally {
      console.close();
    }
  }

  private List<TrainingListener> listeners(Console console, Backend backend) {
    List<TrainingListener> listeners =
        new ArrayList<>(List.of(console, result, history, progress, mlflow));
    if (!configuration.run().tensorboard().isEmpty()) {
      listeners.add(
          new TensorBoardLog(
              Storage.ofUmask(configuration.hadoop()),
              Locations.uri(configuration.run().tensorboard()),
              directory.runId(),
              store.latestAttempt(),
              Clock.systemUTC()));
    }
    listeners.addAll(backend.listeners(directory.runId()));
    return listeners;
  }

  private boolean isToStop() {
    store.requireOwnership();
    return signals.isMade();
  }

  private CheckpointEntry checkpoint(
      RunIdentity identity, TrainingState state, Optional<EvaluationResult> validation) {
    OptionalDouble score =
        validation.isPresent()
            ? OptionalDouble.of(validation.get().score().merit())
            : OptionalDouble.empty();
    Map<String, byte[]> sections = identity.sections(state, validation);
    sections.put(TrainingHistory.SECTION, history.section(state.epoch()));
    CheckpointEntry saved = store.save(state.round(), sections, score);
    store.takeWarnings().forEach(LOG::warn);
    return saved;
  }

  private RunStart start(
      Training<RunData> training, RunIdentity identity, Optional<InitialModel> initial) {
    Optional<Checkpoint> found = directory.isNew() ? Optional.empty() : store.latest();
    store.takeWarnings().forEach(out::println);
    if (found.isEmpty()) {
      return RunStart.initial(
          training, identity, directory.isNew() ? initial : initialAgain(training));
    }
    RunStart start = RunStart.resuming(training, identity, found.get());
    history.resume(
        found.get().sections().getOrDefault(TrainingHistory.SECTION, new byte[0]),
        Storage.describe(found.get().location()));
    store.retain();
    out.printf(
        "Resuming from %s, after epoch %d, round %d%n",
        Storage.describe(found.get().location()), start.state().epoch(), start.state().round());
    return start;
  }

  private Optional<InitialModel> initialAgain(Training<RunData> training) {
    Optional<InitialModel> model = InitialModel.read(training, storage, out);
    directory.requireInitial(model);
    return model;
  }
}
