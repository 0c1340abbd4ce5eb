package io.sparkrnn.spark.predict;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.data.Missing;
import io.sparkrnn.data.Readings;
import io.sparkrnn.data.SequenceColumns;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Embedding;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Join;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.kernel.PortableOps;
import io.sparkrnn.model.ChannelScale;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.model.TargetScale;
import io.sparkrnn.model.Vocabulary;
import io.sparkrnn.random.SeededRandom;
import io.sparkrnn.spark.predict.SequencePredictor.Outputs;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SequencePredictorTest {
  private static final int[] LENGTHS = {3, 5, 1, 4, 5};

  private static SequenceDataset sequences() {
    int rows = 18;
    float[] dense = new float[rows];
    int[] ids = new int[rows];
    for (int row = 0; row < rows; row++) {
      dense[row] = (row * 7 % 5) - 2;
      ids[row] = row % 3;
    }
    return SequenceColumns.ofLengths(LENGTHS)
        .dense(dense, 1, Missing.REFUSE)
        .ids(ids)
        .statics(new float[] {1, -1, 2, 0, 3}, 1)
        .labels(new int[LENGTHS.length], 1, Readings.ONE)
        .dataset();
  }

  @ParameterizedTest
  @EnumSource(Reads.class)
  void eachSequenceHasTheBitsThatItHasAlone(Reads reads) {
    Network network =
        new Network(
            new Input(5, 1, List.of(new Embedding(3, 2, Embedding.NONE)), 1, Join.EVERY_STEP),
            List.of(new Layer("gru", 4)),
            new Head(new Loss.Squared(), 2, reads));
    float[] parameters = new float[network.parameterCount()];
    SeededRandom random = SeededRandom.of(5);
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] = (float) random.nextDouble() - 0.5f;
    }
    SequencePredictor predictor = predictor(network, parameters, List.of());
    SequenceDataset data = sequences();
    double[][][] together = predictor.run(data).readings();
    assertThat(together).hasNumberOfRows(LENGTHS.length);
    SequencePredictor withStates = predictor(network, parameters, List.of("state"));
    Outputs states = withStates.run(data);
    assertThat(states.readings()).isDeepEqualTo(together);
    for (int sample = 0; sample < LENGTHS.length; sample++) {
      assertThat(together[sample]).hasNumberOfRows(reads == Reads.EVERY ? LENGTHS[sample] : 1);
      SequenceDataset alone = data.subset(new int[] {sample});
      assertThat(predictor.run(alone).readings()[0]).isDeepEqualTo(together[sample]);
      assertThat(withStates.run(alone).state(0)).isEqualTo(states.state(sample));
      Outputs stream = withStates.stream(alone);
      int last = LENGTHS[sample] - 1;
      assertThat(stream.state(last)).isEqualTo(states.state(sample));
      assertThat(stream.readings()[last][0])
          .isEqualTo(together[sample][together[sample].length - 1]);
    }
    assertThat(together[0][0]).isNotEqualTo(together[1][0]);
    assertThat(states.state(0)).isNotEqualTo(states.state(1));
  }

  private static SequencePredictor predictor(
      Network network, float[] parameters, List<String> columns) {
    Preparation preparation =
        new Preparation(
            List.of("x"),
            ChannelScale.NONE,
            Map.of(),
            Vocabulary.NONE,
            List.of(),
            TargetScale.IDENTITY);
    Answers answers =
        Answers.of(network, preparation, Answers.hasSteps(network), columns, List.of());
    return new SequencePredictor(new PortableOps(), answers, parameters);
  }
}
