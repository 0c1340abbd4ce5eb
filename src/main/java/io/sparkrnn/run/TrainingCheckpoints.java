package io.sparkrnn.run;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sparkrnn.checkpoint.Checkpoint;
import io.sparkrnn.checkpoint.CheckpointEntry;
import io.sparkrnn.checkpoint.CheckpointStore;
import io.sparkrnn.checkpoint.MonotonicClock;
import io.sparkrnn.checkpoint.Ownership;
import io.sparkrnn.checkpoint.Retry;
import io.sparkrnn.config.Key;
import io.sparkrnn.config.Keys;
import io.sparkrnn.config.OutputConfiguration;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.data.DataFingerprint;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.kernel.KernelProvider;
import io.sparkrnn.report.TrainingHistory;
import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.Sha256;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.train.CheckpointWriter;
import io.sparkrnn.train.RoundRunner;
import io.sparkrnn.train.StopRequest;
import io.sparkrnn.train.Training;
import io.sparkrnn.train.TrainingListener;
import io.sparkrnn.train.TrainingState;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checkpoints of a training that a user's program runs, which goes on from the newest one that an
 * earlier try has left. Each training has a directory of its own below the one that is given, named
 * by all that decides about its result: so another training never meets its checkpoints.
 */
public final class TrainingCheckpoints implements CheckpointWriter, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingCheckpoints.class);

  /** Digits of a directory's name; enough for no two trainings to have the same. */
  private static final int DIGITS = 32;

  private final Training<?> training;
  private final RunIdentity identity;
  private final CheckpointStore store;
  private final TrainingHistory history;
  private final Optional<Checkpoint> newest;

  /**
   * Takes the directory of a training.
   *
   * @param data fingerprints of what it is trained on
   * @param initialSha256 of the parameters that it begins with, if they are a model's
   * @param hadoop properties of its file systems
   * @param directory on {@code file:} or {@code hdfs:}, as Hadoop reads it
   * @throws io.sparkrnn.checkpoint.RunBusyException if the same training runs elsewhere
   */
  public TrainingCheckpoints(
      Training<?> training,
      List<DataFingerprint> data,
      KernelProvider kernels,
      Optional<String> initialSha256,
      Map<String, String> hadoop,
      String directory) {
    this.training = training;
    RunConfiguration configuration = training.configuration();
    this.identity =
        new RunIdentity(
            configuration,
            training.topology(),
            training.recipe().schedule(),
            data,
            kernels.reason(),
            initialSha256,
            List.of());
    Storage storage = Storage.of(hadoop);
    String name = name(configuration, data, initialSha256);
    URI location = Storage.resolve(Locations.hadoopUri(directory, hadoop), name);
    OutputConfiguration run = configuration.run();
    this.store =
        CheckpointStore.open(
            storage,
            location,
            name,
            run.keep(),
            new Retry(seconds(run.retrySeconds()), () -> false, MonotonicClock.SYSTEM));
    Ownership ownership =
        new Ownership(
            ThisProcess.owner(System.getenv()),
            seconds(run.heartbeatSeconds()),
            seconds(run.takeoverSeconds()),
            MonotonicClock.SYSTEM);
    this.history =
        new TrainingHistory(store.claimAttempt(store.awaitVacancy(ownership, LOG::info)));
    this.newest = newest();
  }

  private Optional<Checkpoint> newest() {
    try {
      Optional<Checkpoint> found = store.latest();
      store.takeWarnings().forEach(LOG::warn);
      return found;
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  private static Duration seconds(double seconds) {
    return Duration.ofNanos(Math.round(seconds * 1e9));
  }

  private String name(
      RunConfiguration configuration, List<DataFingerprint> data, Optional<String> initialSha256) {
    StringBuilder decides = new StringBuilder();
    for (Key key : Keys.all()) {
      if (!key.isFree()) {
        decides.append(key.path()).append('=').append(key.text(configuration)).append('\n');
      }
    }
    data.forEach(part -> decides.append(part.sha256()).append('\n'));
    decides.append(training.topology().encode()).append(initialSha256.orElse(""));
    decides.append('\n').append(Versions.ARITHMETIC);
    return Sha256.hex(decides.toString().getBytes(UTF_8)).substring(0, DIGITS);
  }

  /** The epochs that there have been, those of earlier tries included. */
  public TrainingHistory history() {
    return history;
  }

  /**
   * Trains on from the newest checkpoint, or from the start.
   *
   * @return the last epoch's state, or with early stopping the best one's
   */
  public TrainingState run(
      String kernels, RoundRunner runner, TrainingState start, List<TrainingListener> listeners) {
    List<TrainingListener> all = new ArrayList<>(listeners);
    all.add(history);
    StopRequest stop =
        () -> {
          store.requireOwnership();
          return false;
        };
    Training.Surroundings around =
        new Training.Surroundings(stop, this, all, MonotonicClock.SYSTEM::nanoTime);
    RunStart from =
        newest
            .map(found -> RunStart.resuming(training, identity, found))
            .orElseGet(() -> new RunStart(identity, start, Optional.empty()));
    newest.ifPresent(
        found -> {
          String where = Storage.describe(found.location());
          history.resume(
              found.sections().getOrDefault(TrainingHistory.SECTION, new byte[0]), where);
          LOG.info("Training goes on from {}, after epoch {}", where, from.state().epoch());
        });
    TrainingState end = from.train(training.loop(kernels, runner, around));
    RunConfiguration configuration = training.configuration();
    return configuration.patienceEpochs() > 0
        ? StoppedTraining.of(end, training.budget().end(end.merits()), training.scoreKind(), store)
            .best()
        : end;
  }

  @Override
  public CheckpointEntry save(TrainingState state, Optional<EvaluationResult> validation) {
    Map<String, byte[]> sections = identity.sections(state, validation);
    sections.put(TrainingHistory.SECTION, history.section(state.epoch()));
    CheckpointEntry saved =
        store.save(
            state.round(),
            sections,
            validation.isPresent()
                ? OptionalDouble.of(validation.get().score().merit())
                : OptionalDouble.empty());
    store.takeWarnings().forEach(LOG::warn);
    return saved;
  }

  @Override
  public void close() {
    store.close();
  }
}
