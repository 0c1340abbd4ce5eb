package io.sparkrnn.train;

import io.sparkrnn.data.DataException;
import io.sparkrnn.data.InputRange;
import io.sparkrnn.data.Readings;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Embedding;
import io.sparkrnn.kernel.Network.Reads;
import java.util.List;

/** Whether a network can read a dataset; the kernels see bare arrays and would not notice. */
final class DataShape {
  private DataShape() {}

  /**
   * Requires all that a network asks of data: the time steps and dense values, or no more time
   * steps than its own where samples have their own number of them; ids that have embeddings;
   * static values; and labels or targets for what its head reads.
   *
   * @throws DataException if the dataset has others
   */
  static void require(Network network, SequenceDataset data) {
    requireOutcomes(network, data);
    requireSequences(network, data);
    requireIds(network.input().categorical(), data);
    if (data.staticSize() != network.input().statics()) {
      throw refusal(
          "%d static values of each sample".formatted(network.input().statics()),
          data.staticSize());
    }
  }

  private static void requireSequences(Network network, SequenceDataset data) {
    boolean fits =
        data.hasEqualLengths()
            ? data.timeSteps() == network.timeSteps()
            : data.timeSteps() <= network.timeSteps();
    if (fits && data.inputSize() == network.inputSize() && data.classes() <= network.classes()) {
      return;
    }
    String expected =
        "%d time steps of %d inputs".formatted(network.timeSteps(), network.inputSize());
    String found = "%d time steps of %d inputs".formatted(data.timeSteps(), data.inputSize());
    if (network.head().loss().ofClasses()) {
      expected += " and at most %d classes".formatted(network.classes());
      found += " and %d classes".formatted(data.classes());
    }
    throw refusal(data.hasEqualLengths() ? expected : "at most " + expected, found);
  }

  private static void requireIds(List<Embedding> embeddings, SequenceDataset data) {
    if (data.channels() != embeddings.size()) {
      throw refusal("%d categorical channels".formatted(embeddings.size()), data.channels());
    }
    for (int channel = 0; channel < embeddings.size(); channel++) {
      int vocabulary = embeddings.get(channel).vocabulary();
      if (data.vocabulary(channel) > vocabulary) {
        throw refusal(
            "ids below %d in channel %d".formatted(vocabulary, channel),
            data.vocabulary(channel) - 1);
      }
    }
  }

  private static void requireOutcomes(Network network, SequenceDataset data) {
    Loss loss = network.head().loss();
    Readings readings = network.head().reads() == Reads.EVERY ? Readings.EVERY_STEP : Readings.ONE;
    if (data.readings() != readings) {
      throw refusal("labels or targets, " + readings, data.readings());
    }
    if (loss.ofClasses()) {
      if (data.classes() == 0) {
        throw refusal("labels for the loss %s".formatted(loss.name()), "targets");
      }
      return;
    }
    int targets = network.classes() / DatasetMinibatch.outputsOfTarget(network);
    if (data.targetSize() != targets) {
      throw refusal(
          "%d targets for the loss %s".formatted(targets, loss.name()),
          data.classes() > 0 ? "labels" : data.targetSize());
    }
    InputRange range = data.targetRange();
    if (loss instanceof Loss.Sigmoid && (range.lowest() < 0 || range.highest() > 1)) {
      throw refusal(
          "targets from 0 to 1 for the loss " + loss.name(),
          "targets from %s to %s".formatted(range.lowest(), range.highest()));
    }
    if (loss instanceof Loss.Poisson && range.lowest() < 0) {
      throw refusal("targets of at least 0 for the loss " + loss.name(), range.lowest());
    }
  }

  private static DataException refusal(String expected, Object found) {
    return new DataException(
        "Cannot run the network on the data: expected %s, found %s".formatted(expected, found));
  }
}
