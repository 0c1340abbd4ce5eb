package io.sparkrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.evaluation.BlockResult;
import io.sparkrnn.evaluation.ClassTally;
import io.sparkrnn.kernel.InferencePass;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.MinibatchSource;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Biases;
import io.sparkrnn.kernel.Network.Direction;
import io.sparkrnn.kernel.Network.Embedding;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Join;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.kernel.PortableOps;
import io.sparkrnn.kernel.TrainingPass;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.model.TargetScale;
import io.sparkrnn.random.SeededRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole iterations over a dataset, against iterations over samples that were never in one. */
class DatasetMinibatchTest {
  private static final int SAMPLES = 50;

  private static final List<Input> INPUTS =
      List.of(
          new Input(6, 3),
          new Input(6, 2, List.of(new Embedding(5, 3, 2)), 0, Join.EVERY_STEP),
          new Input(6, 0, List.of(new Embedding(5, 3, 2), new Embedding(4, 2, -1)), 2, Join.HEAD),
          new Input(6, 1, List.of(), 3, Join.EVERY_STEP));

  private static final List<Loss> LOSSES =
      List.of(
          Loss.softmax(),
          new Loss.Sigmoid(),
          new Loss.Squared(),
          new Loss.Quantile(List.of(0.1, 0.5)),
          new Loss.Poisson());

  static Stream<Network> networks() {
    List<Network> networks = new ArrayList<>();
    for (Input input : INPUTS) {
      for (Loss loss : LOSSES) {
        networks.add(network(input, loss, Reads.LAST));
        networks.add(network(input, loss, Reads.EVERY));
      }
    }
    return networks.stream();
  }

  static Network network(Input input, Loss loss, Reads reads) {
    Layer layer = new Layer("gru", 7, Direction.BOTH, 0.3, Biases.TWO);
    return new Network(input, List.of(layer), new Head(loss, 4, reads));
  }

  @ParameterizedTest
  @MethodSource("networks")
  void trainingIsThatOfTheSamplesThemselves(Network network) {
    RaggedSamples samples = RaggedSamples.random(network, SAMPLES);
    SequenceDataset data = samples.dataset();
    DataShape.require(network, data);
    List<Integer> taken = new ArrayList<>(IntStream.range(0, SAMPLES).boxed().toList());
    Collections.shuffle(taken, new Random(3));
    int[] order = taken.stream().mapToInt(i -> i).toArray();
    for (int firstCounted : new int[] {0, 2}) {
      DatasetMinibatch minibatch = new DatasetMinibatch(network, firstCounted);
      for (int first = 0; first < SAMPLES; first += 20) {
        int count = Math.min(20, SAMPLES - first);
        RaggedSamples expected =
            samples.chosen(taken.subList(first, first + count)).from(firstCounted);

        minibatch.begin(data, order, first, samples.dropoutKey());

        assertThat(iteration(network, minibatch, count))
            .as("%s from %d", network, first)
            .isEqualTo(iteration(network, expected, count));
      }
    }
  }

  private static float[] parameters(Network network) {
    float[] parameters = new float[network.parameterCount()];
    Random random = new Random(5);
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] = (float) (0.4 * random.nextGaussian());
    }
    return parameters;
  }

  /** What an iteration comes to: losses, their weight, then the gradient. */
  private static List<Double> iteration(Network network, MinibatchSource source, int count) {
    float[] parameters = parameters(network);
    TrainingPass pass = new TrainingPass(network, new PortableOps(), count, 1);
    for (int part = pass.begin(parameters, source, count) - 1; part >= 0; part--) {
      pass.run(part);
    }
    float[] gradient = new float[parameters.length];
    pass.gradient(gradient);
    List<Double> found = new ArrayList<>(List.of(pass.lossSum(), pass.weight()));
    for (float g : gradient) {
      found.add((double) g);
    }
    assertThat(found).anyMatch(value -> value != 0).allMatch(Double::isFinite);
    return found;
  }

  @Test
  void whatIsDroppedDependsOnSeedEpochWorkerAndSample() {
    Network network = network(INPUTS.get(0), Loss.softmax(), Reads.LAST);
    SequenceDataset data = RaggedSamples.random(network, 5).dataset();
    DatasetMinibatch minibatch = new DatasetMinibatch();
    Set<Long> keys = new HashSet<>();
    for (long seed = 0; seed < 3; seed++) {
      for (int epoch = 0; epoch < 3; epoch++) {
        for (int worker = 0; worker < 3; worker++) {
          long key = DatasetMinibatch.dropoutKey(seed, epoch, worker);
          minibatch.begin(data, new int[] {4, 3, 0, 1}, 1, key);
          keys.add(minibatch.dropoutKey(0));
          keys.add(minibatch.dropoutKey(1));
          keys.add(minibatch.dropoutKey(2));
          assertThat(minibatch.dropoutKey(0))
              .as("the same in any minibatch, of stream 5")
              .isEqualTo(minibatch.begin(data, new int[] {3}, 0, key).dropoutKey(0))
              .isEqualTo(SeededRandom.key(seed, 5, epoch, worker, 3));
        }
      }
    }
    assertThat(keys).hasSize(27 * 3);
  }

  @Test
  void evaluationsAreOfTheSamplesThatCount() {
    for (Input input : INPUTS) {
      Network network = network(input, Loss.softmax(), Reads.MEAN);
      RaggedSamples samples = RaggedSamples.random(network, 70);
      float[] parameters = parameters(network);
      InferencePass pass = new InferencePass(network, new PortableOps(), parameters, 70);
      pass.run(samples, 70);
      int[] expected = IntStream.range(0, 70).map(pass::predicted).toArray();
      long[] confusion = new long[16];
      int counted = 0;
      for (int s = 0; s < 70; s++) {
        if (samples.weight(s, 0) > 0) {
          confusion[samples.label(s, 0) * 4 + expected[s]]++;
          counted++;
        }
      }

      BlockEvaluator.Details details = new BlockEvaluator.Details(70);
      BlockResult found =
          new BlockEvaluator(new RnnTopology("small", network), TargetScale.IDENTITY)
              .evaluate(new PortableOps(), parameters, samples.dataset(), 0, 0, details);

      assertThat(details.predicted()).isEqualTo(expected);
      assertThat(((ClassTally) found.tally()).matrix().orElseThrow().counts()).isEqualTo(confusion);
      assertThat(found.samples()).isEqualTo(counted).isLessThan(70);
      assertThat(found.lossSum()).isPositive();
    }
  }

  @Test
  void evaluationsDropNothing() {
    Network network = network(INPUTS.get(0), Loss.softmax(), Reads.LAST);
    SequenceDataset data = RaggedSamples.random(network, 5).dataset();
    DatasetMinibatch minibatch = new DatasetMinibatch();
    minibatch.begin(data, new int[1], 0, 1).begin(data, new int[1], 0);
    assertThatIllegalStateException()
        .isThrownBy(() -> minibatch.dropoutKey(0))
        .withMessage("expected a minibatch that was begun with a key for dropout");
  }
}
