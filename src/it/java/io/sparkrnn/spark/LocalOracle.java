package io.sparkrnn.spark;

import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.storage.Sha256;
import io.sparkrnn.train.LocalRoundRunner;
import io.sparkrnn.train.RoundRunner;
import io.sparkrnn.train.StopRequest;
import io.sparkrnn.train.Training;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** What a classifier must learn, by the engine without Spark. */
final class LocalOracle {
  private LocalOracle() {}

  /**
   * Parameters after a training with one hidden layer.
   *
   * @param flags by the path of a key
   */
  static float[] parameters(MnistTable.Images images, int units, Map<String, String> flags) {
    RunConfiguration configuration = ConfigurationLoader.load(Optional.empty(), flags);
    RnnTopology topology =
        new RnnTopology("rnn", Network.elman(28, 28, List.of(units), Activation.TANH, 10));
    TrainingData data =
        new DealtImages(images, inOrderOfDigests(images), configuration.training().workers());
    Training<TrainingData> training = new Training<>(configuration, data, topology);
    RoundRunner runner =
        new LocalRoundRunner(training.recipe(), Ops.named("portable"), data, StopRequest.NEVER);
    return training.run("portable", runner, training.randomStart()).evaluated().parameters();
  }

  /** Images by SHA-256 of their pixels and label. */
  private static int[] inOrderOfDigests(MnistTable.Images images) {
    return IntStream.range(0, images.labels().length)
        .boxed()
        .sorted(Comparator.comparing(image -> digest(images, image)))
        .mapToInt(image -> image)
        .toArray();
  }

  private static String digest(MnistTable.Images images, int image) {
    ByteBuffer bytes =
        ByteBuffer.allocate(4 * (MnistTable.PIXELS + 1)).order(ByteOrder.LITTLE_ENDIAN);
    for (float pixel : images.pixels()[image]) {
      bytes.putFloat(pixel);
    }
    bytes.putFloat(images.labels()[image]);
    return Sha256.hex(bytes.array());
  }
}
