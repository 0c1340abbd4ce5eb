package io.sparkrnn.train;

import io.sparkrnn.checkpoint.CheckpointEntry;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.train.TrainingLoop.Validation;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.MDC;

/**
 * What follows an epoch: its evaluation, its report, its checkpoint.
 *
 * <p>One thread evaluates and writes while the next rounds run. An evaluation takes effect a fixed
 * number of rounds later: listeners are told, and only then is the checkpoint begun, so a run that
 * is resumed from a checkpoint never lacks its evaluation. The checkpoint takes effect when the
 * next epoch ends or the next checkpoint is due. Whatever ends the run, both are finished first.
 * Taking effect happens on the caller's thread, and waits.
 */
final class EpochCompletion implements AutoCloseable {
  private final TrainingLoop.Options options;
  private final CheckpointWriter checkpoints;
  private final Listeners listeners;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(work -> new Thread(work, "rnn.epoch-completion"));

  private Optional<URI> lastCheckpoint;
  private long lastSavedRound;
  private long lastBegunRound;
  private long lastBegunNanos;
  private TrainingState latest;
  private TrainingState resumable;
  private Optional<Evaluating> evaluating = Optional.empty();

  /** A checkpoint that has not taken effect. */
  private Optional<CompletableFuture<CheckpointReport>> saving = Optional.empty();

  /**
   * An epoch's end whose evaluation has not taken effect.
   *
   * @param awaited whether rounds wait for it; the state has the epoch's merit then
   */
  private record Evaluating(
      TrainingState state,
      EpochReport report,
      CompletableFuture<Optional<EvaluationResult>> validation,
      boolean awaited) {}

  EpochCompletion(
      TrainingLoop.Options options,
      CheckpointWriter checkpoints,
      Listeners listeners,
      TrainingState start,
      Optional<URI> lastCheckpoint) {
    this.options = options;
    this.checkpoints = checkpoints;
    this.listeners = listeners;
    this.lastCheckpoint = lastCheckpoint;
    this.lastSavedRound = lastCheckpoint.isPresent() ? start.round() : -1;
    this.lastBegunRound = start.round();
    this.latest = start;
    this.resumable = start;
    this.lastBegunNanos = options.cadence().nanoTime().getAsLong();
  }

  /**
   * Begins with an epoch that has ended, after finishing the one before.
   *
   * @param before the state that the epoch's last round began with: resumed from there, a run that
   *     is stopped while it evaluates comes to that evaluation again
   * @return the state to go on from, with the epoch's merit where what comes next depends on it
   */
  TrainingState begin(TrainingState before, TrainingState ended, EpochReport report) {
    latest = ended;
    finish();
    resumable = before.withMerits(latest.merits());
    float[] parameters = ended.evaluated().parameters();
    CompletableFuture<Optional<EvaluationResult>> validation =
        overlapRounds() > 0
            ? inBackground(() -> validate(parameters))
            : CompletableFuture.completedFuture(validate(parameters));
    boolean awaited = options.followsValidationOf(ended.epoch());
    TrainingState state =
        awaited ? latest.withMerit(merit(StopRequest.NEVER.await(validation))) : latest;
    evaluating = Optional.of(new Evaluating(state, report, validation, awaited));
    return afterRound(state);
  }

  private static double merit(Optional<EvaluationResult> validation) {
    return validation.orElseThrow().score().merit();
  }

  private int overlapRounds() {
    return options.validation().map(Validation::overlapRounds).orElse(0);
  }

  private Optional<EvaluationResult> validate(float[] parameters) {
    return options.validation().map(validation -> validation.evaluate().apply(parameters));
  }

  /**
   * Lets an evaluation take effect if this is its round.
   *
   * @return the state to go on from
   */
  TrainingState afterRound(TrainingState state) {
    latest = state;
    if (evaluating.isEmpty()
        || evaluating.get().awaited()
        || state.round() - evaluating.get().state().round() >= overlapRounds()) {
      finishEvaluation();
    }
    return latest;
  }

  /**
   * Begins a checkpoint within an epoch, where the cadence asks for it. While an evaluation is
   * under way it waits for a later round: a run that is resumed would lack the evaluation.
   */
  void checkpointIfDue(TrainingState state) {
    if (evaluating.isEmpty()
        && options
            .cadence()
            .dueWithin(
                state.round() - lastBegunRound,
                options.cadence().nanoTime().getAsLong() - lastBegunNanos)) {
      finishCheckpoint();
      beginCheckpoint(state, Optional.empty());
    }
  }

  /** Saves the newest state that lacks no evaluation, if that has not been done. */
  TrainingStoppedException stopped() {
    finishCheckpoint();
    if (resumable.round() != lastSavedRound) {
      beginCheckpoint(resumable, Optional.empty());
      finishCheckpoint();
    }
    return new TrainingStoppedException(resumable.round(), lastCheckpoint.orElseThrow().toString());
  }

  /** Waits for all that has begun and lets it take effect. */
  void finish() {
    finishEvaluation();
    finishCheckpoint();
  }

  /** The newest checkpoint that has taken effect. */
  Optional<URI> lastCheckpoint() {
    return lastCheckpoint;
  }

  private void finishEvaluation() {
    if (evaluating.isPresent()) {
      Evaluating ended = evaluating.get();
      evaluating = Optional.empty();
      Optional<EvaluationResult> validation = StopRequest.NEVER.await(ended.validation());
      TrainingState state = ended.state();
      if (options.keepsMerits() && !ended.awaited()) {
        state = state.withMerit(merit(validation));
        latest = latest.withMerit(merit(validation));
      }
      EpochReport report = ended.report().with(validation);
      listeners.tell(listener -> listener.onEpoch(report));
      if (options.checkpoints(state)) {
        beginCheckpoint(state, validation);
      }
    }
    resumable = latest;
  }

  private void beginCheckpoint(TrainingState state, Optional<EvaluationResult> validation) {
    lastBegunRound = state.round();
    lastBegunNanos = options.cadence().nanoTime().getAsLong();
    saving = Optional.of(inBackground(() -> checkpoint(state, validation)));
  }

  private CheckpointReport checkpoint(TrainingState state, Optional<EvaluationResult> validation) {
    long began = System.nanoTime();
    CheckpointEntry saved = checkpoints.save(state, validation);
    return new CheckpointReport(
        saved.location(), state, saved.length(), (System.nanoTime() - began) / 1e9);
  }

  private void finishCheckpoint() {
    if (saving.isPresent()) {
      CompletableFuture<CheckpointReport> begun = saving.get();
      saving = Optional.empty();
      CheckpointReport report = StopRequest.NEVER.await(begun);
      lastCheckpoint = Optional.of(report.location());
      lastSavedRound = report.state().round();
      listeners.tell(listener -> listener.onCheckpoint(report));
    }
  }

  private <T> CompletableFuture<T> inBackground(Supplier<T> work) {
    // What is logged there belongs to the run, too.
    Map<String, String> context = Optional.ofNullable(MDC.getCopyOfContextMap()).orElse(Map.of());
    return CompletableFuture.supplyAsync(
        () -> {
          MDC.setContextMap(context);
          return work.get();
        },
        thread);
  }

  /** Finishes what has begun and ends the thread. */
  @Override
  public void close() {
    try {
      finish();
    } finally {
      thread.shutdown();
      awaitEnd();
    }
  }

  private void awaitEnd() {
    try {
      // It has nothing to do any more.
      thread.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
