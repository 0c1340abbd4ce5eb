package io.sparkrnn.train;

import io.sparkrnn.data.DataException;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.kernel.Network;

/** Whether a network can read a dataset; the kernels see bare arrays and would not notice. */
final class DataShape {
  private DataShape() {}

  /**
   * Requires the network's time steps and inputs, and no more classes than it tells apart.
   *
   * @throws DataException if the dataset has others
   */
  static void require(Network network, SequenceDataset data) {
    if (data.timeSteps() != network.timeSteps()
        || data.inputSize() != network.inputSize()
        || data.classes() > network.classes()) {
      throw new DataException(
          "Cannot run the network on the data: expected %d time steps of %d inputs and at most %d classes, found %d time steps of %d inputs and %d classes"
              .formatted(
                  network.timeSteps(),
                  network.inputSize(),
                  network.classes(),
                  data.timeSteps(),
                  data.inputSize(),
                  data.classes()));
    }
  }
}
