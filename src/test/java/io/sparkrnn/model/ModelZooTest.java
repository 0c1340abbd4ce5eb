package io.sparkrnn.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.ParameterBlock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelZooTest {
  // U + W + b of each layer, then V + c:
  // vanilla-rnn-1: 4 + 1 + 1; vanilla-rnn: 20 + 25 + 5;
  // row-rnn-150: 4200 + 22500 + 150 + 1500 + 10;
  // row-rnn-100x2: (2800 + 10000 + 100) + (10000 + 10000 + 100) + 1000 + 10.
  @ParameterizedTest
  @CsvSource({
    "vanilla-rnn-1, 6, 2 x 4 -> 1 tanh",
    "vanilla-rnn, 50, 2 x 4 -> 5 tanh",
    "row-rnn-150, 28360, 28 x 28 -> 150 tanh -> 10",
    "row-rnn-100x2, 34010, 28 x 28 -> 100 tanh -> 100 tanh -> 10"
  })
  void theZooHasFourModels(String name, int parameters, String summary) {
    RnnTopology topology = ModelZoo.find(name).orElseThrow();
    assertThat(topology.name()).isEqualTo(name);
    assertThat(topology.network().parameterCount()).isEqualTo(parameters);
    assertThat(topology.summary()).isEqualTo(summary);
    assertThat(topology.trainable()).isEqualTo(name.startsWith("row"));
  }

  @Test
  void namesAreListedInOrder() {
    assertThat(ModelZoo.names())
        .isEqualTo("vanilla-rnn-1, vanilla-rnn, row-rnn-150, row-rnn-100x2");
    assertThat(ModelZoo.find("row-rnn-151")).isEmpty();
    assertThat(ModelZoo.find("")).isEmpty();
  }

  @Test
  void theRowNetworkHasTheBlocksOfTheNotebook() {
    assertThat(ModelZoo.find("row-rnn-150").orElseThrow().parameters())
        .containsExactly(
            new ParameterBlock("rnn.U", ParameterBlock.Kind.INPUT_WEIGHTS, 0, 28, 150, 0),
            new ParameterBlock("rnn.W", ParameterBlock.Kind.RECURRENT_WEIGHTS, 0, 150, 150, 4200),
            new ParameterBlock("rnn.b", ParameterBlock.Kind.BIAS, 0, 1, 150, 26_700),
            new ParameterBlock("out.V", ParameterBlock.Kind.OUTPUT_WEIGHTS, 1, 150, 10, 26_850),
            new ParameterBlock("out.c", ParameterBlock.Kind.OUTPUT_BIAS, 1, 1, 10, 28_350));
  }

  @Test
  void layersOfADeepNetworkAreNumbered() {
    assertThat(ModelZoo.find("row-rnn-100x2").orElseThrow().parameters())
        .extracting(ParameterBlock::name)
        .containsExactly(
            "rnn0.U", "rnn0.W", "rnn0.b", "rnn1.U", "rnn1.W", "rnn1.b", "out.V", "out.c");
  }

  @Test
  void blocksLieOneBehindTheOtherAndFillTheParameters() {
    List<RnnTopology> topologies =
        List.of(
            ModelZoo.models().get(0),
            ModelZoo.models().get(1),
            ModelZoo.models().get(2),
            ModelZoo.models().get(3),
            ModelZoo.models().get(2).withHidden(List.of(64, 32, 7)).withData(5, 3, 2));
    for (RnnTopology topology : topologies) {
      int end = 0;
      for (ParameterBlock block : topology.parameters()) {
        assertThat(block.offset()).as(block.name()).isEqualTo(end);
        end = block.end();
      }
      assertThat(end).isEqualTo(topology.network().parameterCount());
    }
  }

  @Test
  void variationsChangeWhatTheySay() {
    RnnTopology topology =
        ModelZoo.find("row-rnn-150")
            .orElseThrow()
            .withHidden(List.of(64, 32))
            .withActivation(Activation.RELU)
            .withData(14, 56, 4);
    assertThat(topology)
        .isEqualTo(
            new RnnTopology(
                "row-rnn-150", Network.elman(14, 56, List.of(64, 32), Activation.RELU, 4)));
    assertThat(topology.summary()).isEqualTo("14 x 56 -> 64 relu -> 32 relu -> 4");
  }
}
