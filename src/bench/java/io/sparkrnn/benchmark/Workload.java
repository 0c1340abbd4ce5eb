package io.sparkrnn.benchmark;

import io.sparkrnn.config.DataConfiguration;
import io.sparkrnn.data.images.ImageTrainingData;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.model.ModelZoo;
import io.sparkrnn.model.RnnTopology;
import java.util.List;
import java.util.Map;

/** A network and a minibatch size that benchmarks run with, on the bundled MNIST images. */
record Workload(RnnTopology topology, int minibatchSize) {
  static final long SEED = 1;

  /** As JMH lists its parameters. */
  static final String ROW_RNN_150 = "row-rnn-150";

  static final String ROW_RNN_100X2 = "row-rnn-100x2";

  /** Not in the zoo: large enough that its weights leave the nearest cache. */
  static final String ROW_RNN_512X2 = "row-rnn-512x2";

  static final String LSTM_256 = "lstm-256";

  /**
   * The workload of a name.
   *
   * @throws IllegalArgumentException if there is none
   */
  static Workload named(String name) {
    return switch (name) {
      case ROW_RNN_150, ROW_RNN_100X2 -> new Workload(ModelZoo.find(name).orElseThrow(), 64);
      case ROW_RNN_512X2 ->
          new Workload(
              new RnnTopology(name, Network.elman(28, 28, List.of(512, 512), Activation.TANH, 10)),
              128);
      case LSTM_256 ->
          new Workload(
              new RnnTopology(
                  name,
                  new Network(
                      new Input(28, 28),
                      List.of(new Layer("lstm", 256)),
                      new Head(Loss.softmax(), 10, Reads.LAST))),
              64);
      default ->
          throw new IllegalArgumentException(
              "expected model %s, %s, %s or %s, found %s"
                  .formatted(ROW_RNN_150, ROW_RNN_100X2, ROW_RNN_512X2, LSTM_256, name));
    };
  }

  /** All training images as one worker's. */
  static ImageTrainingData mnist() {
    return ImageTrainingData.read(
        new DataConfiguration("builtin:mnist", "", "", "", "", 0, 0, List.of(), false, false, 1, 0),
        Map.of(),
        1,
        SEED);
  }
}
