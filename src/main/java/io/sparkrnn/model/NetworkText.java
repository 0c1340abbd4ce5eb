package io.sparkrnn.model;

import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Loss.Huber;
import io.sparkrnn.kernel.Loss.Quantile;
import io.sparkrnn.kernel.Loss.Softmax;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Biases;
import io.sparkrnn.kernel.Network.Direction;
import io.sparkrnn.kernel.Network.Embedding;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Join;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.Network.Reads;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Networks as values by key, for files. Plain ones have the keys that older files have.
 *
 * <p>Others have lists, whose items stand between commas, with fields between colons. Fields at the
 * end are left out where they would say nothing unusual: {@code lstm:64,lstm:64:BOTH:0.2:ONE}.
 */
final class NetworkText {
  private static final List<String> PLAIN =
      List.of("timeSteps", "inputSize", "hidden", "activation", "classes");

  private static final List<String> GENERAL =
      List.of(
          "timeSteps",
          "dense",
          "categorical",
          "statics",
          "join",
          "layers",
          "loss",
          "outputs",
          "reads");

  private NetworkText() {}

  /** Equal networks have equal values, and other networks have others. */
  static Map<String, String> encode(Network network) {
    return network.isPlain() ? plain(network) : general(network);
  }

  private static Map<String, String> plain(Network network) {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("timeSteps", Integer.toString(network.timeSteps()));
    values.put("inputSize", Integer.toString(network.inputSize()));
    values.put("hidden", join(network.hidden(), Object::toString));
    values.put("activation", network.activation().name());
    values.put("classes", Integer.toString(network.classes()));
    return values;
  }

  private static Map<String, String> general(Network network) {
    Input input = network.input();
    Head head = network.head();
    Map<String, String> values = new LinkedHashMap<>();
    values.put("timeSteps", Integer.toString(input.timeSteps()));
    values.put("dense", Integer.toString(input.dense()));
    values.put("categorical", join(input.categorical(), NetworkText::embedding));
    values.put("statics", Integer.toString(input.statics()));
    values.put("join", input.join().name());
    values.put("layers", join(network.layers(), NetworkText::layer));
    values.put("loss", loss(head.loss()));
    values.put("outputs", Integer.toString(head.outputs()));
    values.put("reads", head.reads().name());
    return values;
  }

  private static <T> String join(List<T> items, Function<T, String> text) {
    return items.stream().map(text).collect(Collectors.joining(","));
  }

  private static String embedding(Embedding embedding) {
    String text = embedding.vocabulary() + ":" + embedding.width();
    return embedding.padding() == Embedding.NONE ? text : text + ":" + embedding.padding();
  }

  private static String layer(Layer layer) {
    String text = layer.cell() + ":" + layer.units();
    return layer.equals(new Layer(layer.cell(), layer.units()))
        ? text
        : String.join(
            ":", text, layer.direction().name(), number(layer.dropout()), layer.biases().name());
  }

  static String loss(Loss loss) {
    if (loss instanceof Softmax softmax && !softmax.equals(Loss.softmax())) {
      String text = softmax.name() + ":" + number(softmax.labelSmoothing());
      return softmax.classWeights().isEmpty()
          ? text
          : text + ":" + join(softmax.classWeights(), NetworkText::number);
    } else if (loss instanceof Huber huber) {
      return huber.name() + ":" + number(huber.delta());
    } else if (loss instanceof Quantile quantile) {
      return quantile.name() + ":" + join(quantile.levels(), NetworkText::number);
    }
    return loss.name();
  }

  static String number(double value) {
    return number(value, text -> Double.parseDouble(text) == value);
  }

  private static String number(float value) {
    return number(value, text -> Float.parseFloat(text) == value);
  }

  /** The shortest decimal that is read back. The JDK's own is another in other versions of it. */
  private static String number(double value, Predicate<String> isReadBack) {
    if (value == 0) {
      return Double.toString(value);
    }
    BigDecimal exact = new BigDecimal(value);
    for (int digits = 1; ; digits++) {
      String text = exact.round(new MathContext(digits)).toPlainString();
      if (isReadBack.test(text)) {
        return text;
      }
    }
  }

  /** The keys that values should have beside what is not the network's. */
  static List<String> keys(Map<String, String> values) {
    return values.containsKey("layers") ? GENERAL : PLAIN;
  }

  /**
   * The network of values that {@link #encode} made.
   *
   * @param values of all {@link #keys}
   * @throws IllegalArgumentException if they are of none
   */
  static Network decode(Map<String, String> values) {
    return keys(values) == PLAIN ? plain(values) : general(values);
  }

  private static Network plain(Map<String, String> values) {
    return Network.elman(
        Integer.parseInt(values.get("timeSteps")),
        Integer.parseInt(values.get("inputSize")),
        Arrays.stream(values.get("hidden").split(",", -1)).map(Integer::valueOf).toList(),
        Activation.valueOf(values.get("activation")),
        Integer.parseInt(values.get("classes")));
  }

  private static Network general(Map<String, String> values) {
    return new Network(
        new Input(
            Integer.parseInt(values.get("timeSteps")),
            Integer.parseInt(values.get("dense")),
            items(values.get("categorical"), NetworkText::embedding),
            Integer.parseInt(values.get("statics")),
            Join.valueOf(values.get("join"))),
        items(values.get("layers"), NetworkText::layer),
        new Head(
            loss(values.get("loss")),
            Integer.parseInt(values.get("outputs")),
            Reads.valueOf(values.get("reads"))));
  }

  private static <T> List<T> items(String text, Function<String, T> item) {
    return text.isEmpty() ? List.of() : Arrays.stream(text.split(",", -1)).map(item).toList();
  }

  private static Embedding embedding(String text) {
    String[] fields = fields(text, 2, 3);
    return new Embedding(
        Integer.parseInt(fields[0]),
        Integer.parseInt(fields[1]),
        fields.length == 2 ? Embedding.NONE : Integer.parseInt(fields[2]));
  }

  private static Layer layer(String text) {
    String[] fields = fields(text, 2, 5);
    int units = Integer.parseInt(fields[1]);
    return fields.length == 2
        ? new Layer(fields[0], units)
        : new Layer(
            fields[0],
            units,
            Direction.valueOf(fields[2]),
            Double.parseDouble(fields[3]),
            Biases.valueOf(fields[4]));
  }

  private static Loss loss(String text) {
    String name = text.split(":", 2)[0];
    return switch (name) {
      case "softmax" -> softmax(fields(text, 1, 2, 3));
      case "sigmoid" -> only(text, new Loss.Sigmoid());
      case "squared" -> only(text, new Loss.Squared());
      case "absolute" -> only(text, new Loss.Absolute());
      case "huber" -> new Huber(Double.parseDouble(fields(text, 2)[1]));
      case "quantile" -> new Quantile(items(fields(text, 2)[1], Double::valueOf));
      case "poisson" -> only(text, new Loss.Poisson());
      default ->
          throw new IllegalArgumentException(
              "expected a loss softmax, sigmoid, squared, absolute, huber, quantile or poisson, found "
                  + name);
    };
  }

  private static Loss softmax(String[] fields) {
    return new Softmax(
        fields.length > 1 ? Double.parseDouble(fields[1]) : 0,
        fields.length > 2 ? items(fields[2], Float::valueOf) : List.of());
  }

  private static Loss only(String text, Loss loss) {
    fields(text, 1);
    return loss;
  }

  private static String[] fields(String text, int... counts) {
    String[] fields = text.split(":", -1);
    if (Arrays.stream(counts).noneMatch(count -> count == fields.length)) {
      throw new IllegalArgumentException(
          "expected %s fields in \"%s\", found %d"
              .formatted(
                  Arrays.stream(counts)
                      .mapToObj(Integer::toString)
                      .collect(Collectors.joining(" or ")),
                  text,
                  fields.length));
    }
    return fields;
  }
}
