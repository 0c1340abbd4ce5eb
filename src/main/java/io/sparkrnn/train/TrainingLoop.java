package io.sparkrnn.train;

import io.sparkrnn.evaluation.EvaluationResult;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Rounds until the last epoch is done: run, average, evaluate, checkpoint, in this order. What
 * follows an epoch may be done while the next rounds run ({@link EpochCompletion}); it takes effect
 * at fixed rounds, so nothing depends on how long it takes.
 */
public final class TrainingLoop {
  private final Options options;
  private final RoundRunner runner;
  private final CheckpointWriter checkpoints;
  private final List<TrainingListener> listeners;

  /**
   * What the loop does between rounds.
   *
   * @param cadence the last epoch always ends with a checkpoint
   * @param validation empty where no samples are held out to evaluate after each epoch
   * @param stopRequested asked after each round; what it throws ends the run
   */
  public record Options(
      int epochs,
      RoundPlan plan,
      LearningRateSchedule schedule,
      CheckpointCadence cadence,
      Optional<Validation> validation,
      BooleanSupplier stopRequested) {}

  /**
   * The evaluation after each epoch.
   *
   * @param evaluate parameters on the held-out samples; called by another thread than the runner is
   *     if rounds overlap
   * @param overlapRounds rounds of the next epoch that run before the result takes effect, at most
   *     all of them; 0: they wait
   */
  public record Validation(Function<float[], EvaluationResult> evaluate, int overlapRounds) {}

  public TrainingLoop(
      Options options,
      RoundRunner runner,
      CheckpointWriter checkpoints,
      List<TrainingListener> listeners) {
    this.options = options;
    this.runner = runner;
    this.checkpoints = checkpoints;
    this.listeners = List.copyOf(listeners);
  }

  /** Trains from a checkpoint's state and returns the last. */
  public TrainingState resume(TrainingState start, URI checkpoint) {
    return run(start, Optional.of(checkpoint));
  }

  /** Trains from the initial state and returns the last. */
  public TrainingState run(TrainingState start) {
    return run(start, Optional.empty());
  }

  private TrainingState run(TrainingState start, Optional<URI> checkpoint) {
    Listeners told = new Listeners(listeners);
    // Closing it finishes what is under way, whatever ends the rounds.
    try (EpochCompletion completion =
        new EpochCompletion(options, checkpoints, told, start.round(), checkpoint)) {
      return run(start, told, completion);
    }
  }

  private TrainingState run(TrainingState start, Listeners told, EpochCompletion completion) {
    TrainingState state = start;
    long epochNanos = 0;
    long computeNanos = 0;
    long averagingNanos = 0;
    long samples = 0;
    while (state.epoch() < options.epochs()) {
      Round round = options.plan().next(state);
      long began = System.nanoTime();
      RoundResult result = runner.run(state, round);
      long roundNanos = System.nanoTime() - began;
      if (!result.finite()) {
        completion.finish();
        throw new TrainingDivergedException(
            round, result.lossSum(), completion.lastCheckpoint().map(URI::toString).orElse(null));
      }
      state = state.after(round, result);
      RoundReport report =
          RoundReport.of(round, result, options.schedule().rate(state.iteration() - 1), roundNanos);
      epochNanos += roundNanos;
      computeNanos += report.computeNanos();
      averagingNanos += report.averagingNanos();
      samples += report.samples();
      told.tell(listener -> listener.onRound(report));

      completion.afterRound(state);
      if (round.lastOfEpoch()) {
        completion.begin(
            state,
            new EpochReport(
                state.epoch(),
                state.round(),
                state.epochLossSum() / state.epochSamples(),
                report.learningRate(),
                samples,
                epochNanos / 1e9,
                computeNanos / 1e9,
                averagingNanos / 1e9,
                Optional.empty()));
        epochNanos = 0;
        computeNanos = 0;
        averagingNanos = 0;
        samples = 0;
      } else {
        completion.checkpointIfDue(state);
      }
      if (options.stopRequested().getAsBoolean() && state.epoch() < options.epochs()) {
        throw new TrainingStoppedException(state.round(), completion.save(state).toString());
      }
    }
    completion.finish();
    return state;
  }
}
