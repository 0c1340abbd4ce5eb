package io.sparkrnn.dl4j;

import static io.sparkrnn.dl4j.ConfigurationReader.isClass;
import static io.sparkrnn.dl4j.ConfigurationReader.isNone;
import static io.sparkrnn.dl4j.ConfigurationReader.name;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Biases;
import io.sparkrnn.kernel.Network.Direction;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.Network.Reads;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads networks of {@code LSTM} and {@code SimpleRnn} layers, perhaps in a {@code Bidirectional},
 * the top one perhaps in a {@code LastTimeStep}, under an {@code OutputLayer} or {@code
 * RnnOutputLayer}: what they compute, not how they are trained.
 */
final class LayersReader {
  private static final String LAYERS = "org.deeplearning4j.nn.conf.layers.";
  private static final String LSTM = LAYERS + "LSTM";
  private static final String SIMPLE_RNN = LAYERS + "recurrent.SimpleRnn";
  private static final String LAST_TIME_STEP = LAYERS + "recurrent.LastTimeStep";
  private static final String BIDIRECTIONAL = LAYERS + "recurrent.Bidirectional";
  private static final String RNN_OUTPUT = LAYERS + "RnnOutputLayer";
  private static final String OUTPUT = LAYERS + "OutputLayer";
  private static final String ACTIVATIONS =
      ConfigurationReader.ND4J + "activations.impl.Activation";
  private static final String LOSSES = ConfigurationReader.ND4J + "lossfunctions.impl.Loss";

  private final JsonNode confs;
  private final int top;

  LayersReader(JsonNode configuration) {
    confs = configuration.path("confs");
    top = confs.size() - 1;
  }

  /** Whether there is anything that {@link ConfigurationReader} does not train. */
  boolean isGeneral() {
    for (int l = 0; l < top; l++) {
      JsonNode layer = confs.path(l).path("layer");
      if (isClass(BIDIRECTIONAL, layer)
          || isClass(LSTM, isClass(LAST_TIME_STEP, layer) ? layer.path("underlying") : layer)) {
        return true;
      }
    }
    JsonNode head = head();
    return top > 0
        && (isClass(RNN_OUTPUT, head)
            || isClass(OUTPUT, head)
                && !isClass(ACTIVATIONS + "Softmax", head.path("activationFn")));
  }

  private JsonNode head() {
    return confs.path(top).path("layer");
  }

  /** The network. */
  Network network(int timeSteps) {
    boolean every = isClass(RNN_OUTPUT, head());
    if (!every && !isClass(OUTPUT, head())) {
      throw refused(top, "OutputLayer or RnnOutputLayer", head());
    }
    List<Layer> layers = new ArrayList<>();
    int inputs = 0;
    int below = 0;
    for (int l = 0; l < top; l++) {
      JsonNode layer = confs.path(l).path("layer");
      boolean last = l == top - 1 && !every;
      boolean both = isClass(BIDIRECTIONAL, layer);
      JsonNode forward = unwrapped(l, both ? layer.path("fwd") : layer, last);
      if (both && !layer.path("mode").asText().equals("CONCAT")) {
        throw new UnsupportedNetworkException(
            where(l), "Bidirectional with mode CONCAT", "mode " + name(layer.path("mode")));
      }
      String cell = cell(l, forward);
      int units = size(l, forward, "nout");
      int width = size(l, forward, "nin");
      if (both) {
        requireAlike(l, unwrapped(l, layer.path("bwd"), last), cell, units, width);
      }
      if (l == 0) {
        inputs = width;
      } else if (width != below) {
        throw new UnsupportedNetworkException(where(l), "nIn " + below, "nIn " + width);
      }
      Direction direction = both ? Direction.BOTH : Direction.FORWARD;
      Layer read = new Layer(cell, units, direction, 0, Biases.ONE);
      below = read.outputs();
      layers.add(read);
    }
    int read = size(top, head(), "nin");
    if (read != below) {
      throw new UnsupportedNetworkException(where(top), "nIn " + below, "nIn " + read);
    }
    expect(top, head(), "hasBias", "true");
    return new Network(
        new Input(timeSteps, inputs),
        layers,
        new Head(loss(), size(top, head(), "nout"), every ? Reads.EVERY : Reads.LAST));
  }

  private void requireAlike(int l, JsonNode other, String cell, int units, int width) {
    if (!cell(l, other).equals(cell)
        || size(l, other, "nout") != units
        || size(l, other, "nin") != width) {
      throw refused(l, "two directions that are alike", other);
    }
  }

  private JsonNode unwrapped(int l, JsonNode layer, boolean last) {
    if (isClass(LAST_TIME_STEP, layer) != last) {
      throw refused(
          l,
          last
              ? "LastTimeStep around each direction of the layer below an OutputLayer"
              : "LastTimeStep around no other layer than the one below an OutputLayer",
          layer);
    }
    return last ? layer.path("underlying") : layer;
  }

  private String cell(int l, JsonNode layer) {
    JsonNode activation = layer.path("activationFn");
    if (isClass(LSTM, layer)) {
      if (!isClass(ACTIVATIONS + "TanH", activation)
          || !isClass(ACTIVATIONS + "Sigmoid", layer.path("gateActivationFn"))) {
        throw refused(
            l, "an LSTM with ActivationTanH and gates with ActivationSigmoid", activation);
      }
      return "lstm";
    }
    if (!isClass(SIMPLE_RNN, layer)) {
      throw refused(l, "LSTM or SimpleRnn", layer);
    }
    expect(l, layer, "hasLayerNorm", "false");
    if (isClass(ACTIVATIONS + "TanH", activation)) {
      return "elman-tanh";
    }
    if (isClass(ACTIVATIONS + "ReLU", activation)
        && isNone(activation.path("max"))
        && isNone(activation.path("threshold"))
        && isNone(activation.path("negativeSlope"))) {
      return "elman-relu";
    }
    throw refused(l, "ActivationTanH or a plain ActivationReLU", activation);
  }

  private Loss loss() {
    JsonNode activation = head().path("activationFn");
    JsonNode loss = head().path("lossFn");
    if (isClass(ACTIVATIONS + "Softmax", activation)
        && (isClass(LOSSES + "MCXENT", loss) || isClass(LOSSES + "NegativeLogLikelihood", loss))) {
      return Loss.softmax();
    }
    if (isClass(ACTIVATIONS + "Sigmoid", activation) && isClass(LOSSES + "BinaryXENT", loss)) {
      return new Loss.Sigmoid();
    }
    if (isClass(ACTIVATIONS + "Identity", activation) && isClass(LOSSES + "MSE", loss)) {
      return new Loss.Squared();
    }
    throw new UnsupportedNetworkException(
        where(top),
        "ActivationSoftmax with LossMCXENT, ActivationSigmoid with LossBinaryXENT or ActivationIdentity with LossMSE",
        name(activation) + " with " + name(loss));
  }

  private void expect(int l, JsonNode layer, String setting, String expected) {
    String found = name(layer.path(setting));
    if (!found.equals(expected)) {
      throw new UnsupportedNetworkException(
          where(l), setting + " " + expected, setting + " " + found);
    }
  }

  private int size(int l, JsonNode layer, String field) {
    JsonNode size = layer.path(field);
    if (!size.isInt() || size.intValue() < 1) {
      throw refused(l, "a number of at least 1 as " + field, size);
    }
    return size.intValue();
  }

  private static UnsupportedNetworkException refused(int l, String expected, JsonNode found) {
    return new UnsupportedNetworkException(where(l), expected, name(found));
  }

  private static String where(int l) {
    return "layer " + l;
  }
}
