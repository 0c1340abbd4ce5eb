package io.sparkrnn.run;

import io.sparkrnn.checkpoint.Checkpoint;
import io.sparkrnn.checkpoint.CheckpointStore;
import io.sparkrnn.evaluation.Score;
import io.sparkrnn.evaluation.ScoreKind;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.storage.StorageException;
import io.sparkrnn.train.StateSections;
import io.sparkrnn.train.TrainingState;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A training with early stopping that has come to its end.
 *
 * @param stoppedEarly the last epoch, if more were to come
 * @param best the state after the best epoch, from its checkpoint
 * @param score of the best epoch
 */
record StoppedTraining(OptionalInt stoppedEarly, TrainingState best, Score score) {

  /**
   * Reads the best epoch's state back.
   *
   * @param end the state after the last epoch
   * @param epochs that there would have been
   * @param kind of the score that decides
   * @throws StorageException if the best epoch's checkpoint is lost; another one's parameters would
   *     be another result
   */
  static StoppedTraining of(TrainingState end, int epochs, ScoreKind kind, CheckpointStore store) {
    List<Double> merits = end.merits();
    double highest = merits.isEmpty() ? 0 : Collections.max(merits);
    // An earlier one than the earliest of equals may be from before early stopping was asked for.
    int epoch = end.epoch() - merits.size() + merits.indexOf(highest) + 1;
    Optional<Checkpoint> found = store.best().flatMap(store::load);
    if (found.isPresent()) {
      Checkpoint best = found.get();
      TrainingState state = StateSections.read(best.sections(), Storage.describe(best.location()));
      double merit = best.score().orElseThrow();
      if (state.epoch() <= epoch && merit >= highest) {
        return new StoppedTraining(
            end.epoch() < epochs ? OptionalInt.of(end.epoch()) : OptionalInt.empty(),
            state,
            Score.ofMerit(kind, merit));
      }
    }
    throw new StorageException(
        "Cannot restore the best epoch: expected the checkpoint of epoch %d, with validation %s %s, found %s as the best one"
            .formatted(
                epoch,
                kind.label(),
                Score.ofMerit(kind, highest).value(),
                found.map(best -> Storage.describe(best.location())).orElse("none")));
  }
}
