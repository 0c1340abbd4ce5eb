package io.sparkrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.sparkrnn.data.Missing;
import io.sparkrnn.data.Readings;
import io.sparkrnn.data.SequenceColumns;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.evaluation.BlockResult;
import io.sparkrnn.evaluation.ClassTally;
import io.sparkrnn.kernel.GeneralMinibatch;
import io.sparkrnn.kernel.GeneralMinibatch.Sample;
import io.sparkrnn.kernel.GeneralMinibatch.Varied;
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
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole iterations over a dataset, against iterations over samples that were never in one. */
class DatasetMinibatchTest {
  private static final int SAMPLES = 50;
  private static final long DROPOUT_KEY = 77;

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
    GeneralMinibatch samples = samples(network, SAMPLES);
    SequenceDataset data = dataset(samples);
    DataShape.require(network, data);
    List<Integer> taken = new ArrayList<>(IntStream.range(0, SAMPLES).boxed().toList());
    Collections.shuffle(taken, new Random(3));
    int[] order = taken.stream().mapToInt(i -> i).toArray();
    for (int firstCounted : new int[] {0, 2}) {
      DatasetMinibatch minibatch = new DatasetMinibatch(network, firstCounted);
      for (int first = 0; first < SAMPLES; first += 20) {
        int count = Math.min(20, SAMPLES - first);
        int[] chosen = Arrays.copyOfRange(order, first, first + count);
        GeneralMinibatch expected = warmingUp(samples.subset(chosen), firstCounted);

        minibatch.begin(data, order, first, DROPOUT_KEY);

        assertThat(iteration(network, minibatch, count))
            .as("%s from %d", network, first)
            .isEqualTo(iteration(network, expected, count));
      }
    }
  }

  /** Samples of their own lengths and weights, and with the keys that a dataset gives them. */
  static GeneralMinibatch samples(Network network, int count) {
    GeneralMinibatch samples =
        GeneralMinibatch.random(network, count, count, Varied.LENGTHS, Varied.WEIGHTS);
    return samples.with(
        sample ->
            sample.withDropoutKey(
                SeededRandom.key(DROPOUT_KEY, samples.samples().indexOf(sample))));
  }

  /** Where each time step is read, those before one do not count. */
  private static GeneralMinibatch warmingUp(GeneralMinibatch samples, int firstCounted) {
    if (samples.network().head().reads() != Reads.EVERY) {
      return samples;
    }
    return samples.with(
        sample -> {
          float[] weights = sample.weights().clone();
          Arrays.fill(weights, 0, firstCounted, 0f);
          return sample.weighing(weights);
        });
  }

  static SequenceDataset dataset(GeneralMinibatch minibatch) {
    Network network = minibatch.network();
    Input input = network.input();
    boolean every = network.head().reads() == Reads.EVERY;
    List<Sample> samples = minibatch.samples();
    SequenceColumns columns =
        SequenceColumns.ofLengths(samples.stream().mapToInt(Sample::length).toArray());
    if (input.dense() > 0) {
      columns.dense(
          joined(samples, s -> Stream.of(s.dense()).limit(s.length())),
          input.dense(),
          Missing.REFUSE);
    }
    for (int channel = 0; channel < input.categorical().size(); channel++) {
      int of = channel;
      columns.ids(
          samples.stream()
              .flatMapToInt(s -> Arrays.stream(s.ids()[of]).limit(s.length()))
              .toArray());
    }
    if (input.statics() > 0) {
      columns.statics(joined(samples, s -> Stream.of(s.statics())), input.statics());
    }
    Readings readings = every ? Readings.EVERY_STEP : Readings.ONE;
    if (network.head().loss().ofClasses()) {
      columns.labels(
          samples.stream()
              .flatMapToInt(s -> Arrays.stream(s.labels()).limit(every ? s.length() : 1))
              .toArray(),
          network.classes(),
          readings);
    } else {
      int outputs = DatasetMinibatch.outputsOfTarget(network);
      columns.targets(
          joined(
              samples,
              s ->
                  Stream.of(s.targets())
                      .limit(every ? s.length() : 1)
                      .map(reading -> eachOf(reading, outputs))),
          network.classes() / outputs,
          readings);
    }
    return columns
        .weights(
            joined(samples, s -> Stream.of(Arrays.copyOf(s.weights(), every ? s.length() : 1))))
        .dataset();
  }

  /** One of so many values that are the same. */
  private static float[] eachOf(float[] values, int same) {
    float[] each = new float[values.length / same];
    for (int i = 0; i < each.length; i++) {
      each[i] = values[i * same];
    }
    return each;
  }

  private static float[] joined(List<Sample> samples, Function<Sample, Stream<float[]>> parts) {
    return VectorLayout.join(samples.stream().flatMap(parts).toArray(float[][]::new));
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
    SequenceDataset data = dataset(samples(network, 5));
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
      GeneralMinibatch samples = samples(network, 70);
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
              .evaluate(new PortableOps(), parameters, dataset(samples), 0, 0, details);

      assertThat(details.predicted()).isEqualTo(expected);
      assertThat(((ClassTally) found.tally()).matrix().orElseThrow().counts()).isEqualTo(confusion);
      assertThat(found.samples()).isEqualTo(counted).isLessThan(70);
      assertThat(found.lossSum()).isPositive();
    }
  }

  @Test
  void evaluationsDropNothing() {
    Network network = network(INPUTS.get(0), Loss.softmax(), Reads.LAST);
    SequenceDataset data = dataset(samples(network, 5));
    DatasetMinibatch minibatch = new DatasetMinibatch();
    minibatch.begin(data, new int[1], 0, 1).begin(data, new int[1], 0);
    assertThatIllegalStateException()
        .isThrownBy(() -> minibatch.dropoutKey(0))
        .withMessage("expected a minibatch that was begun with a key for dropout");
  }
}
