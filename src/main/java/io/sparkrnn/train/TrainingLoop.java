package io.sparkrnn.train;

import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.train.updater.LearningRateSchedule;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Rounds until the last epoch is done: run, average, evaluate, checkpoint, in this order. What
 * follows an epoch may be done while the next rounds run ({@link EpochCompletion}); it takes effect
 * at fixed rounds, so nothing depends on how long it takes. Where later epochs follow the
 * evaluations, by early stopping or plateaus, they wait for them.
 */
public record TrainingLoop(
    Options options,
    RoundRunner runner,
    CheckpointWriter checkpoints,
    List<TrainingListener> listeners) {
  /**
   * What the loop does between rounds.
   *
   * @param cadence the last epoch always ends with a checkpoint, and with early stopping every one
   * @param validation empty where no samples are held out to evaluate after each epoch
   * @param stop asked after each round
   */
  public record Options(
      int epochs,
      RoundPlan plan,
      LearningRateSchedule schedule,
      CheckpointCadence cadence,
      Optional<Validation> validation,
      StopRequest stop,
      EarlyStopping earlyStopping,
      MovingAverage movingAverage) {

    public Options {
      if (follows(earlyStopping, schedule)
          && !validation.map(Validation::overlapRounds).equals(Optional.of(0))) {
        throw new IllegalArgumentException(
            "Cannot follow validation: expected an evaluation that rounds wait for, found %s"
                .formatted(validation.isEmpty() ? "none" : "rounds that overlap it"));
      }
    }

    /** Whether later epochs depend on what evaluations find. */
    boolean followsValidation() {
      return follows(earlyStopping, schedule);
    }

    private static boolean follows(EarlyStopping earlyStopping, LearningRateSchedule schedule) {
      return earlyStopping.isOn() || schedule.configuration().plateauEpochs() > 0;
    }

    /** Whether a state is a run's last. */
    boolean ends(TrainingState state) {
      return state.epoch() >= epochs || earlyStopping.ends(state.merits());
    }

    /** Whether the end of an epoch is checkpointed. */
    boolean checkpoints(TrainingState ended) {
      // Any of them may turn out to be the best one.
      return earlyStopping.isOn() || ended.epoch() % cadence.epochs() == 0 || ends(ended);
    }

    /** A state with what these options keep, and without what they do not. */
    private TrainingState kept(TrainingState start) {
      TrainingState state = start;
      if (movingAverage.isOn() == (state.layout().movingAverage() == 0)) {
        state = state.withMovingAverage(movingAverage.isOn() ? state.parameters() : new float[0]);
      }
      return followsValidation() || state.merits().isEmpty() ? state : state.withoutMerits();
    }

    private Round next(TrainingState state) {
      return plan.next(state).withPlateauFactor(schedule.plateauFactor(state.merits()));
    }
  }

  /**
   * The evaluation after each epoch.
   *
   * @param evaluate parameters on the held-out samples; called by another thread than the runner is
   *     if rounds overlap
   * @param overlapRounds rounds of the next epoch that run before the result takes effect, at most
   *     all of them; 0: they wait
   */
  public record Validation(Function<float[], EvaluationResult> evaluate, int overlapRounds) {}

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
        new EpochCompletion(options, checkpoints, told, start, checkpoint)) {
      try {
        return run(start, told, completion);
      } catch (TrainingStoppedException e) {
        throw completion.stopped();
      }
    }
  }

  private TrainingState run(TrainingState start, Listeners told, EpochCompletion completion) {
    TrainingState state = options.kept(start);
    long epochNanos = 0;
    long computeNanos = 0;
    long averagingNanos = 0;
    long[] workerNanos = new long[0];
    long samples = 0;
    while (!options.ends(state)) {
      TrainingState before = state;
      Round round = options.next(state);
      long began = System.nanoTime();
      RoundResult result = runner.run(state.forWorkers(), round);
      long roundNanos = System.nanoTime() - began;
      if (!result.finite()) {
        completion.finish();
        throw new TrainingDivergedException(
            round, result.lossSum(), completion.lastCheckpoint().map(URI::toString).orElse(null));
      }
      state = options.movingAverage().after(state.after(round, result), round);
      double rate = options.schedule().rate(state.iteration() - 1, round.plateauFactor());
      RoundReport report = RoundReport.of(round, result, rate, roundNanos);
      epochNanos += roundNanos;
      computeNanos += report.computeNanos();
      averagingNanos += report.averagingNanos();
      workerNanos = sum(workerNanos, report.workerNanos());
      samples += report.samples();
      told.tell(listener -> listener.onRound(report));

      completion.afterRound(state);
      if (round.lastOfEpoch()) {
        state =
            completion.begin(
                before,
                state,
                new EpochReport(
                    state.epoch(),
                    state.round(),
                    state.epochMeanLoss(),
                    report.learningRate(),
                    samples,
                    epochNanos / 1e9,
                    computeNanos / 1e9,
                    averagingNanos / 1e9,
                    Arrays.stream(workerNanos).mapToObj(nanos -> nanos / 1e9).toList(),
                    Optional.empty()));
        epochNanos = 0;
        computeNanos = 0;
        averagingNanos = 0;
        workerNanos = new long[0];
        samples = 0;
      } else {
        completion.checkpointIfDue(state);
      }
      if (options.stop().isMade() && !options.ends(state)) {
        completion.finish();
        throw new TrainingStoppedException();
      }
    }
    completion.finish();
    return state;
  }

  private static long[] sum(long[] before, long[] added) {
    long[] sums = added.clone();
    for (int worker = 0; worker < before.length; worker++) {
      sums[worker] += before[worker];
    }
    return sums;
  }
}
