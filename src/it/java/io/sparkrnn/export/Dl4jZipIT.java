package io.sparkrnn.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.cli.ForwardPass;
import io.sparkrnn.config.DataConfiguration;
import io.sparkrnn.config.ScheduleConfiguration;
import io.sparkrnn.config.ScheduleName;
import io.sparkrnn.config.UpdaterConfiguration;
import io.sparkrnn.config.UpdaterName;
import io.sparkrnn.data.Axes;
import io.sparkrnn.data.DataSource;
import io.sparkrnn.data.ImageData;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.Shard;
import io.sparkrnn.dl4j.Dl4jNetworks;
import io.sparkrnn.dl4j.NetworkDescription;
import io.sparkrnn.dl4j.NetworkState;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.model.ModelZoo;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.train.LearningRateSchedule;
import io.sparkrnn.train.Recipe;
import io.sparkrnn.train.Replica;
import io.sparkrnn.train.Round;
import io.sparkrnn.train.TrainingState;
import io.sparkrnn.train.Updater;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Map;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A network trained by us on MNIST's images, and what DL4J makes of its zip. */
class Dl4jZipIT {
  private static final int BATCH = 500;
  private static final int ITERATIONS = 60;
  // Below this distance of the best two logits, rounding may decide; both answers are right.
  private static final float TIE = 1e-4f;

  private final RnnTopology topology = ModelZoo.find("row-rnn-150").orElseThrow();
  private final UpdaterConfiguration updater =
      new UpdaterConfiguration(UpdaterName.ADAM, 0.002, 0.9, 0.9, 0.999, 1e-8);
  private final ScheduleConfiguration schedule =
      new ScheduleConfiguration(ScheduleName.COSINE, 10, 0, 1, 0);
  private final Ops kernels = Ops.named("portable");

  @Test
  void theRestoredNetworkPredictsTheSameClassesOfAllTestImages() throws IOException {
    ImageData images =
        DataSource.load(
            new DataConfiguration("builtin:mnist", "", "", "", "", 0), Storage.of(Map.of()));
    NetworkState trained = train(images.training());
    byte[] zip = Dl4jNetworks.zip(new NetworkDescription(topology, updater, schedule, 0), trained);
    MultiLayerNetwork restored =
        ModelSerializer.restoreMultiLayerNetwork(new ByteArrayInputStream(zip), true);
    assertThat(restored.getUpdater().getStateViewArray().toFloatVector())
        .containsExactly(trained.updaterState());

    SequenceDataset test = images.test();
    int ties = 0;
    int right = 0;
    for (int first = 0; first < test.size(); first += BATCH) {
      int[] samples = IntStream.range(first, first + BATCH).toArray();
      float[] batch = test.batch(samples, Axes.BATCH_FIRST);
      float[] logits =
          ForwardPass.run(kernels, topology, trained.parameters(), batch, Axes.BATCH_FIRST, BATCH)
              .logits();
      INDArray features = Nd4j.create(batch, new long[] {BATCH, 28, 28}, 'c').permute(0, 2, 1);
      int[] theirs = restored.predict(features.dup());
      for (int s = 0; s < BATCH; s++) {
        int ours = best(logits, s);
        if (isTie(logits, s, ours)) {
          ties++;
        } else {
          assertThat(theirs[s]).as("class of image %d", first + s).isEqualTo(ours);
        }
        right += ours == test.label(first + s) ? 1 : 0;
      }
    }
    assertThat(ties).isLessThan(10);
    assertThat(right).as("a network that has learned").isGreaterThan(test.size() / 2);
    assertThat(Dl4jZip.available()).isTrue();
  }

  private NetworkState train(SequenceDataset images) {
    Recipe recipe =
        new Recipe(
            topology,
            64,
            1,
            Updater.of(updater),
            new LearningRateSchedule(schedule, updater.learningRate(), 1000),
            1,
            0,
            1);
    TrainingState start =
        TrainingState.initial(
            ParameterInitializer.ORTHOGONAL.initialise(topology, 1), recipe.updater());
    float[] end =
        new Replica(recipe, kernels)
            .run(start, new Shard(0, images), new Round(0, 0, 0, ITERATIONS, 0, false))
            .vector();
    return new NetworkState(
        start.layout().parameters(end), start.layout().updaterState(end), ITERATIONS, 1);
  }

  private static int best(float[] logits, int sample) {
    int best = 0;
    for (int c = 1; c < 10; c++) {
      if (logits[sample * 10 + c] > logits[sample * 10 + best]) {
        best = c;
      }
    }
    return best;
  }

  private static boolean isTie(float[] logits, int sample, int best) {
    return IntStream.range(0, 10)
        .anyMatch(c -> c != best && logits[sample * 10 + best] - logits[sample * 10 + c] < TIE);
  }
}
