package io.sparkrnn.train;

import io.sparkrnn.data.DataException;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.kernel.NetworkShape;

/** Whether a network can read a dataset; the kernels see bare arrays and would not notice. */
final class DataShape {
  private DataShape() {}

  /**
   * Requires the network's time steps and inputs, and no more classes than it tells apart.
   *
   * @throws DataException if the dataset has others
   */
  static void require(NetworkShape shape, SequenceDataset data) {
    if (data.timeSteps() != shape.timeSteps()
        || data.inputSize() != shape.inputSize()
        || data.classes() > shape.classes()) {
      throw new DataException(
          "Cannot run the network on the data: expected %d time steps of %d inputs and at most %d classes, found %d time steps of %d inputs and %d classes"
              .formatted(
                  shape.timeSteps(),
                  shape.inputSize(),
                  shape.classes(),
                  data.timeSteps(),
                  data.inputSize(),
                  data.classes()));
    }
  }
}
