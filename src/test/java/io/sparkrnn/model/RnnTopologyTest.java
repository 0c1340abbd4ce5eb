package io.sparkrnn.model;

import static io.sparkrnn.kernel.Network.Join.EVERY_STEP;
import static io.sparkrnn.kernel.Network.Join.HEAD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Biases;
import io.sparkrnn.kernel.Network.Direction;
import io.sparkrnn.kernel.Network.Embedding;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.Network.Reads;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RnnTopologyTest {
  private static final RnnTopology DEEP =
      new RnnTopology("row-rnn-100x2", Network.elman(28, 14, List.of(64, 32), Activation.RELU, 10));
  private static final String DEEP_TEXT =
      """
      name=row-rnn-100x2
      timeSteps=28
      inputSize=14
      hidden=64,32
      activation=RELU
      classes=10
      """;

  /** Usual in nothing. */
  private static final RnnTopology RICH =
      new RnnTopology(
          "rich",
          new Network(
              new Input(
                  168, 13, List.of(new Embedding(50, 4, 0), new Embedding(7, 3, -1)), 5, HEAD),
              List.of(
                  new Layer("lstm", 64, Direction.BOTH, 0.2, Biases.TWO),
                  new Layer("gru", 32),
                  new Layer("elman-relu", 16, Direction.BACKWARD, 0, Biases.ONE)),
              new Head(new Loss.Softmax(0.1, List.of(1f, 0.1f)), 2, Reads.MEAN)));

  private static final String RICH_TEXT =
      """
      name=rich
      timeSteps=168
      dense=13
      categorical=50:4:0,7:3
      statics=5
      join=HEAD
      layers=lstm:64:BOTH:0.2:TWO,gru:32,elman-relu:16:BACKWARD:0.0:ONE
      loss=softmax:0.1:1,0.1
      outputs=2
      reads=MEAN
      """;

  private static final String LSTM_TEXT =
      """
      name=x
      timeSteps=5
      dense=2
      categorical=
      statics=0
      join=EVERY_STEP
      layers=lstm:3
      loss=softmax
      outputs=4
      reads=LAST
      """;

  @Test
  void textsAreReadBack() {
    assertThat(DEEP.encode()).isEqualTo(DEEP_TEXT);
    assertThat(RnnTopology.decode(DEEP_TEXT)).isEqualTo(DEEP);
    for (RnnTopology topology : ModelZoo.models()) {
      assertThat(RnnTopology.decode(topology.encode())).isEqualTo(topology);
    }
    assertThat(RICH.encode()).isEqualTo(RICH_TEXT);
    assertThat(RnnTopology.decode(RICH_TEXT)).isEqualTo(RICH);
    RnnTopology lstm = with(new Input(5, 2), List.of(new Layer("lstm", 3)), Loss.softmax());
    assertThat(lstm.encode()).isEqualTo(LSTM_TEXT);
    assertThat(RnnTopology.decode(LSTM_TEXT)).isEqualTo(lstm);
  }

  private static RnnTopology with(Input input, List<Layer> layers, Loss loss) {
    return new RnnTopology("x", new Network(input, layers, new Head(loss, 4, Reads.LAST)));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void lossesAreReadBack(String text, Loss loss) {
    RnnTopology topology = with(new Input(5, 2), List.of(new Layer("lstm", 3)), loss);
    assertThat(topology.encode()).isEqualTo(LSTM_TEXT.replace("softmax", text));
    assertThat(RnnTopology.decode(topology.encode())).isEqualTo(topology);
  }

  static Stream<Arguments> losses() {
    return Stream.of(
        Arguments.of("softmax:0.05", new Loss.Softmax(0.05, List.of())),
        Arguments.of("softmax:0.0:0.5,3,0.0,100", new Loss.Softmax(0, List.of(.5f, 3f, 0f, 100f))),
        Arguments.of("sigmoid", new Loss.Sigmoid()),
        Arguments.of("squared", new Loss.Squared()),
        Arguments.of("absolute", new Loss.Absolute()),
        Arguments.of("huber:1", new Loss.Huber(1)),
        // Where older JDKs write other digits than newer ones.
        Arguments.of("huber:200000000000000000000000", new Loss.Huber(2e23)),
        Arguments.of("quantile:0.1,0.9", new Loss.Quantile(List.of(0.1, 0.9))),
        Arguments.of("poisson", new Loss.Poisson()));
  }

  @Test
  void anyNetworkIsReadBackAndOthersHaveOtherTexts() {
    RandomNetworks networks = new RandomNetworks(3);
    Map<String, Network> byText = new HashMap<>();
    for (int i = 0; i < 5_000; i++) {
      RnnTopology topology = new RnnTopology("any", networks.next());
      String text = topology.encode();
      assertThat(RnnTopology.decode(text)).as(text).isEqualTo(topology);
      Network same = byText.put(text, topology.network());
      assertThat(same == null || same.equals(topology.network())).as(text).isTrue();
    }
    assertThat(byText).hasSizeGreaterThan(4_000);
  }

  @Test
  void textsDoNotDependOnTheLocale() {
    Locale before = Locale.getDefault();
    // Formats numbers with Arabic-Indic digits.
    Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
    try {
      assertThat(DEEP.encode()).isEqualTo(DEEP_TEXT);
      assertThat(RnnTopology.decode(DEEP_TEXT)).isEqualTo(DEEP);
      assertThat(RICH.encode()).isEqualTo(RICH_TEXT);
      assertThat(RnnTopology.decode(RICH_TEXT)).isEqualTo(RICH);
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void aNameWithAnEqualsSignIsReadBack() {
    RnnTopology topology = new RnnTopology("a=b", DEEP.network());
    assertThat(RnnTopology.decode(topology.encode())).isEqualTo(topology);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "two\nlines", "classes\r=3", "\u0085"})
  void namesThatALineCannotHoldAreRefused(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RnnTopology(name, DEEP.network()))
        .withMessageContaining("name");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "name=x\ntimeSteps=28\ninputSize=28\nhidden=\nactivation=TANH\nclasses=10\n",
        "name=x\ntimeSteps=28\ninputSize=28\nhidden=150,\nactivation=TANH\nclasses=10\n",
        "name=x\ntimeSteps=28\ninputSize=28\nhidden=150,,150\nactivation=TANH\nclasses=10\n",
        "name=x\ntimeSteps=28\ninputSize=28\nhidden=0\nactivation=TANH\nclasses=10\n",
        "name=x\ntimeSteps=0\ninputSize=28\nhidden=150\nactivation=TANH\nclasses=10\n",
        "name=x\ntimeSteps=28\ninputSize=1e3\nhidden=150\nactivation=TANH\nclasses=10\n",
        "name=x\ntimeSteps=28\ninputSize=28\nhidden=150\nactivation=tanh\nclasses=10\n",
        "name=x\ntimeSteps=28\ninputSize=28\nhidden=150\nactivation=TANH\nclasses=-1\n",
        "name=x\ntimeSteps=28\ninputSize=28\nhidden=99999\nactivation=TANH\nclasses=10\n"
      })
  void otherValuesAreRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RnnTopology.decode(text))
        .withMessageStartingWith("expected values of a topology, found {name=x, ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "layers=lstm:3 | layers=",
        "layers=lstm:3 | layers=lstm",
        "layers=lstm:3 | layers=lstm:3,",
        "layers=lstm:3 | layers=lstm:0",
        "layers=lstm:3 | layers=lstm:1e3",
        "layers=lstm:3 | layers=lstm:2147483647:BOTH:0.0:ONE",
        "layers=lstm:3 | layers=graves-lstm:3",
        "layers=lstm:3 | layers=lstm:3:BOTH",
        "layers=lstm:3 | layers=lstm:3:both:0.0:ONE",
        "layers=lstm:3 | layers=lstm:3:BOTH:NaN:ONE",
        "layers=lstm:3 | layers=lstm:3:BOTH:1:ONE",
        "layers=lstm:3 | layers=lstm:3:BOTH:0.0:THREE",
        "layers=lstm:3 | layers=lstm:3:BOTH:0.0:ONE:",
        "layers=lstm:3 | layers=gru:3:BOTH:0.0:ONE",
        "timeSteps=5   | timeSteps=0",
        "dense=2       | dense=0",
        "dense=2       | dense=-1",
        "categorical=  | categorical=5",
        "categorical=  | categorical=5:0",
        "categorical=  | categorical=5:4:5",
        "categorical=  | categorical=5:4:",
        "categorical=  | categorical=5:4:1:1",
        "statics=0     | statics=-1",
        "join=EVERY_   | join=",
        "loss=softmax  | loss=",
        "loss=softmax  | loss=hinge",
        "loss=softmax  | loss=softmax:",
        "loss=softmax  | loss=softmax:1",
        "loss=softmax  | loss=softmax:0.1:1,2",
        "loss=softmax  | loss=softmax:0.1:1,2,3,Infinity",
        "loss=softmax  | loss=softmax:0.1:1,2,3,4:",
        "loss=softmax  | loss=squared:1",
        "loss=softmax  | loss=huber",
        "loss=softmax  | loss=huber:0",
        "loss=softmax  | loss=quantile",
        "loss=softmax  | loss=quantile:",
        "loss=softmax  | loss=quantile:0.1,0.5,0.9",
        "outputs=4     | outputs=-1",
        "reads=LAST    | reads=FIRST"
      })
  void otherValuesOfOtherNetworksAreRefused(String line, String other) {
    assertThat(LSTM_TEXT).contains(line);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RnnTopology.decode(LSTM_TEXT.replace(line, other)))
        .withMessageStartingWith("expected values of a topology, found {name=x, ")
        .satisfies(failure -> assertThat(failure.getMessage()).hasLineCount(1));
  }

  /** What one version ignores may be what another computes with. */
  @Test
  void otherLinesAreRefusedByName() {
    String keys = "expected [name, timeSteps, inputSize, hidden, activation, classes]";
    assertRefused(DEEP_TEXT + "bias=none\n", keys + " of a topology, found [name, ", "bias]");
    assertRefused(DEEP_TEXT.replace("hidden=64,32\n", ""), keys, "[name, timeSteps, inputSize, a");
    assertRefused("", keys + " of a topology, found []");
    assertRefused(DEEP_TEXT + "bias\n", "expected lines key=value", "found \"bias\"");
    assertRefused(DEEP_TEXT + "\n", "expected lines key=value", "found \"\"");
    assertRefused(DEEP_TEXT + "classes=2\n", "found \"classes=2\" beside another classes");
  }

  @Test
  void otherLinesOfOtherNetworksAreRefusedByName() {
    String keys =
        "expected [name, timeSteps, dense, categorical, statics, join, layers, loss, outputs, reads]";
    assertRefused(LSTM_TEXT + "clip=1\n", keys + " of a topology, found [name, ", "clip]");
    assertRefused(DEEP_TEXT + "layers=lstm:3\n", keys);
    for (String line : LSTM_TEXT.lines().filter(line -> !line.startsWith("layers")).toList()) {
      assertRefused(LSTM_TEXT.replace(line + "\n", ""), keys);
    }
    assertRefused(LSTM_TEXT.replace("layers=lstm:3\n", ""), "of a topology, found [name, ");
  }

  @Test
  void sizesBeyondAllNumbersAreRefused() {
    String most = "elman-tanh:2147483647";
    assertRefused(
        LSTM_TEXT.replace("lstm:3", String.join(",", most, most, most)),
        "expected values of a topology");
  }

  @Test
  void summariesSayWhatIsUnusual() {
    assertThat(RICH.summary())
        .isEqualTo(
            "168 x 13 + 50 ids as 4 padding 0 + 7 ids as 3 -> lstm 64 both dropout 0.2 two biases"
                + " -> gru 32 -> 16 relu backward -> mean + 5 statics -> 2 softmax:0.1:1,0.1");
    assertThat(RnnTopology.decode(LSTM_TEXT).summary()).isEqualTo("5 x 2 -> lstm 3 -> 4");
    RnnTopology statics =
        with(
            new Input(5, 2, List.of(), 3, EVERY_STEP),
            List.of(new Layer("lstm", 64, Direction.BOTH, 0, Biases.ONE), new Layer("gru", 32)),
            new Loss.Squared());
    assertThat(statics.summary())
        .isEqualTo("5 x 2 + 3 statics -> lstm 64 both -> gru 32 -> 4 squared");
  }

  @Test
  void variationsOfOtherNetworksKeepTheRest() {
    Network network = RICH.network();
    assertThat(RICH.withHidden(List.of(8, 4)).network())
        .isEqualTo(
            new Network(
                network.input(),
                List.of(
                    new Layer("lstm", 8, Direction.BOTH, 0.2, Biases.TWO),
                    new Layer("lstm", 4, Direction.BOTH, 0.2, Biases.TWO)),
                network.head()));
    RnnTopology squared = with(network.input(), network.layers(), new Loss.Squared());
    assertThat(squared.withData(28, 14, 3).network())
        .isEqualTo(
            new Network(
                new Input(28, 14, network.input().categorical(), 5, HEAD),
                network.layers(),
                new Head(new Loss.Squared(), 3, Reads.LAST)));
  }

  @Test
  void onlyElmanLayersHaveAnActivation() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RnnTopology.decode(LSTM_TEXT).withActivation(Activation.RELU))
        .withMessage(
            "expected a network of Elman layers to have another activation, found 5 x 2 -> lstm 3 -> 4");
    Layer backward = new Layer("elman-tanh", 3, Direction.BACKWARD, 0.5, Biases.TWO);
    assertThat(
            with(new Input(5, 2), List.of(backward), Loss.softmax())
                .withActivation(Activation.RELU)
                .network()
                .layers())
        .containsExactly(new Layer("elman-relu", 3, Direction.BACKWARD, 0.5, Biases.TWO));
  }

  private static void assertRefused(String text, String... parts) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RnnTopology.decode(text))
        .satisfies(failure -> assertThat(failure).message().contains(parts));
  }
}
