package io.sparkrnn.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Embedding;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Join;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.model.ChannelScale;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.model.TargetScale;
import io.sparkrnn.model.Vocabulary;
import io.sparkrnn.model.Vocabulary.Unit;
import io.sparkrnn.serving.TextGenerator.Sampling;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TextGeneratorTest {
  private static final List<String> CHARACTERS = List.of("e", "a", " ", "t", "\n", "h", "s");

  private static RnnModel model(Unit unit, List<String> tokens, String kernels) {
    Vocabulary vocabulary = new Vocabulary(unit, tokens);
    RnnTopology topology =
        new RnnTopology(
            "text",
            new Network(
                new Input(
                    8, 0, List.of(new Embedding(vocabulary.size(), 4, 0)), 0, Join.EVERY_STEP),
                List.of(new Layer("gru", 9)),
                new Head(Loss.softmax(), vocabulary.size(), Reads.EVERY)));
    return RnnModel.of(
        new ModelFile(
            topology,
            ParameterInitializer.ORTHOGONAL.initialise(topology, 1),
            Map.of(),
            Optional.of(
                new Preparation(
                    List.of(),
                    ChannelScale.NONE,
                    Map.of(),
                    vocabulary,
                    List.of(),
                    TargetScale.IDENTITY))),
        kernels);
  }

  private static TextGenerator characters() {
    return new TextGenerator(model(Unit.CHARACTERS, CHARACTERS, "portable"));
  }

  /** A promise: the text of a seed is the same in every release and on every machine. */
  @Test
  void aSeedHasItsText() {
    Sampling sampling = new Sampling(0.8, 5, 42);
    String text = characters().after("the ", 40, sampling);
    assertThat(text).isEqualTo("thaase\ntt\n\ntatt\n\ntttsss aeeeeae\nt\n\ntaaee");
    assertThat(
            new TextGenerator(model(Unit.CHARACTERS, CHARACTERS, "vector"))
                .after("the ", 40, sampling))
        .isEqualTo(text);
    assertThat(characters().after("the ", 12, sampling)).isEqualTo(text.substring(0, 12));
    assertThat(characters().after("the ", 40, new Sampling(0.8, 5, 43))).isNotEqualTo(text);
  }

  @Test
  void theMostProbableTokenIsWithoutChance() {
    String text = characters().after("the ", 30, new Sampling(0, 0, 1));
    assertThat(characters().after("the ", 30, new Sampling(1, 1, 7))).isEqualTo(text);
    assertThat(characters().after("the ", 30, new Sampling(1e-6, 0, 7))).isEqualTo(text);
  }

  @Test
  void wordsAreSetApart() {
    RnnModel model = model(Unit.WORDS, List.of("in", "the", "end"), "portable");
    TextGenerator generator = new TextGenerator(model);
    assertThat(generator.after("in the beginning", 6, new Sampling(1, 0, 3)))
        .matches("( (in|the|end)){6}");
    assertThat(generator.unknown("in the big big end")).containsExactly("big");
  }

  @Test
  void whatIsNoTextIsRefused() {
    assertThatExceptionOfType(ReadingException.class)
        .isThrownBy(() -> characters().after("", 5, new Sampling(1, 0, 1)))
        .withMessageContaining("at least one of its characters");
    assertThatExceptionOfType(ReadingException.class).isThrownBy(() -> new Sampling(-1, 0, 1));
    RnnTopology topology =
        new RnnTopology(
            "numbers",
            new Network(
                new Input(8, 1),
                List.of(new Layer("gru", 2)),
                new Head(Loss.softmax(), 2, Reads.EVERY)));
    RnnModel numbers =
        RnnModel.of(new ModelFile(topology, new float[topology.parameterCount()], Map.of()));
    assertThatExceptionOfType(StreamUnavailableException.class)
        .isThrownBy(() -> new TextGenerator(numbers))
        .withMessageContaining("expected a language model");
  }
}
