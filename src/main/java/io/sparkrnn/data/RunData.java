package io.sparkrnn.data;

import io.sparkrnn.model.Preparation;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a run trains and tests on, and what it says about where they come from. */
public interface RunData extends TrainingData {

  /** One line for people: where they come from. */
  String described();

  /** What a sample is called, in the plural. */
  String noun();

  /** SHA-256 of each part of them, in a fixed order. */
  List<DataFingerprint> fingerprints();

  /** All training samples, those included that are held out; in the driver alone. */
  SequenceDataset training();

  /** Time steps of the longest sample of all parts. */
  int timeSteps();

  /** What was fitted on training data that come from tables; it goes with a model. */
  default Optional<Preparation> preparation() {
    return Optional.empty();
  }

  /** What classes are called, in their order; none where they are numbers. */
  default List<String> classNames() {
    return preparation().map(Preparation::classes).orElse(List.of());
  }

  /** What can hardly be meant, a line each. */
  default List<String> warnings() {
    return List.of();
  }

  /** How columns of numbers are distributed that training data from tables have. */
  default List<ColumnStatistics> columns() {
    return List.of();
  }

  /**
   * Predictions that need no model, by name, for the readings of the test part that count, in the
   * order of its samples: {@code [reading][target]}, in the units of the data.
   */
  default Map<String, float[]> baselines() {
    return Map.of();
  }

  /** Ids of a categorical channel, those included that no sample has. */
  default int vocabulary(int channel) {
    return training().vocabulary(channel);
  }

  /** Training samples of each class, or readings, that count. */
  default List<Long> labelCounts() {
    return training().statistics().labelCounts();
  }

  /** Samples of all shards together. */
  default int trainingSize() {
    int size = 0;
    for (int worker = 0; worker < workers(); worker++) {
      size += shardSize(worker);
    }
    return size;
  }
}
