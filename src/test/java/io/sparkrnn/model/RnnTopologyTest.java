package io.sparkrnn.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Network;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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

  @Test
  void textsAreReadBack() {
    assertThat(DEEP.encode()).isEqualTo(DEEP_TEXT);
    assertThat(RnnTopology.decode(DEEP_TEXT)).isEqualTo(DEEP);
    for (RnnTopology topology : ModelZoo.models()) {
      assertThat(RnnTopology.decode(topology.encode())).isEqualTo(topology);
    }
  }

  @Test
  void textsDoNotDependOnTheLocale() {
    Locale before = Locale.getDefault();
    // Formats numbers with Arabic-Indic digits.
    Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
    try {
      assertThat(DEEP.encode()).isEqualTo(DEEP_TEXT);
      assertThat(RnnTopology.decode(DEEP_TEXT)).isEqualTo(DEEP);
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

  private static void assertRefused(String text, String... parts) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RnnTopology.decode(text))
        .satisfies(failure -> assertThat(failure).message().contains(parts));
  }
}
