package io.sparkrnn.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparkrnn.kernel.GeneralMinibatch.Varied;
import io.sparkrnn.kernel.Network.Biases;
import io.sparkrnn.kernel.Network.Direction;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.train.updater.Updater;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every cell, direction, input, head and length, against oracle and scalar definition. */
class GeneralPassTest {
  // Relative to the largest element of the gradient; outputs absolute below one, else relative.
  private static final double GRADIENT_TOLERANCE = 2e-5;
  private static final double OUTPUT_TOLERANCE = 5e-6;

  private static final List<Ops> ALL = List.of(new ScalarOps(), new PortableOps(), new VectorOps());

  static Stream<String> cells() {
    return GeneralNetworks.CELLS.stream();
  }

  static Stream<Network> networks() {
    return GeneralNetworks.all().stream();
  }

  @ParameterizedTest
  @MethodSource("networks")
  void agreesWithTheOracle(Network network) {
    for (int size : new int[] {5, 40}) {
      assertAgrees(GeneralMinibatch.random(network, size, size, Varied.LENGTHS, Varied.WEIGHTS));
    }
    assertAgrees(GeneralMinibatch.random(network, 3, 1));
  }

  @ParameterizedTest
  @EnumSource
  void agreesWithTheOracleOnEveryLoss(Reads reads) {
    for (Loss loss : GeneralNetworks.LOSSES) {
      Network network =
          GeneralNetworks.of("gru", Direction.FORWARD, reads, loss, 0, GeneralNetworks.input(1));
      assertAgrees(GeneralMinibatch.random(network, 7, 3, Varied.LENGTHS, Varied.WEIGHTS));
    }
  }

  private static void assertAgrees(GeneralMinibatch minibatch) {
    Network network = minibatch.network();
    DoubleNetwork oracle =
        new DoubleNetwork(network, minibatch.parameters())
            .with(
                (sample, layer, way, step, unit) ->
                    factor(network, minibatch.dropoutKey(sample), layer, way, step, unit));
    assertAgrees(minibatch, oracle.run(minibatch, minibatch.all()));
    if (network.layers().stream().allMatch(layer -> layer.dropout() == 0)) {
      assertOutputs(minibatch, oracle.run(minibatch, minibatch.all()).outputs());
    }
  }

  /** By the definition: a key of sample, layer, direction and step, then the unit's draw. */
  private static double factor(
      Network network, long sampleKey, int layer, int way, int step, int unit) {
    double dropout = network.layers().get(layer).dropout();
    if (dropout == 0) {
      return 1;
    }
    int draw = Ops.draw(Deliveries.key(sampleKey, layer, way, step), unit);
    return draw < dropout * (1 << 24) ? 0 : 1 / (1 - dropout);
  }

  private static void assertAgrees(GeneralMinibatch minibatch, DoubleNetwork.Result expected) {
    TrainingPass pass = new TrainingPass(minibatch.network(), new VectorOps(), 64, 2);
    float[] gradient = gradient(pass, minibatch);
    String what = minibatch.network() + " of " + minibatch.size();
    assertThat(pass.weight()).as(what).isCloseTo(expected.weightSum(), within(1e-6));
    if (expected.weightSum() == 0) {
      return;
    }
    assertThat(pass.lossSum() / pass.weight())
        .as(what)
        .isCloseTo(expected.loss(), within(1e-5 * Math.max(1, Math.abs(expected.loss()))));
    double largest = Arrays.stream(expected.gradient()).map(Math::abs).max().orElseThrow();
    double worst = 0;
    int at = 0;
    for (int i = 0; i < gradient.length; i++) {
      double error = Math.abs(gradient[i] - expected.gradient()[i]) / largest;
      if (!(error <= worst)) {
        worst = error;
        at = i;
      }
    }
    assertThat(worst)
        .as("gradient %d of %s: %s", at, what, minibatch.network().layout().blocks())
        .isLessThan(GRADIENT_TOLERANCE);
  }

  private static void assertOutputs(GeneralMinibatch minibatch, double[][][] expected) {
    float[][][] outputs = outputs(new VectorOps(), minibatch, null, null);
    for (int s = 0; s < expected.length; s++) {
      assertThat(outputs[s].length).isEqualTo(expected[s].length);
      for (int t = 0; t < expected[s].length; t++) {
        for (int c = 0; c < expected[s][t].length; c++) {
          double scale = Math.max(1, Math.abs(expected[s][t][c]));
          assertThat((double) outputs[s][t][c])
              .as("%s", minibatch.network())
              .isCloseTo(expected[s][t][c], within(OUTPUT_TOLERANCE * scale));
        }
      }
    }
  }

  /** {@code [sample][reading][output]}. */
  private static float[][][] outputs(
      Ops ops, GeneralMinibatch minibatch, float[] states, float[] statesAfter) {
    Network network = minibatch.network();
    int n = minibatch.size();
    return outputs(
        InferencePass.keepingStates(network, ops, minibatch.parameters(), n),
        minibatch,
        states,
        statesAfter);
  }

  private static float[][][] outputs(
      InferencePass pass, GeneralMinibatch minibatch, float[] states, float[] statesAfter) {
    Network network = minibatch.network();
    int n = minibatch.size();
    float[][][] outputs = new float[n][][];
    for (int s = 0; s < n; s++) {
      boolean every = network.head().reads() == Reads.EVERY;
      outputs[s] = new float[every ? minibatch.length(s) : 1][network.classes()];
    }
    pass.run(
        minibatch,
        n,
        (sample, step, values, at, stride) -> {
          for (int c = 0; c < network.classes(); c++) {
            outputs[sample][step][c] = values[at + c * stride];
          }
        },
        states,
        statesAfter);
    return outputs;
  }

  private static float[] lastStateAmongMany(GeneralMinibatch minibatch, int sample) {
    Network network = minibatch.network();
    InferencePass pass =
        new InferencePass(network, new VectorOps(), minibatch.parameters(), minibatch.size());
    outputs(pass, minibatch, null, null);
    return lastState(pass, network, sample);
  }

  private static float[] lastState(InferencePass pass, Network network, int sample) {
    float[] state = new float[network.layers().get(network.layers().size() - 1).outputs()];
    pass.lastState(sample, state);
    return state;
  }

  private static float[] gradient(TrainingPass pass, GeneralMinibatch minibatch) {
    float[] gradient = new float[minibatch.network().parameterCount()];
    Arrays.fill(gradient, Float.NaN); // Must be overwritten, not added to.
    int parts = pass.begin(minibatch.parameters(), minibatch, minibatch.size());
    IntStream.range(0, parts).map(i -> parts - 1 - i).forEach(pass::run);
    if (parts > 0) {
      for (int part = 0; part < pass.products(); part++) {
        pass.runProduct(part);
      }
      pass.gradient(gradient);
    }
    return gradient;
  }

  @ParameterizedTest
  @MethodSource("networks")
  void bitsAreTheSameWhateverComputesThem(Network network) {
    GeneralMinibatch minibatch =
        GeneralMinibatch.random(network, 70, 9, Varied.LENGTHS, Varied.WEIGHTS);
    float[] expected = null;
    double lossSum = 0;
    for (Ops ops : ALL) {
      for (int parts = 1; parts <= 3; parts++) {
        for (int sideBySide : new int[] {1, 3}) {
          TrainingPass pass = new TrainingPass(network, ops, 100, parts, sideBySide);
          // Before it another minibatch, whose leavings must not be seen.
          gradient(pass, GeneralMinibatch.random(network, 100, 77));
          float[] gradient = gradient(pass, minibatch);
          if (expected == null) {
            expected = gradient;
            lossSum = pass.lossSum();
          }
          assertThat(gradient).as(ops.name() + parts).isEqualTo(expected);
          assertThat(pass.lossSum()).isEqualTo(lossSum);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  void threadsThatShareGroupsHaveTheSameBits(Network network) {
    for (int most : new int[] {17, 32, 40, 70}) {
      TrainingPass alone = new TrainingPass(network, new VectorOps(), most, 1);
      for (int parts : new int[] {2, 3, 5}) {
        TrainingPass pass = new TrainingPass(network, new VectorOps(), most, parts);
        boolean shares = parts > (most + 31) / 32;
        assertThat(pass.products() > 0).isEqualTo(shares);
        // The last one of an epoch has fewer samples.
        for (int n : new int[] {most, 5, most - 1, 16}) {
          GeneralMinibatch minibatch =
              GeneralMinibatch.random(network, n, n, Varied.LENGTHS, Varied.WEIGHTS);
          assertThat(gradient(pass, minibatch)).isEqualTo(gradient(alone, minibatch));
          assertThat(pass.lossSum()).isEqualTo(alone.lossSum());
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  void aSampleHasTheBitsThatItHasAlone(Network network) {
    GeneralMinibatch minibatch = GeneralMinibatch.random(network, 37, 4, Varied.LENGTHS);
    float[][][] together = outputs(new VectorOps(), minibatch, null, null);
    TrainingPass pass = new TrainingPass(network, new VectorOps(), 40, 1);
    for (int s : new int[] {0, 7, 19, 36}) {
      GeneralMinibatch alone = minibatch.subset(s);
      assertThat(outputs(new PortableOps(), alone, null, null)[0]).isDeepEqualTo(together[s]);
      // By rows.
      InferencePass one = new InferencePass(network, new VectorOps(), alone.parameters(), 1);
      assertThat(outputs(one, alone, null, null)[0]).isDeepEqualTo(together[s]);
      if (network.head().reads() != Reads.EVERY) {
        one.run(alone, 1);
        for (int c = 0; c < network.classes(); c++) {
          assertThat(one.logit(0, c)).isEqualTo(together[s][0][c]);
        }
      }
      assertThat(lastState(one, network, 0)).isEqualTo(lastStateAmongMany(minibatch, s));
      // The others are there, but do not count.
      float[] expected = gradient(pass, alone);
      assertThat(gradient(pass, onlyOneCounts(minibatch, s))).isEqualTo(expected);
    }
  }

  private static GeneralMinibatch onlyOneCounts(GeneralMinibatch minibatch, int counted) {
    GeneralMinibatch.Sample only = counted < 0 ? null : minibatch.samples().get(counted);
    return minibatch.with(
        sample -> {
          float[] weights = new float[sample.weights().length];
          Arrays.fill(weights, sample == only ? 1 : 0);
          return sample.weighing(weights);
        });
  }

  @ParameterizedTest
  @EnumSource
  void dropsWhatTheDefinitionDrops(Reads reads) {
    for (Direction direction : Direction.values()) {
      for (String cell : List.of("lstm", "elman-tanh")) {
        Loss loss = new Loss.Squared();
        Network network =
            GeneralNetworks.of(
                cell, direction, reads, loss, 0.4, GeneralNetworks.input(reads.ordinal()));
        assertAgrees(GeneralMinibatch.random(network, 35, 11, Varied.LENGTHS));
        bitsAreTheSameWhateverComputesThem(network);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cells")
  void windowsOfAStreamAreTheStream(String cell) {
    Layer layer = new Layer(cell, 7, Direction.FORWARD, 0, Biases.TWO);
    Head head = new Head(Loss.softmax(), 4, Reads.EVERY);
    Network network = new Network(new Input(8, 3), List.of(layer, layer), head);
    GeneralMinibatch stream = GeneralMinibatch.random(network, 35, 5);
    float[] after = new float[35 * network.stateSize()];
    float[][][] whole = outputs(new VectorOps(), stream, null, after);
    float[] states = null;
    for (int first = 0; first < 8; first += 4) {
      float[] next = new float[after.length];
      float[][][] window = outputs(new VectorOps(), window(stream, first, 4), states, next);
      for (int s = 0; s < 35; s++) {
        assertThat(window[s]).isDeepEqualTo(Arrays.copyOfRange(whole[s], first, first + 4));
      }
      states = next;
    }
    assertThat(states).isEqualTo(after);
  }

  private static GeneralMinibatch window(GeneralMinibatch stream, int first, int length) {
    List<GeneralMinibatch.Sample> samples =
        stream.samples().stream()
            .map(
                from ->
                    new GeneralMinibatch.Sample(
                        length,
                        Arrays.copyOfRange(from.dense(), first, first + length),
                        from.ids(),
                        from.statics(),
                        Arrays.copyOfRange(from.labels(), first, first + length),
                        Arrays.copyOfRange(from.targets(), first, first + length),
                        Arrays.copyOfRange(from.weights(), first, first + length),
                        from.dropoutKey()))
            .toList();
    return new GeneralMinibatch(stream.network(), stream.parameters(), samples);
  }

  @ParameterizedTest
  @MethodSource("cells")
  void trainingGoesOnFromAState(String cell) {
    Layer layer = new Layer(cell, 7, Direction.FORWARD, 0, Biases.TWO);
    Head head = new Head(new Loss.Squared(), 2, Reads.EVERY);
    Network network = new Network(new Input(6, 3), List.of(layer, layer), head);
    GeneralMinibatch minibatch = GeneralMinibatch.random(network, 34, 5, Varied.WEIGHTS);
    int size = network.stateSize();
    float[] states = new float[34 * size];
    double[][] inDouble = new double[34][size];
    for (int i = 0; i < states.length; i++) {
      states[i] = (float) Math.sin(i);
      inDouble[i / size][i % size] = states[i];
    }
    DoubleNetwork.Result expected =
        new DoubleNetwork(network, minibatch.parameters())
            .startingAt(inDouble)
            .run(minibatch, minibatch.all());
    float[] bits = null;
    for (Ops ops : ALL) {
      TrainingPass pass = new TrainingPass(network, ops, 64, 2);
      float[] after = new float[states.length];
      float[] gradient = new float[network.parameterCount()];
      int parts = pass.begin(minibatch.parameters(), minibatch, 34, states, after);
      IntStream.range(0, parts).forEach(pass::run);
      for (int part = 0; part < pass.products(); part++) {
        pass.runProduct(part);
      }
      pass.gradient(gradient);
      double largest = Arrays.stream(expected.gradient()).map(Math::abs).max().orElseThrow();
      for (int i = 0; i < gradient.length; i++) {
        double found = gradient[i];
        assertThat(found).isCloseTo(expected.gradient()[i], within(1e-5 * largest));
      }
      for (int i = 0; i < after.length; i++) {
        double found = after[i];
        assertThat(found).isCloseTo(expected.states()[i / size][i % size], within(1e-5));
      }
      bits = bits == null ? gradient : bits;
      assertThat(gradient).isEqualTo(bits);
    }
  }

  /** Whatever lies behind a sample's end, even infinity, is not met. */
  @ParameterizedTest
  @MethodSource("networks")
  void whatLiesBehindTheEndIsNotRead(Network network) {
    GeneralMinibatch minibatch = GeneralMinibatch.random(network, 20, 8, Varied.LENGTHS);
    TrainingPass pass = new TrainingPass(network, new VectorOps(), 64, 1);
    float[] expected = gradient(pass, minibatch);
    Arrays.fill(pass.array(), 12, pass.array().length, Float.NaN);
    TrainingPass poisoned = new TrainingPass(network, new VectorOps(), 64, 1);
    poison(poisoned, minibatch);
    assertThat(gradient(poisoned, minibatch)).isEqualTo(expected);
  }

  /** A minibatch of as many samples, all of the full length, whose values are infinite. */
  private static void poison(TrainingPass pass, GeneralMinibatch like) {
    List<GeneralMinibatch.Sample> samples = new ArrayList<>();
    for (GeneralMinibatch.Sample from : like.samples()) {
      float[][] dense = new float[from.dense().length][like.network().input().dense()];
      for (float[] step : dense) {
        Arrays.fill(step, Float.POSITIVE_INFINITY);
      }
      float[] statics = new float[from.statics().length];
      Arrays.fill(statics, Float.NaN);
      samples.add(
          new GeneralMinibatch.Sample(
              dense.length,
              dense,
              from.ids(),
              statics,
              from.labels(),
              from.targets(),
              from.weights(),
              from.dropoutKey()));
    }
    float[] parameters = new float[like.parameters().length];
    Arrays.fill(parameters, Float.NaN);
    gradient(pass, new GeneralMinibatch(like.network(), parameters, samples));
  }

  @Test
  void whereNothingCountsThereIsNoStep() {
    Network network =
        GeneralNetworks.of(
            "lstm", Direction.FORWARD, Reads.EVERY, Loss.softmax(), 0, new Input(4, 2));
    GeneralMinibatch minibatch = GeneralMinibatch.random(network, 3, 2);
    GeneralMinibatch none = onlyOneCounts(minibatch, -1);
    TrainingPass pass = new TrainingPass(network, new VectorOps(), 3, 1);
    assertThat(pass.begin(minibatch.parameters(), none, 3)).isZero();
    assertThat(pass.weight()).isZero();
    assertThat(pass.lossSum()).isZero();
  }

  @Test
  void oneOrTwoSamplesOfTheWrongLengthAreRefusedAsManyAre() {
    Layer layer = new Layer("lstm", 4);
    Head head = new Head(Loss.softmax(), 2, Reads.LAST);
    Network shorter = new Network(new Input(4, 3), List.of(layer), head);
    GeneralMinibatch longer =
        GeneralMinibatch.random(new Network(new Input(5, 3), List.of(layer), head), 3, 2);
    InferencePass pass =
        new InferencePass(shorter, new VectorOps(), longer.parameters(), longer.size());
    for (int count = 1; count <= 3; count++) {
      int n = count;
      assertThatIllegalArgumentException()
          .isThrownBy(() -> pass.run(longer, n))
          .withMessage("expected a sample of 1 to 4 time steps, found 5");
    }
  }

  @Test
  void whatNobodyAskedForIsNotAnswered() {
    Layer back = new Layer("lstm", 4, Direction.BACKWARD, 0, Biases.ONE);
    Head every = new Head(Loss.softmax(), 2, Reads.EVERY);
    Network network = new Network(new Input(4, 3), List.of(back), every);
    GeneralMinibatch minibatch = GeneralMinibatch.random(network, 3, 2);
    InferencePass pass =
        InferencePass.keepingStates(network, new PortableOps(), minibatch.parameters(), 3);
    assertThatIllegalStateException()
        .isThrownBy(() -> pass.run(minibatch, 3))
        .withMessageStartingWith("expected a head of one reading, found ");
    assertThatIllegalStateException()
        .isThrownBy(() -> pass.hidden(0, 0, 0, 0))
        .withMessageStartingWith("expected a layer that goes forward, found ");
  }

  /** More than one panel of columns and one pass of a depth. */
  @ParameterizedTest
  @MethodSource("cells")
  void agreesWithTheOracleOnWideLayers(String cell) {
    Layer layer = new Layer(cell, 70, Direction.BOTH, 0, Biases.TWO);
    Network network =
        new Network(
            new Input(9, 100), List.of(layer, layer), new Head(Loss.softmax(), 4, Reads.LAST));
    assertAgrees(GeneralMinibatch.random(network, 17, 3, Varied.LENGTHS));
  }

  @Test
  void paddingCostsLittle() {
    Network network =
        GeneralNetworks.of(
            "gru", Direction.FORWARD, Reads.LAST, Loss.softmax(), 0, new Input(100, 1));
    List<Double> costs = new ArrayList<>();
    for (int seed = 0; seed < 20; seed++) {
      GeneralMinibatch minibatch = GeneralMinibatch.random(network, 64, seed, Varied.LENGTHS);
      TrainingPass pass = new TrainingPass(network, new PortableOps(), 64, 1);
      pass.begin(minibatch.parameters(), minibatch, 64);
      costs.add(pass.executedPerUseful());
    }
    assertThat(costs.stream().mapToDouble(cost -> cost).average().orElseThrow()).isLessThan(1.3);
    assertThat(costs).allMatch(cost -> cost >= 1);
  }

  @Test
  void refusesWhatDoesNotFit() {
    Network network =
        GeneralNetworks.of(
            "lstm", Direction.BOTH, Reads.LAST, Loss.softmax(), 0, GeneralNetworks.input(1));
    GeneralMinibatch minibatch = GeneralMinibatch.random(network, 3, 2);
    TrainingPass pass = new TrainingPass(network, new PortableOps(), 3, 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> pass.begin(minibatch.parameters(), minibatch, 3, new float[99], null))
        .withMessageContaining("layers that go forward");
    Network shorter =
        GeneralNetworks.of("lstm", Direction.BOTH, Reads.LAST, Loss.softmax(), 0, new Input(4, 3));
    Network longer =
        GeneralNetworks.of("lstm", Direction.BOTH, Reads.LAST, Loss.softmax(), 0, new Input(5, 3));
    TrainingPass small = new TrainingPass(shorter, new PortableOps(), 3, 1);
    GeneralMinibatch tooLong = GeneralMinibatch.random(longer, 3, 2);
    assertThatThrownBy(() -> small.begin(tooLong.parameters(), tooLong, 3))
        .hasMessage("expected a sample of 1 to 4 time steps, found 5");
    minibatch.samples().get(1).ids()[0][2] = 5;
    pass.begin(minibatch.parameters(), minibatch, 3);
    assertThatThrownBy(() -> pass.run(0))
        .hasMessage("expected an id below 5 in categorical channel 0, found 5");
  }

  static Stream<String> recordedMinibatches() {
    return TorchRecording.MINIBATCHES.stream();
  }

  static Stream<String> recordedTrainings() {
    return TorchRecording.TRAININGS.stream();
  }

  /** PyTorch's are in double. */
  @ParameterizedTest
  @MethodSource("recordedMinibatches")
  void comesToPyTorchsOutputsAndGradient(String name) {
    TorchRecording torch = TorchRecording.load(name);
    Network network = torch.network();
    int n = torch.all().length;
    float[] states = null;
    if (torch.initialStates() != null) {
      states = new float[n * network.stateSize()];
      for (int i = 0; i < states.length; i++) {
        double[] ofSample = torch.initialStates()[i / network.stateSize()];
        states[i] = (float) ofSample[i % network.stateSize()];
      }
    }
    InferencePass inference =
        InferencePass.keepingStates(network, new VectorOps(), torch.parameters(), n);
    inference.run(
        torch,
        n,
        (sample, step, values, at, stride) -> {
          for (int c = 0; c < network.classes(); c++) {
            double expected = torch.outputs()[sample][step][c];
            assertThat((double) values[at + c * stride])
                .isCloseTo(expected, within(2e-6 + 1e-5 * Math.abs(expected)));
          }
        },
        states,
        null);
    TrainingPass pass = new TrainingPass(network, new VectorOps(), n, 2);
    float[] gradient = new float[network.parameterCount()];
    int parts = pass.begin(torch.parameters(), torch, n, states, null);
    IntStream.range(0, parts).forEach(pass::run);
    for (int part = 0; part < pass.products(); part++) {
      pass.runProduct(part);
    }
    pass.gradient(gradient);
    assertThat(pass.lossSum() / pass.weight()).isCloseTo(torch.loss(), within(1e-5));
    for (int i = 0; i < gradient.length; i++) {
      assertThat((double) gradient[i]).isCloseTo(torch.gradient()[i], within(1e-5));
    }
  }

  @ParameterizedTest
  @MethodSource("recordedTrainings")
  void comesToPyTorchsFirstLosses(String name) {
    TorchRecording torch = TorchRecording.load(name);
    float[] parameters = torch.parameters();
    float[][] moments = new float[2][parameters.length];
    Updater.Elementwise adam = new Updater.Adam(0.9, 0.999, 1e-8);
    int size = torch.order()[0].length;
    TrainingPass pass = new TrainingPass(torch.network(), new VectorOps(), size, 2);
    float[] gradient = new float[parameters.length];
    for (int iteration = 0; iteration < torch.losses().length; iteration++) {
      MinibatchSource minibatch = new Chosen(torch, torch.order()[iteration]);
      int parts = pass.begin(parameters, minibatch, size);
      IntStream.range(0, parts).forEach(pass::run);
      for (int part = 0; part < pass.products(); part++) {
        pass.runProduct(part);
      }
      pass.gradient(gradient);
      assertThat(pass.lossSum() / pass.weight())
          .as("iteration %d", iteration)
          .isCloseTo(torch.losses()[iteration], within(1e-4));
      adam.step(parameters, gradient, moments, 1e-3, 0.9, iteration);
    }
    assertThat(torch.losses()).hasSize(50);
  }

  /** Some samples of a recording. */
  private record Chosen(TorchRecording all, int[] samples) implements MinibatchSource {
    @Override
    public void layOut(
        int[] places, int first, int count, float[] target, int at, int stepStride, int width) {
      int[] chosen = IntStream.range(0, count).map(s -> samples[places[first + s]]).toArray();
      all.layOut(chosen, 0, count, target, at, stepStride, width);
    }

    @Override
    public int length(int sample) {
      return all.length(samples[sample]);
    }

    @Override
    public int label(int sample, int step) {
      return all.label(samples[sample], step);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 65})
  void headsOfManyOutputsAndSteps(int outputs) {
    Layer layer = new Layer("gru", 5, Direction.FORWARD, 0, Biases.TWO);
    Head head = new Head(Loss.softmax(), outputs, Reads.EVERY);
    Network network = new Network(new Input(30, 2), List.of(layer), head);
    assertAgrees(GeneralMinibatch.random(network, 33, 5, Varied.LENGTHS));
  }
}
