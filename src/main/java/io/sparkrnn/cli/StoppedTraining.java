package io.sparkrnn.cli;

import io.sparkrnn.checkpoint.Checkpoint;
import io.sparkrnn.checkpoint.CheckpointStore;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.storage.StorageException;
import io.sparkrnn.train.StateSections;
import io.sparkrnn.train.TrainingState;
import java.util.OptionalInt;

/**
 * A training with early stopping that has come to its end.
 *
 * @param stoppedEarly the last epoch, if more were configured
 * @param best the state after the best epoch, from its checkpoint
 * @param accuracy of the best epoch
 */
record StoppedTraining(OptionalInt stoppedEarly, TrainingState best, double accuracy) {

  /**
   * Reads the best epoch's state back.
   *
   * @param end the state after the last epoch
   * @param epochs that were configured
   * @throws StorageException if the best epoch's checkpoint is lost; another one's parameters would
   *     be another result
   */
  static StoppedTraining of(TrainingState end, int epochs, CheckpointStore store) {
    double accuracy =
        end.accuracies().stream()
            .mapToDouble(Double::doubleValue)
            .max()
            .orElse(Double.NEGATIVE_INFINITY);
    Checkpoint best =
        store
            .best()
            .flatMap(store::load)
            .filter(found -> found.score().orElseThrow() >= accuracy)
            .orElseThrow(
                () ->
                    new StorageException(
                        "Cannot restore the best epoch: expected a good checkpoint with validation accuracy %s, found %s"
                            .formatted(
                                accuracy,
                                store
                                    .best()
                                    .map(entry -> Storage.describe(entry.location()))
                                    .orElse("none"))));
    return new StoppedTraining(
        end.epoch() < epochs ? OptionalInt.of(end.epoch()) : OptionalInt.empty(),
        StateSections.read(best.sections(), Storage.describe(best.location())),
        best.score().getAsDouble());
  }
}
