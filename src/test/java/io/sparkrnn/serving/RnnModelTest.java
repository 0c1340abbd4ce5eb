package io.sparkrnn.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.management.ThreadMXBean;
import io.sparkrnn.data.Missing;
import io.sparkrnn.data.Readings;
import io.sparkrnn.data.SequenceColumns;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.export.ModelFile;
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
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.model.ChannelScale;
import io.sparkrnn.model.OutputUnits;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.model.TargetScale;
import io.sparkrnn.model.Vocabulary;
import io.sparkrnn.storage.ForeignFileException;
import io.sparkrnn.storage.StorageException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a program is told by a model has the bits of the minibatches of {@code predict}. */
class RnnModelTest {
  private static final int LONGEST = 11;
  private static final int[] LENGTHS = {11, 1, 7, 2, 5};
  private static final List<Loss> LOSSES =
      List.of(
          Loss.softmax(),
          new Loss.Squared(),
          new Loss.Quantile(List.of(0.1, 0.5, 0.9)),
          new Loss.Sigmoid(),
          new Loss.Poisson());
  private static final int OUTPUTS = 3;
  private static final double[] STATICS = {0.3, -1.7};

  @TempDir private Path temp;

  /** Every cell in every direction, read in every way; losses and inputs in turn. */
  static Stream<Network> networks() {
    List<Network> networks = new ArrayList<>();
    for (String cell : List.of("elman-tanh", "elman-relu", "lstm", "gru")) {
      for (Direction direction : Direction.values()) {
        for (Reads reads : Reads.values()) {
          for (int i = 0; i < 2; i++) {
            int number = networks.size();
            Loss loss = LOSSES.get(number % LOSSES.size());
            networks.add(network(cell, direction, reads, loss, input(number / 2 % 4)));
          }
        }
      }
    }
    return networks.stream();
  }

  /** Numbers, of which some are missing, or tokens, or both; static values here and there. */
  private static Input input(int kind) {
    Embedding embedding = new Embedding(7, 5, Vocabulary.PADDING);
    return switch (kind) {
      case 0 -> new Input(LONGEST, 3);
      case 1 -> new Input(LONGEST, 6, List.of(), 2, Join.HEAD);
      case 2 -> new Input(LONGEST, 0, List.of(embedding), 2, Join.EVERY_STEP);
      default -> new Input(LONGEST, 3, List.of(embedding), 0, Join.EVERY_STEP);
    };
  }

  private static Network network(
      String cell, Direction direction, Reads reads, Loss loss, Input input) {
    Biases biases = cell.equals("gru") ? Biases.TWO : Biases.ONE;
    return new Network(
        input,
        List.of(
            new Layer(cell, 21, direction, 0.2, biases), new Layer(cell, 6, direction, 0, biases)),
        new Head(loss, OUTPUTS, reads));
  }

  private static ModelFile model(Network network) {
    boolean ofText = !network.input().categorical().isEmpty();
    boolean ofNumbers = network.inputSize() > 0;
    Preparation preparation =
        new Preparation(
            ofNumbers ? List.of("a", "b", "c") : List.of(),
            ofNumbers
                ? new ChannelScale(List.of(500.0, 0.1, -3.0), List.of(30.0, 0.7, 11.0))
                : ChannelScale.NONE,
            Map.of(),
            ofText
                ? new Vocabulary(Vocabulary.Unit.CHARACTERS, List.of("x", "y", "z", "u", "v"))
                : Vocabulary.NONE,
            List.of(),
            network.head().loss().ofClasses()
                ? TargetScale.IDENTITY
                : new TargetScale(List.of(9.0, 8.0, 7.0), List.of(2.0, 3.0, 4.0), false));
    RnnTopology topology = new RnnTopology("test", network);
    return new ModelFile(
        topology,
        ParameterInitializer.ORTHOGONAL.initialise(topology, 3),
        Map.of(),
        Optional.of(preparation));
  }

  private static List<Sequence> sequences(Network network) {
    Random random = new Random(4);
    boolean masks = network.inputSize() == 6;
    List<Sequence> sequences = new ArrayList<>();
    for (int length : LENGTHS) {
      double[][] numbers = new double[length][3];
      int[][] ids = new int[length][1];
      for (int step = 0; step < length; step++) {
        numbers[step][0] = (float) (500 + 30 * random.nextGaussian());
        numbers[step][1] = (float) random.nextGaussian();
        numbers[step][2] = masks && random.nextInt(3) == 0 ? Double.NaN : random.nextInt(20);
        ids[step][0] = 1 + random.nextInt(6);
      }
      sequences.add(
          new Sequence(
              network.inputSize() > 0 ? numbers : null,
              network.input().categorical().isEmpty() ? null : ids,
              network.input().statics() > 0 ? new Constants("", STATICS) : Constants.NONE));
    }
    return sequences;
  }

  /** As tables make it. */
  private static SequenceDataset dataset(ModelFile model, List<Sequence> sequences) {
    Network network = model.topology().network();
    SequenceColumns columns = SequenceColumns.ofLengths(LENGTHS);
    if (network.inputSize() > 0) {
      ChannelScale scale = model.preparation().orElseThrow().channels();
      float[] dense = new float[3 * IntStream.of(LENGTHS).sum()];
      int at = 0;
      for (Sequence sequence : sequences) {
        for (double[] step : sequence.numbers()) {
          for (int channel = 0; channel < 3; channel++) {
            dense[at++] = (float) scale.standardised(channel, (float) step[channel]);
          }
        }
      }
      columns.dense(dense, 3, network.inputSize() == 6 ? Missing.MASK : Missing.REFUSE);
    }
    if (!network.input().categorical().isEmpty()) {
      columns.ids(
          sequences.stream()
              .flatMap(sequence -> Arrays.stream(sequence.ids()))
              .mapToInt(ids -> ids[0])
              .toArray());
    }
    if (network.input().statics() > 0) {
      float[] statics = new float[2 * LENGTHS.length];
      for (int i = 0; i < statics.length; i++) {
        statics[i] = (float) STATICS[i % 2];
      }
      columns.statics(statics, 2);
    }
    return columns.labels(new int[LENGTHS.length], 1, Readings.ONE).dataset();
  }

  /** What minibatches give: {@code [sequence][reading][output]}. */
  private static double[][][] batch(ModelFile model, SequenceDataset data, Ops ops) {
    Network network = model.topology().network();
    double[][][] outputs = new double[data.size()][][];
    for (int sample = 0; sample < data.size(); sample++) {
      int readings = network.head().reads() == Reads.EVERY ? data.length(sample) : 1;
      outputs[sample] = new double[readings][OUTPUTS];
    }
    new InferencePass(network, ops, model.parameters(), data.size())
        .run(
            new Batch(data),
            data.size(),
            (sample, step, values, at, stride) -> {
              for (int output = 0; output < OUTPUTS; output++) {
                outputs[sample][step][output] = values[at + output * stride];
              }
            },
            null,
            null);
    OutputUnits units =
        new OutputUnits(network.head().loss(), model.preparation().orElseThrow().targets());
    Arrays.stream(outputs).flatMap(Arrays::stream).forEach(units::convert);
    return outputs;
  }

  private record Batch(SequenceDataset data) implements MinibatchSource {
    @Override
    public void layOut(
        int[] samples, int first, int count, float[] target, int at, int stepStride, int width) {
      int[] all = IntStream.range(0, data.size()).toArray();
      data.layOut(all, 0, samples, first, count, target, at, stepStride, width);
    }

    @Override
    public int length(int sample) {
      return data.length(sample);
    }

    @Override
    public int id(int channel, int sample, int timeStep) {
      return data.id(channel, sample, timeStep);
    }

    @Override
    public float fixed(int sample, int index) {
      return data.fixed(sample, index);
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  void wholeSequencesHaveTheBitsOfMinibatches(Network network) {
    ModelFile file = model(network);
    List<Sequence> sequences = sequences(network);
    double[][][] expected = batch(file, dataset(file, sequences), Ops.named("portable"));
    RnnModel model = RnnModel.of(file, "vector");
    for (int i = 0; i < sequences.size(); i++) {
      assertThat(model.predict(sequences.get(i))).isDeepEqualTo(expected[i]);
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  void sequencesTogetherHaveTheBitsOfEachAlone(Network network) {
    RnnModel model = RnnModel.of(model(network), "portable");
    List<Sequence> sequences = sequences(network);
    double[][][] together = model.outputs(sequences.stream().map(model::read).toList());
    for (int i = 0; i < sequences.size(); i++) {
      assertThat(together[i]).isDeepEqualTo(model.outputs(sequences.get(i)));
    }
    assertThat(model.outputs(List.of(model.read(sequences.get(1))))[0]).isDeepEqualTo(together[1]);
  }

  @ParameterizedTest
  @MethodSource("networks")
  void aStreamHasTheBitsOfTheSequenceSoFar(Network network) {
    RnnModel model = RnnModel.of(model(network), "portable");
    Sequence whole = sequences(network).get(0);
    if (network.layers().get(0).direction() != Direction.FORWARD) {
      assertThat(model.streams()).isFalse();
      assertThatExceptionOfType(StreamUnavailableException.class)
          .isThrownBy(() -> model.start(whole.constants()))
          .withMessageContaining("expected layers that go forward");
      return;
    }
    double[][] everyStep = model.predict(whole);
    RnnStream stream = model.start(whole.constants());
    for (int step = 0; step < LONGEST; step++) {
      double[] now = new double[OUTPUTS];
      stream.next(
          whole.numbers() == null ? null : whole.numbers()[step],
          whole.ids() == null ? null : whole.ids()[step],
          now);
      Sequence soFar =
          new Sequence(
              whole.numbers() == null ? null : Arrays.copyOf(whole.numbers(), step + 1),
              whole.ids() == null ? null : Arrays.copyOf(whole.ids(), step + 1),
              whole.constants());
      double[][] expected = model.predict(soFar);
      assertThat(now).isEqualTo(expected[expected.length - 1]);
      if (network.head().reads() == Reads.EVERY) {
        assertThat(now).isEqualTo(everyStep[step]);
      }
    }
    assertThat(stream.steps()).isEqualTo(LONGEST);
  }

  private static RnnModel lstm(int kind) {
    return RnnModel.of(
        model(network("lstm", Direction.FORWARD, Reads.EVERY, Loss.softmax(), input(kind))));
  }

  @Test
  void whatCannotBeReadIsSaidAndChangesNothing() {
    RnnModel model = lstm(0);
    RnnStream stream = model.start();
    stream.next(500, 0, 1);
    float[] state = stream.state();
    List<Callable<?>> refused =
        List.of(
            () -> stream.next(1, 2),
            () -> stream.next(500, Double.NaN, 1),
            () -> stream.next(500, 1e300, 1),
            () -> stream.next("x", 500, 0, 1),
            () -> model.start(new Constants("", 1)),
            () -> model.predict(new double[0][]),
            () -> lstm(2).start(new Constants("", STATICS)).next(1, 2, 3),
            () -> lstm(2).start());
    for (Callable<?> call : refused) {
      assertThatExceptionOfType(ReadingException.class)
          .isThrownBy(call::call)
          .withMessageMatching("Cannot [^.]*: expected .*, found .*");
    }
    assertThat(stream.state()).isEqualTo(state);
    assertThat(stream.steps()).isEqualTo(1);
  }

  @Test
  void textsAreCutAsInTraining() {
    RnnModel model = lstm(3);
    assertThat(model.id("z")).isEqualTo(4);
    assertThat(model.id("?")).isEqualTo(Vocabulary.UNKNOWN);
    RnnStream stream = model.start();
    double[] first = stream.next("z", 500, 0, 1);
    assertThat(first)
        .isEqualTo(
            model
                .predict(
                    new Sequence(new double[][] {{500, 0, 1}}, new int[][] {{4}}, Constants.NONE))[
                0]);
    RnnStream other = stream.fork();
    assertThat(other.next("x", 1, 2, 3)).isEqualTo(stream.next("x", 1, 2, 3));
    assertThat(other.state()).isEqualTo(stream.state());
  }

  @Test
  void threadsShareAModel() throws Exception {
    RnnModel model = lstm(0);
    Sequence sequence = sequences(model.network()).get(0);
    double[][] expected = model.predict(sequence);
    ExecutorService pool = Executors.newFixedThreadPool(3);
    try {
      List<Future<double[][]>> found = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        found.add(pool.submit(() -> model.predict(sequence)));
      }
      for (Future<double[][]> one : found) {
        assertThat(one.get()).isDeepEqualTo(expected);
      }
    } finally {
      pool.shutdown();
    }
  }

  @Test
  void aReadingAllocatesNothing() {
    RnnStream stream = lstm(0).start();
    double[] reading = {500, 0, 1};
    double[] outputs = new double[OUTPUTS];
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long id = Thread.currentThread().getId();
    long bytes = Long.MAX_VALUE;
    // Interpreted, the Vector API allocates; when it is compiled depends on the machine.
    for (int attempt = 0; attempt < 50_000 && bytes != 0; attempt++) {
      long before = threads.getThreadAllocatedBytes(id);
      for (int i = 0; i < 20; i++) {
        stream.next(reading, null, outputs);
      }
      bytes = threads.getThreadAllocatedBytes(id) - before;
    }
    assertThat(bytes).isZero();
  }

  @Test
  void filesAndRunDirectoriesAreRead() throws IOException {
    ModelFile file = model(network("gru", Direction.FORWARD, Reads.LAST, LOSSES.get(1), input(0)));
    Files.write(temp.resolve("model.srnn"), file.encode("run"));
    double[][] expected = RnnModel.of(file).predict(new double[][] {{1, 2, 3}});
    assertThat(RnnModel.load(temp).predict(new double[][] {{1, 2, 3}})).isDeepEqualTo(expected);
    RnnModel model = RnnModel.load(temp.resolve("model.srnn"));
    assertThat(model.features()).containsExactly("a", "b", "c");
    assertThat(model.outputs()).isEqualTo(OUTPUTS);

    Path none = temp.resolve("none.srnn");
    assertThatExceptionOfType(StorageException.class)
        .isThrownBy(() -> RnnModel.load(none))
        .withMessage("Cannot read %s: there is no such file or directory", none);
    Files.writeString(none, "something else");
    assertThatExceptionOfType(ForeignFileException.class).isThrownBy(() -> RnnModel.load(none));
  }
}
