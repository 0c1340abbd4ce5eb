package io.sparkrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.sparkrnn.config.ConfigurationException;
import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.data.EvaluationData;
import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.Missing;
import io.sparkrnn.data.Readings;
import io.sparkrnn.data.SequenceColumns;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.evaluation.BlockResult;
import io.sparkrnn.evaluation.ClassTally;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.evaluation.ScoreKind;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.GeneralMinibatch;
import io.sparkrnn.kernel.InferencePass;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.kernel.PortableOps;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.model.TargetScale;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Evaluations of every head, against samples that are run one at a time. */
class BlockEvaluatorTest {
  private static final PortableOps OPS = new PortableOps();

  /** A part that is in memory. */
  private record Samples(SequenceDataset samples, int ofStreams) implements EvaluationData {
    @Override
    public int size(Part part) {
      return samples.size();
    }

    @Override
    public SequenceDataset part(Part part) {
      return samples;
    }

    @Override
    public int streams(Part part) {
      return ofStreams;
    }
  }

  private record Reading(int sample, int step, double[] outputs) {}

  private static float[] parameters(Network network) {
    float[] parameters = new float[network.parameterCount()];
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] = (float) Math.sin(1.7 * i) / 3;
    }
    return parameters;
  }

  private static List<Reading> readings(GeneralMinibatch samples, float[] parameters) {
    InferencePass pass = new InferencePass(samples.network(), OPS, parameters, 1);
    List<Reading> readings = new ArrayList<>();
    for (int sample = 0; sample < samples.samples().size(); sample++) {
      int number = sample;
      pass.run(
          samples.subset(sample),
          1,
          (place, step, values, at, stride) -> {
            double[] outputs = new double[samples.network().classes()];
            for (int o = 0; o < outputs.length; o++) {
              outputs[o] = values[at + o * stride];
            }
            readings.add(new Reading(number, step, outputs));
          },
          null,
          null);
    }
    readings.removeIf(reading -> samples.weight(reading.sample(), reading.step()) == 0);
    return readings;
  }

  static Stream<Network> networks() {
    return DatasetMinibatchTest.networks();
  }

  @ParameterizedTest
  @MethodSource("networks")
  void scoresAreThoseOfTheReadingsThatCount(Network network) {
    GeneralMinibatch samples = DatasetMinibatchTest.samples(network, 150);
    float[] parameters = parameters(network);
    EvaluationResult result =
        new LocalEvaluation(
                OPS,
                new RnnTopology("small", network),
                new Samples(DatasetMinibatchTest.dataset(samples), 0),
                () -> false)
            .evaluate(parameters, Part.TEST);

    List<Reading> readings = readings(samples, parameters);
    Loss loss = network.head().loss();
    if (loss.ofClasses()) {
      assertThat(result.samples()).isEqualTo(readings.size());
      requireClasses(result, readings, samples);
    } else if (loss instanceof Loss.Sigmoid) {
      assertThat(result.samples()).isEqualTo(4L * readings.size());
      requireDecisions(result, readings, samples);
    } else {
      assertThat(result.samples()).isEqualTo(readings.size());
      requireValues(result, readings, samples);
    }
  }

  private static void requireClasses(
      EvaluationResult result, List<Reading> readings, GeneralMinibatch samples) {
    double right = 0;
    double lossSum = 0;
    for (Reading reading : readings) {
      int label = samples.label(reading.sample(), reading.step());
      double sum = 0;
      int best = 0;
      for (int c = 0; c < reading.outputs().length; c++) {
        sum += Math.exp(reading.outputs()[c]);
        best = reading.outputs()[c] > reading.outputs()[best] ? c : best;
      }
      right += best == label ? 1 : 0;
      lossSum += Math.log(sum) - reading.outputs()[label];
    }
    assertThat(result.accuracy()).isEqualTo(right / readings.size());
    assertThat(result.loss()).isCloseTo(lossSum / readings.size(), within(1e-12));
    assertThat(result.scores().containsKey(ScoreKind.BITS_PER_CHARACTER))
        .isEqualTo(BlockEvaluator.predictsTokens(samples.network()));
  }

  private static void requireDecisions(
      EvaluationResult result, List<Reading> readings, GeneralMinibatch samples) {
    double right = 0;
    double lossSum = 0;
    for (Reading reading : readings) {
      for (int o = 0; o < 4; o++) {
        double target = samples.target(reading.sample(), reading.step(), o);
        double p = 1 / (1 + Math.exp(-reading.outputs()[o]));
        right += p >= 0.5 == target >= 0.5 ? 1 : 0;
        lossSum -= target * Math.log(p) + (1 - target) * Math.log(1 - p);
      }
    }
    assertThat(result.accuracy()).isEqualTo(right / (4 * readings.size()));
    assertThat(result.loss()).isCloseTo(lossSum / (4 * readings.size()), within(1e-6));
    assertThat(result.scores()).containsKey(ScoreKind.AUC);
  }

  private static void requireValues(
      EvaluationResult result, List<Reading> readings, GeneralMinibatch samples) {
    Loss loss = samples.network().head().loss();
    int levels = loss instanceof Loss.Quantile ? 2 : 1;
    double squares = 0;
    double lossSum = 0;
    int count = 0;
    for (Reading reading : readings) {
      for (int o = 0; o < 4; o++) {
        double target = samples.target(reading.sample(), reading.step(), o);
        double y = reading.outputs()[o];
        lossSum += loss.value(o, y, target) / 4;
        if (levels == 1 || o % 2 == 1) {
          double predicted = loss instanceof Loss.Poisson ? Math.exp(y) : y;
          squares += (predicted - target) * (predicted - target);
          count++;
        }
      }
    }
    assertThat(result.score().kind()).isEqualTo(ScoreKind.RMSE);
    assertThat(result.score().value()).isCloseTo(Math.sqrt(squares / count), within(1e-12));
    assertThat(result.loss()).isCloseTo(lossSum / readings.size(), within(1e-12));
    assertThat(result.accuracy()).isNaN();
    assertThat(result.deviations()).hasSize(50);
    assertThat(result.scores().containsKey(ScoreKind.COVERAGE)).isEqualTo(levels == 2);
  }

  @Test
  void errorsAreInUnitsOfTheData() {
    Network network =
        new Network(
            new Input(3, 2),
            List.of(new Layer("gru", 4)),
            new Head(new Loss.Squared(), 1, Reads.LAST));
    Samples data =
        new Samples(DatasetMinibatchTest.dataset(DatasetMinibatchTest.samples(network, 90)), 0);
    RnnTopology topology = new RnnTopology("small", network);
    TargetScale scale = new TargetScale(List.of(5.0), List.of(8.0), false);
    EvaluationResult plain =
        new LocalEvaluation(OPS, topology, data, () -> false)
            .evaluate(parameters(network), Part.TEST);
    EvaluationResult scaled =
        new LocalEvaluation(OPS, new BlockEvaluator(topology, scale), data, () -> false)
            .evaluate(parameters(network), Part.TEST);

    assertThat(scaled.score().value()).isCloseTo(8 * plain.score().value(), within(1e-12));
    assertThat(scaled.scores().get(ScoreKind.R2))
        .isCloseTo(plain.scores().get(ScoreKind.R2), within(1e-9));
    assertThat(scaled.loss()).as("the network's own").isEqualTo(plain.loss());
  }

  private static Network ofSteps(int timeSteps) {
    return new Network(
        new Input(timeSteps, 2),
        List.of(new Layer("lstm", 5), new Layer("gru", 4)),
        new Head(Loss.softmax(), 7, Reads.EVERY));
  }

  /** Sequences of the given time steps, cut out of the same long streams. */
  private static SequenceDataset windows(
      float[][] values, int[][] labels, int windows, int length) {
    List<Float> dense = new ArrayList<>();
    List<Integer> classes = new ArrayList<>();
    for (int window = 0; window < windows; window++) {
      for (int stream = 0; stream < values.length; stream++) {
        for (int t = window * length; t < (window + 1) * length; t++) {
          dense.add(values[stream][2 * t]);
          dense.add(values[stream][2 * t + 1]);
          classes.add(labels[stream][t]);
        }
      }
    }
    float[] flat = new float[dense.size()];
    for (int i = 0; i < flat.length; i++) {
      flat[i] = dense.get(i);
    }
    return SequenceColumns.ofEqualLengths(windows * values.length, length)
        .dense(flat, 2, Missing.REFUSE)
        .labels(classes.stream().mapToInt(i -> i).toArray(), 7, Readings.EVERY_STEP)
        .dataset();
  }

  /** Windows of 4 time steps, state carried, are as good as whole streams of 24. */
  @Test
  void streamsGoOnFromWindowToWindow() {
    Random random = new Random(3);
    float[][] values = new float[70][48];
    int[][] labels = new int[70][];
    for (int stream = 0; stream < 70; stream++) {
      for (int i = 0; i < 48; i++) {
        values[stream][i] = (float) random.nextGaussian();
      }
      labels[stream] = random.ints(24, 0, 7).toArray();
    }
    float[] parameters = parameters(ofSteps(4));
    EvaluationResult whole =
        evaluate(ofSteps(24), parameters, new Samples(windows(values, labels, 1, 24), 0));
    SequenceDataset cut = windows(values, labels, 6, 4);
    EvaluationResult streams = evaluate(ofSteps(4), parameters, new Samples(cut, 70));
    EvaluationResult forgetful = evaluate(ofSteps(4), parameters, new Samples(cut, 0));

    assertThat(streams.samples()).isEqualTo(70 * 24);
    assertThat(streams.loss()).isCloseTo(whole.loss(), within(1e-12));
    assertThat(((ClassTally) streams.tally()).matrix())
        .isEqualTo(((ClassTally) whole.tally()).matrix());
    assertThat(Math.abs(forgetful.loss() - whole.loss())).isGreaterThan(1e-6);
  }

  private static EvaluationResult evaluate(
      Network network, float[] parameters, EvaluationData data) {
    return new LocalEvaluation(OPS, new RnnTopology("small", network), data, () -> false)
        .evaluate(parameters, Part.TEST);
  }

  @Test
  void blocksAreFoldedInTheirOrder() {
    Network network = ofSteps(4);
    SequenceDataset samples =
        DatasetMinibatchTest.dataset(DatasetMinibatchTest.samples(network, 2100));
    BlockEvaluator evaluator =
        new BlockEvaluator(new RnnTopology("small", network), TargetScale.IDENTITY);
    EvaluationResult expected = evaluate(network, parameters(network), new Samples(samples, 0));
    List<BlockResult> blocks = new ArrayList<>();
    for (int block = 2; block >= 0; block--) {
      SequenceDataset part = samples.subset(BlockEvaluator.samples(block, 2100));
      blocks.add(evaluator.evaluate(OPS, parameters(network), part, block, 0));
    }
    Collections.shuffle(blocks, new Random(1));
    assertThat(EvaluationResult.fold(blocks, evaluator.tally())).isEqualTo(expected);
    assertThat(expected.worst()).anyMatch(mistake -> mistake.sample() >= 2000);
  }

  @Test
  void aScoreThatTheNetworkDoesNotHaveIsRefused() {
    InMemoryData data = InMemoryData.ofSizes(3, 2, 4, 8);
    RnnTopology topology =
        new RnnTopology("small", Network.elman(3, 2, List.of(5), Activation.TANH, 4));
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(
            () ->
                new Training<>(
                    ConfigurationLoader.parse("training.score = rmse", "test"), data, topology))
        .withMessage(
            "Cannot use the configuration: training.score: expected auto or a score that the network has, which are accuracy, macro-f1, weighted-f1, log-loss, found rmse");
    assertThat(
            new Training<>(
                    ConfigurationLoader.parse("training.score = log-loss", "test"), data, topology)
                .scoreKind())
        .isEqualTo(ScoreKind.LOG_LOSS);
    assertThat(new Training<>(ConfigurationLoader.defaults(), data, topology).scoreKind())
        .isEqualTo(ScoreKind.ACCURACY);
  }
}
