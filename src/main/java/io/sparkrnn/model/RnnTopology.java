package io.sparkrnn.model;

import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.ParameterBlock;
import java.io.Serializable;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A named network of the family: stacked Elman layers and, unless the network has no classes, a
 * dense layer over the last hidden state.
 */
public record RnnTopology(String name, Network network) implements Serializable {
  private static final Set<String> KEYS =
      new LinkedHashSet<>(
          List.of("name", "timeSteps", "inputSize", "hidden", "activation", "classes"));

  public RnnTopology {
    if (name.isEmpty() || name.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "a topology needs a name of one line, found \"" + name + "\"");
    }
  }

  /** The same network with other hidden layers, bottom first. */
  public RnnTopology withHidden(List<Integer> hidden) {
    return new RnnTopology(name, network.withHidden(hidden));
  }

  public RnnTopology withActivation(Activation activation) {
    return new RnnTopology(
        name,
        Network.elman(
            network.timeSteps(),
            network.inputSize(),
            network.hidden(),
            activation,
            network.classes()));
  }

  /** The same network for sequences of another form, such as another data set's. */
  public RnnTopology withData(int timeSteps, int inputSize, int classes) {
    return new RnnTopology(
        name, Network.elman(timeSteps, inputSize, network.hidden(), network.activation(), classes));
  }

  public int parameterCount() {
    return network.parameterCount();
  }

  /** Whether it has an output layer, hence a loss that can be trained. */
  public boolean trainable() {
    return network.classes() > 0;
  }

  /**
   * All parameters in flat order, each layer's {@code U}, {@code W}, {@code b}, then the output
   * layer's {@code V}, {@code c}.
   */
  public List<ParameterBlock> parameters() {
    return network.layout().blocks();
  }

  /** For example {@code 28 x 28 -> 150 tanh -> 10}. */
  public String summary() {
    StringBuilder text =
        new StringBuilder("%d x %d".formatted(network.timeSteps(), network.inputSize()));
    for (int units : network.hidden()) {
      text.append(" -> ")
          .append(units)
          .append(' ')
          .append(network.activation().name().toLowerCase(Locale.ROOT));
    }
    if (trainable()) {
      text.append(" -> ").append(network.classes());
    }
    return text.toString();
  }

  /** As lines of {@code key=value}, for files; {@link #decode} reads it. */
  public String encode() {
    // The root locale: others have digits of their own.
    return String.format(
        Locale.ROOT,
        """
        name=%s
        timeSteps=%d
        inputSize=%d
        hidden=%s
        activation=%s
        classes=%d
        """,
        name,
        network.timeSteps(),
        network.inputSize(),
        network.hidden().stream().map(String::valueOf).collect(Collectors.joining(",")),
        network.activation(),
        network.classes());
  }

  /**
   * The topology of an encoded text.
   *
   * @throws IllegalArgumentException if it is none; the message says what was found
   */
  public static RnnTopology decode(String text) {
    Map<String, String> values = KeyValueLines.parse(text);
    if (!values.keySet().equals(KEYS)) {
      throw new IllegalArgumentException(
          "expected %s of a topology, found %s".formatted(KEYS, values.keySet()));
    }
    try {
      return new RnnTopology(
          values.get("name"),
          Network.elman(
              Integer.parseInt(values.get("timeSteps")),
              Integer.parseInt(values.get("inputSize")),
              Arrays.stream(values.get("hidden").split(",", -1)).map(Integer::valueOf).toList(),
              Activation.valueOf(values.get("activation")),
              Integer.parseInt(values.get("classes"))));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "expected values of a topology, found %s: %s".formatted(values, e.getMessage()), e);
    }
  }
}
