package io.sparkrnn.model;

import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.ParameterBlock;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** A network with a name, and its text. */
public record RnnTopology(String name, Network network) implements Serializable {
  private static final String NAME = "name";

  /** How the names of Elman cells begin; their activation follows. */
  static final String ELMAN = "elman-";

  public RnnTopology {
    if (name.isEmpty() || name.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "a topology needs a name of one line, found \"" + name + "\"");
    }
  }

  /** The same network with other layers, bottom first, that are like its lowest one. */
  public RnnTopology withHidden(List<Integer> hidden) {
    return new RnnTopology(name, network.withHidden(hidden));
  }

  /**
   * The same network with another activation.
   *
   * @throws IllegalArgumentException if it has other layers than Elman's, whose activations are
   *     what they are
   */
  public RnnTopology withActivation(Activation activation) {
    List<Layer> layers = new ArrayList<>();
    for (Layer layer : network.layers()) {
      if (!layer.cell().startsWith(ELMAN)) {
        throw new IllegalArgumentException(
            "expected a network of Elman layers to have another activation, found " + summary());
      }
      String cell = ELMAN + activation.name().toLowerCase(Locale.ROOT);
      layers.add(
          new Layer(cell, layer.units(), layer.direction(), layer.dropout(), layer.biases()));
    }
    return new RnnTopology(name, new Network(network.input(), layers, network.head()));
  }

  /** The same network for sequences of another form, such as another data set's. */
  public RnnTopology withData(int timeSteps, int inputSize, int classes) {
    Input input = network.input();
    Head head = network.head();
    return new RnnTopology(
        name,
        new Network(
            new Input(timeSteps, inputSize, input.categorical(), input.statics(), input.join()),
            network.layers(),
            new Head(head.loss(), classes, head.reads())));
  }

  public int parameterCount() {
    return network.parameterCount();
  }

  /** Whether it has an output layer, hence a loss that can be trained. */
  public boolean trainable() {
    return network.classes() > 0;
  }

  /** All parameters in flat order: {@link io.sparkrnn.kernel.ParameterLayout}. */
  public List<ParameterBlock> parameters() {
    return network.layout().blocks();
  }

  /** For people, such as {@code 28 x 28 -> 150 tanh -> 10}: {@link NetworkSummary}. */
  public String summary() {
    return NetworkSummary.of(network);
  }

  /** As lines of {@code key=value}, for files; {@link #decode} reads it. */
  public String encode() {
    return NetworkText.encode(network).entrySet().stream()
        .map(value -> value.getKey() + "=" + value.getValue() + "\n")
        .collect(Collectors.joining("", NAME + "=" + name + "\n", ""));
  }

  /**
   * The topology of an encoded text.
   *
   * @throws IllegalArgumentException if it is none; the message says what was found
   */
  public static RnnTopology decode(String text) {
    Map<String, String> values = KeyValueLines.parse(text);
    Set<String> keys = new LinkedHashSet<>(List.of(NAME));
    keys.addAll(NetworkText.keys(values));
    if (!values.keySet().equals(keys)) {
      throw new IllegalArgumentException(
          "expected %s of a topology, found %s".formatted(keys, values.keySet()));
    }
    try {
      return new RnnTopology(values.get(NAME), NetworkText.decode(values));
    } catch (IllegalArgumentException | ArithmeticException e) {
      // Of sizes whose product no long holds it is an ArithmeticException.
      throw new IllegalArgumentException(
          "expected values of a topology, found %s: %s".formatted(values, e.getMessage()), e);
    }
  }
}
