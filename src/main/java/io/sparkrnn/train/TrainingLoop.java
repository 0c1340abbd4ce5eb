package io.sparkrnn.train;

import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.evaluation.EvaluationResult;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Rounds until the last epoch is done: run, average, evaluate, checkpoint, in this order. */
public final class TrainingLoop {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingLoop.class);

  private final Options options;
  private final RoundRunner runner;
  private final Function<TrainingState, URI> checkpoints;
  private final List<TrainingListener> listeners;
  private URI lastCheckpoint;

  /**
   * What the loop does between rounds.
   *
   * @param checkpointEvery epochs; the last epoch always ends with a checkpoint
   * @param validation whether samples are held out to evaluate after each epoch
   * @param stopRequested asked after each round
   */
  public record Options(
      int epochs,
      RoundPlan plan,
      LearningRateSchedule schedule,
      int checkpointEvery,
      boolean validation,
      BooleanSupplier stopRequested) {}

  /**
   * A loop.
   *
   * @param checkpoints commits a state and says where
   */
  public TrainingLoop(
      Options options,
      RoundRunner runner,
      Function<TrainingState, URI> checkpoints,
      List<TrainingListener> listeners) {
    this.options = options;
    this.runner = runner;
    this.checkpoints = checkpoints;
    this.listeners = new ArrayList<>(listeners);
  }

  /** Trains from a checkpoint's state and returns the last. */
  public TrainingState resume(TrainingState start, URI checkpoint) {
    lastCheckpoint = checkpoint;
    return run(start);
  }

  /** Trains from the initial state and returns the last. */
  public TrainingState run(TrainingState start) {
    TrainingState state = start;
    long epochNanos = 0;
    long computeNanos = 0;
    long samples = 0;
    while (state.epoch() < options.epochs()) {
      Round round = options.plan().next(state);
      long began = System.nanoTime();
      RoundResult result = runner.run(state, round);
      long roundNanos = System.nanoTime() - began;
      if (!result.finite()) {
        throw new TrainingDivergedException(
            round, result.lossSum(), lastCheckpoint == null ? null : lastCheckpoint.toString());
      }
      state = state.after(round, result);
      epochNanos += roundNanos;
      computeNanos += result.computeNanos();
      samples += result.samples();
      RoundReport report =
          new RoundReport(
              round,
              result.lossSum() / result.samples(),
              result.samples(),
              result.computeNanos(),
              roundNanos);
      tell(listener -> listener.onRound(report));

      if (round.lastOfEpoch()) {
        EpochReport epoch = report(state, samples, epochNanos, computeNanos);
        tell(listener -> listener.onEpoch(epoch));
        epochNanos = 0;
        computeNanos = 0;
        samples = 0;
      }
      boolean due = round.lastOfEpoch() && state.epoch() % options.checkpointEvery() == 0;
      boolean stop = options.stopRequested().getAsBoolean();
      if (due || stop || state.epoch() == options.epochs()) {
        lastCheckpoint = checkpoint(state);
      }
      if (stop && state.epoch() < options.epochs()) {
        throw new TrainingStoppedException(state.round(), lastCheckpoint.toString());
      }
    }
    return state;
  }

  private EpochReport report(
      TrainingState state, long samples, long epochNanos, long computeNanos) {
    Optional<EvaluationResult> validation =
        options.validation()
            ? Optional.of(runner.evaluate(state.parameters(), Part.VALIDATION))
            : Optional.empty();
    return new EpochReport(
        state.epoch(),
        state.epochLossSum() / state.epochSamples(),
        options.schedule().rate(state.iteration() - 1),
        samples,
        epochNanos / 1e9,
        computeNanos / 1e9,
        validation);
  }

  private URI checkpoint(TrainingState state) {
    URI location = checkpoints.apply(state);
    tell(listener -> listener.onCheckpoint(location, state));
    return location;
  }

  private void tell(Consumer<TrainingListener> event) {
    listeners.removeIf(
        listener -> {
          try {
            event.accept(listener);
            return false;
          } catch (RuntimeException e) {
            LOG.warn("dropping the listener {}, which failed", listener.getClass().getName(), e);
            return true;
          }
        });
  }
}
