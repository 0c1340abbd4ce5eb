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
 * at fixed rounds, so nothing depends on how long it takes. Where what comes next follows an
 * evaluation, by early stopping, plateaus or at the end of a budget, it waits for it.
 */
public record TrainingLoop(
    Options options,
    RoundRunner runner,
    CheckpointWriter checkpoints,
    List<TrainingListener> listeners) {
  /**
   * What the loop does between rounds.
   *
   * @param budget how many epochs there are
   * @param cadence the last epoch always ends with a checkpoint, and with early stopping every one
   * @param validation empty where no samples are held out to evaluate after each epoch
   * @param stop asked after each round
   */
  public record Options(
      Budget budget,
      RoundPlan plan,
      LearningRateSchedule schedule,
      CheckpointCadence cadence,
      Optional<Validation> validation,
      StopRequest stop,
      EarlyStopping earlyStopping,
      MovingAverage movingAverage) {

    public Options {
      if (budget.cycleEpochs() > 0 && validation.isEmpty()) {
        throw new IllegalArgumentException(
            "Cannot go on while validation gets better: expected an evaluation, found none");
      }
      if (follows(earlyStopping, schedule)
          && !validation.map(Validation::overlapRounds).equals(Optional.of(0))) {
        throw new IllegalArgumentException(
            "Cannot follow validation: expected an evaluation that rounds wait for, found %s"
                .formatted(validation.isEmpty() ? "none" : "rounds that overlap it"));
      }
    }

    /** Whether states have what evaluations found. */
    boolean keepsMerits() {
      return follows(earlyStopping, schedule) || budget.cycleEpochs() > 0;
    }

    /** Whether what comes after an epoch depends on what its evaluation finds. */
    boolean followsValidationOf(int epoch) {
      return follows(earlyStopping, schedule) || budget.decidesAfter(epoch);
    }

    private static boolean follows(EarlyStopping earlyStopping, LearningRateSchedule schedule) {
      return earlyStopping.isOn() || schedule.configuration().plateauEpochs() > 0;
    }

    /** Whether a state is a run's last. */
    boolean ends(TrainingState state) {
      return state.epoch() >= budget.end(state.merits()) || earlyStopping.ends(state.merits());
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
      return keepsMerits() || state.merits().isEmpty() ? state : state.withoutMerits();
    }

    private Round next(TrainingState state) {
      return plan.next(state).withPlateauFactor(schedule.plateauFactor(state.merits()));
    }
  }

  /**
   * How many epochs a run has: those that were planned, and a cycle of the schedule more as long as
   * the last epochs made the score on held-out samples better. A pure function of these scores, so
   * a run that is resumed decides alike.
   *
   * @param epochs that were planned
   * @param most that cycles may come to; at most those planned: none follows
   * @param criterion by how much a score has to be better
   */
  public record Budget(int epochs, int most, EarlyStopping criterion) {

    /** Never exceeded. */
    public Budget(int epochs) {
      this(epochs, 0, new EarlyStopping(0, 0));
    }

    /** Of each cycle: half of the planned ones; 0: there is none. */
    public int cycleEpochs() {
      return most > epochs ? Math.min((epochs + 1) / 2, most - epochs) : 0;
    }

    /** Epochs up to the end of the cycle that an epoch is in, which counts from 1. */
    public int through(int epoch) {
      int cycle = cycleEpochs();
      return cycle == 0 || epoch <= epochs
          ? epochs
          : epochs + (epoch - epochs + cycle - 1) / cycle * cycle;
    }

    /** Whether an epoch is the last of the budget or of a cycle: its merit decides on another. */
    boolean decidesAfter(int epoch) {
      return cycleEpochs() > 0 && epoch == through(epoch);
    }

    /**
     * The epochs of a run, as far as it is known. Where the first ones were not evaluated, no cycle
     * follows.
     *
     * @param merits of the epochs so far
     */
    public int end(List<Double> merits) {
      int cycle = cycleEpochs();
      int end = epochs;
      while (cycle > 0
          && end + cycle <= most
          && merits.size() >= end
          && stillImproves(merits.subList(0, end))) {
        end += cycle;
      }
      return end;
    }

    /** Whether the last quarter of as many epochs as were planned has brought a better score. */
    private boolean stillImproves(List<Double> merits) {
      int before = Math.max(0, merits.size() - (epochs + 3) / 4);
      return criterion.isBetter(best(merits), best(merits.subList(0, before)));
    }

    private static double best(List<Double> merits) {
      return merits.stream()
          .reduce(Double.NEGATIVE_INFINITY, (best, merit) -> merit > best ? merit : best);
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

      state = completion.afterRound(state);
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
