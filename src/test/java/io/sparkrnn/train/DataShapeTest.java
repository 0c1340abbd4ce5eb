package io.sparkrnn.train;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sparkrnn.data.DataException;
import io.sparkrnn.data.Missing;
import io.sparkrnn.data.Readings;
import io.sparkrnn.data.SequenceColumns;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Embedding;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Join;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.kernel.PortableOps;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.model.TargetScale;
import java.util.List;
import org.junit.jupiter.api.Test;

class DataShapeTest {
  private static final Input INPUT =
      new Input(3, 2, List.of(new Embedding(5, 3, 2), new Embedding(4, 2, -1)), 1, Join.EVERY_STEP);

  private static Network network(Loss loss, Reads reads) {
    return DatasetMinibatchTest.network(INPUT, loss, reads);
  }

  private static SequenceColumns columns() {
    return SequenceColumns.ofLengths(new int[] {2, 3})
        .dense(new float[10], 2, Missing.REFUSE)
        .ids(new int[] {0, 4, 0, 0, 1})
        .ids(new int[] {3, 0, 0, 0, 1})
        .statics(new float[2], 1);
  }

  private static SequenceDataset ofTargets(float... targets) {
    return columns().targets(targets, targets.length / 2, Readings.ONE).dataset();
  }

  private static SequenceDataset labelled(SequenceColumns columns) {
    return columns.labels(new int[2], 4, Readings.ONE).dataset();
  }

  @Test
  void takesWhatANetworkAsksOf() {
    assertThatCode(
            () -> {
              DataShape.require(network(Loss.softmax(), Reads.MAX), labelled(columns()));
              // Shorter than the network's time steps, as a part of a dataset may be.
              DataShape.require(
                  network(Loss.softmax(), Reads.MAX), labelled(columns()).subset(new int[1]));
              DataShape.require(
                  network(new Loss.Squared(), Reads.EVERY),
                  columns().targets(new float[20], 4, Readings.EVERY_STEP).dataset());
              Loss quantiles = new Loss.Quantile(List.of(0.1, 0.5));
              DataShape.require(network(quantiles, Reads.LAST), ofTargets(1, -2, 3, 4));
              DataShape.require(
                  network(new Loss.Sigmoid(), Reads.LAST), ofTargets(0, 1, 0, 1, 0, 1, 0, 0.5f));
            })
        .doesNotThrowAnyException();
  }

  @Test
  void refusesSequencesOfAnotherShape() {
    Network network = network(Loss.softmax(), Reads.LAST);
    assertRefused(
        network,
        labelled(
            SequenceColumns.ofLengths(new int[] {4, 1}).dense(new float[10], 2, Missing.REFUSE)),
        "at most 3 time steps of 2 inputs and at most 4 classes, found 4 time steps of 2 inputs and 4 classes");
    assertRefused(
        network,
        labelled(SequenceColumns.ofEqualLengths(2, 2).dense(new float[8], 2, Missing.REFUSE)),
        "3 time steps of 2 inputs and at most 4 classes, found 2 time steps of 2 inputs and 4 classes");
    assertRefused(
        network,
        columns().labels(new int[2], 5, Readings.ONE).dataset(),
        "at most 3 time steps of 2 inputs and at most 4 classes, found 3 time steps of 2 inputs and 5 classes");
    assertRefused(
        network(new Loss.Squared(), Reads.LAST),
        columns()
            .dense(new float[10], 2, Missing.MASK)
            .targets(new float[8], 4, Readings.ONE)
            .dataset(),
        "at most 3 time steps of 2 inputs, found 3 time steps of 4 inputs");
  }

  @Test
  void refusesIdsAndStaticValuesThatANetworkDoesNotRead() {
    Network network = network(Loss.softmax(), Reads.LAST);
    assertRefused(network, labelled(columns().ids(new int[5])), "2 categorical channels, found 3");
    assertRefused(
        network,
        labelled(
            SequenceColumns.ofLengths(new int[] {2, 3})
                .dense(new float[10], 2, Missing.REFUSE)
                .ids(new int[5])
                .ids(new int[] {0, 0, 0, 0, 4})),
        "ids below 4 in channel 1, found 4");
    assertRefused(
        network,
        labelled(columns().statics(new float[4], 2)),
        "1 static values of each sample, found 2");
  }

  @Test
  void refusesAnswersThatAHeadDoesNotGive() {
    assertRefused(
        network(Loss.softmax(), Reads.EVERY),
        labelled(columns()),
        "labels or targets, one a time step, found one a sample");
    assertRefused(
        network(Loss.softmax(), Reads.MEAN),
        columns().labels(new int[5], 4, Readings.EVERY_STEP).dataset(),
        "labels or targets, one a sample, found one a time step");
    assertRefused(
        network(Loss.softmax(), Reads.LAST),
        ofTargets(new float[8]),
        "labels for the loss softmax, found targets");
    assertRefused(
        network(new Loss.Squared(), Reads.LAST),
        labelled(columns()),
        "4 targets for the loss squared, found labels");
    assertRefused(
        network(new Loss.Quantile(List.of(0.1, 0.5)), Reads.LAST),
        ofTargets(new float[8]),
        "2 targets for the loss quantile, found 4");
    assertRefused(
        network(new Loss.Sigmoid(), Reads.LAST),
        ofTargets(0, 1, 0, 1, 0, 1, 0, 2),
        "targets from 0 to 1 for the loss sigmoid, found targets from 0.0 to 2.0");
    assertRefused(
        network(new Loss.Poisson(), Reads.LAST),
        ofTargets(0, 1, 0, 1, 0, 1, -3, 2),
        "targets of at least 0 for the loss poisson, found -3.0");
  }

  @Test
  void evaluationsRequireWhatTheNetworkReads() {
    Network network = network(Loss.softmax(), Reads.LAST);
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(
            () ->
                new BlockEvaluator(new RnnTopology("small", network), TargetScale.IDENTITY)
                    .evaluate(
                        new PortableOps(),
                        new float[network.parameterCount()],
                        ofTargets(new float[8]),
                        0,
                        0))
        .withMessage(
            "Cannot run the network on the data: expected labels for the loss softmax, found targets");
  }

  private static void assertRefused(Network network, SequenceDataset data, String message) {
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> DataShape.require(network, data))
        .withMessage("Cannot run the network on the data: expected " + message);
  }
}
