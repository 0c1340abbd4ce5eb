package io.sparkrnn.dl4j;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.model.RnnTopology;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a DL4J configuration as the JSON that DL4J writes, and refuses everything by name that it
 * does not know to be harmless. DL4J takes no part: class names are compared, never loaded.
 */
public final class ConfigurationReader {
  static final String ND4J = "org.nd4j.linalg.";
  private static final String DL4J = "org.deeplearning4j.nn.conf.";
  private static final String LAYERS = DL4J + "layers.";
  private static final String LAST_TIME_STEP = LAYERS + "recurrent.LastTimeStep";
  private static final String SIMPLE_RNN = LAYERS + "recurrent.SimpleRnn";
  private static final String ACTIVATIONS = ND4J + "activations.impl.Activation";
  private static final String REGULARIZATION = ND4J + "learning.regularization.";
  private static final String FIXED = ND4J + "schedule.FixedSchedule";
  private static final String LOSSES = ND4J + "lossfunctions.impl.Loss";
  private static final int LONGEST_NAME = 80;

  private final JsonNode configuration;
  private final int top;

  /**
   * A reader.
   *
   * @throws IllegalArgumentException if that is no JSON
   */
  public ConfigurationReader(String json) {
    try {
      configuration = new ObjectMapper().readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("expected JSON, found " + e.getOriginalMessage(), e);
    }
    top = configuration.path("confs").size() - 1;
  }

  /**
   * What decides about a network's outputs.
   *
   * @param timeSteps of the sequences, which a DL4J configuration does not keep
   * @throws UnsupportedNetworkException if ours would have others
   */
  public RnnTopology topology(int timeSteps) {
    checkKinds();
    requireNoPreProcessors();
    int inputs = size(0, "nin");
    int below = inputs;
    List<Integer> hidden = new ArrayList<>();
    for (int l = 0; l < top; l++) {
      expect(where(l), "hasLayerNorm", "false", layer(l).path("hasLayerNorm"));
      expect(where(l), "nIn", String.valueOf(below), layer(l).path("nin"));
      expect(where(l), "activation as in layer 0", activation(0).name(), activation(l).name());
      below = size(l, "nout");
      hidden.add(below);
    }
    expectClass(where(top), ACTIVATIONS + "Softmax", layer(top).path("activationFn"));
    expect(where(top), "hasBias", "true", layer(top).path("hasBias"));
    expect(where(top), "nIn", String.valueOf(below), layer(top).path("nin"));
    return new RnnTopology(
        "dl4j", Network.elman(timeSteps, inputs, hidden, activation(0), size(top, "nout")));
  }

  /**
   * What a network computes, also where our engine would not train it as DL4J does.
   *
   * @param timeSteps of the sequences, which a DL4J configuration does not keep
   * @throws UnsupportedNetworkException if ours would have other outputs
   */
  public RnnTopology anyTopology(int timeSteps) {
    LayersReader layers = new LayersReader(configuration);
    if (!layers.isGeneral()) {
      return topology(timeSteps);
    }
    requireNoPreProcessors();
    return new RnnTopology("dl4j", layers.network(timeSteps));
  }

  private void requireNoPreProcessors() {
    configuration
        .path("inputPreProcessors")
        .fields()
        .forEachRemaining(
            processor -> {
              throw new UnsupportedNetworkException(
                  "layer " + shortened(processor.getKey()),
                  "no inputPreProcessors",
                  name(processor.getValue()));
            });
  }

  /**
   * The network and its training.
   *
   * @throws UnsupportedNetworkException if our engine would train it otherwise than DL4J
   */
  NetworkDescription read(int timeSteps) {
    RnnTopology topology = topology(timeSteps);
    expect("the network", "backpropType", "Standard", configuration.path("backpropType"));
    for (int l = 0; l <= top; l++) {
      checkTraining(l);
    }
    checkLoss();
    UpdaterReader training =
        UpdaterReader.read(layer(0).path("iupdater"), weightDecay(0), where(0));
    return new NetworkDescription(topology, training.updater(), training.schedule(), l2(0));
  }

  /** Names a layer of another kind before it is said of its neighbours that they are misplaced. */
  private void checkKinds() {
    if (top < 1) {
      throw new UnsupportedNetworkException(
          "the network",
          "at least 2 layers, SimpleRnn layers and an OutputLayer",
          (top + 1) + " layers");
    }
    for (int l = 0; l < top; l++) {
      if (!isClass(SIMPLE_RNN, layer(l))) {
        String name = name(layer(l));
        throw new UnsupportedNetworkException(
            where(l),
            l == top - 1 ? "SimpleRnn in a LastTimeStep" : "SimpleRnn",
            isLastTimeStep(l) ? "LastTimeStep(" + name + ")" : name);
      }
    }
    for (int l = 0; l < top; l++) {
      if (isLastTimeStep(l) != (l == top - 1)) {
        throw new UnsupportedNetworkException(
            where(l),
            "LastTimeStep around the top SimpleRnn only",
            isLastTimeStep(l) ? "LastTimeStep(SimpleRnn)" : "SimpleRnn");
      }
    }
    if (isClass(LAYERS + "RnnOutputLayer", layer(top))) {
      throw new UnsupportedNetworkException(
          where(top),
          "one label a sequence (OutputLayer)",
          "RnnOutputLayer, which has per-time-step labels,");
    }
    expectClass(where(top), LAYERS + "OutputLayer", layer(top));
  }

  private void checkTraining(int l) {
    JsonNode conf = configuration.path("confs").path(l);
    JsonNode layer = layer(l);
    String where = where(l);
    expect(where, "dataType", "FLOAT", conf.path("dataType"));
    expect(where, "miniBatch", "true", conf.path("miniBatch"));
    expect(where, "minimize", "true", conf.path("minimize"));
    expect(where, "optimizationAlgo", "STOCHASTIC_GRADIENT_DESCENT", conf.path("optimizationAlgo"));
    if (!isClass(DL4J + "stepfunctions.NegativeGradientStepFunction", conf.path("stepFunction"))) {
      expectNone(where, "step function of its own", conf.path("stepFunction"));
    }
    for (JsonNode one : List.of(conf.path("layer"), layer)) {
      expectNone(where, "dropout", one.path("idropout"));
      expectNone(where, "constraints", one.path("constraints"));
    }
    expectNone(where, "weight noise", layer.path("weightNoise"));
    expectNone(where, "regularization of the bias", layer.path("regularizationBias"));
    expect(
        where, "gradientNormalization", "None", layer.path("gradientNormalization").asText("None"));
    expect(where, "dataFormat", "NCW", layer.path("rnnDataFormat").asText("NCW"));
    JsonNode updater = layer.path("iupdater");
    JsonNode first = layer(0).path("iupdater");
    if (!updater.equals(first)) {
      throw new UnsupportedNetworkException(
          where,
          "one updater for all layers (" + name(first) + ")",
          "a per-layer updater, " + name(updater));
    }
    JsonNode biasUpdater = layer.path("biasUpdater");
    if (!isNone(biasUpdater) && !biasUpdater.equals(updater)) {
      throw new UnsupportedNetworkException(
          where, "one updater for weights and bias", "biasUpdater " + name(biasUpdater));
    }
    expect(where, "l2 as in layer 0", String.valueOf(l2(0)), String.valueOf(l2(l)));
    expect(
        where,
        "weightDecay as in layer 0",
        String.valueOf(weightDecay(0)),
        String.valueOf(weightDecay(l)));
  }

  private void checkLoss() {
    JsonNode loss = layer(top).path("lossFn");
    // NegativeLogLikelihood is MCXENT by another name.
    if (!isClass(LOSSES + "NegativeLogLikelihood", loss)) {
      expectClass(where(top), LOSSES + "MCXENT", loss);
    }
    if (!isNone(loss.path("weights"))) {
      throw new UnsupportedNetworkException(
          where(top), "LossMCXENT without weights", "loss weights of classes");
    }
  }

  private Activation activation(int l) {
    JsonNode function = layer(l).path("activationFn");
    if (isClass(ACTIVATIONS + "TanH", function)) {
      return Activation.TANH;
    }
    if (isClass(ACTIVATIONS + "ReLU", function)
        && isNone(function.path("max"))
        && isNone(function.path("threshold"))
        && isNone(function.path("negativeSlope"))) {
      return Activation.RELU;
    }
    throw new UnsupportedNetworkException(
        where(l), "ActivationTanH or a plain ActivationReLU", name(function));
  }

  private double l2(int l) {
    double l2 = 0;
    for (JsonNode regularization : layer(l).path("regularization")) {
      if (!isDecay(l, regularization)) {
        JsonNode coefficient = regularization.path("l2");
        if (!isClass(REGULARIZATION + "L2Regularization", regularization)
            || !isClass(FIXED, coefficient)) {
          throw new UnsupportedNetworkException(
              where(l), "L2Regularization with a fixed coefficient", name(regularization));
        }
        l2 += coefficient.path("value").asDouble();
      }
    }
    return l2;
  }

  private double weightDecay(int l) {
    double decay = 0;
    for (JsonNode regularization : layer(l).path("regularization")) {
      if (isDecay(l, regularization)) {
        decay += regularization.path("coeff").path("value").asDouble();
      }
    }
    return decay;
  }

  /** Whether it makes AdamW of Adam. */
  private boolean isDecay(int l, JsonNode regularization) {
    return UpdaterReader.isAdam(layer(l).path("iupdater"))
        && isClass(REGULARIZATION + "WeightDecay", regularization)
        && regularization.path("applyLR").asBoolean()
        && isClass(FIXED, regularization.path("coeff"));
  }

  private boolean isLastTimeStep(int l) {
    return isClass(LAST_TIME_STEP, configuration.path("confs").path(l).path("layer"));
  }

  /** A layer, without a LastTimeStep around it. */
  private JsonNode layer(int l) {
    JsonNode layer = configuration.path("confs").path(l).path("layer");
    return isLastTimeStep(l) ? layer.path("underlying") : layer;
  }

  private int size(int l, String field) {
    JsonNode size = layer(l).path(field);
    if (!size.isInt() || size.intValue() < 1) {
      throw new UnsupportedNetworkException(
          where(l), "a number of at least 1 as " + field, name(size));
    }
    return size.intValue();
  }

  private String where(int l) {
    JsonNode given = configuration.path("confs").path(l).path("layer").path("layerName");
    // DL4J itself calls a nameless one layer0.
    return isNone(given) || given.asText().equals("layer" + l)
        ? "layer " + l
        : "layer %d (%s)".formatted(l, name(given));
  }

  private static void expect(String where, String setting, String expected, JsonNode found) {
    expect(where, setting, expected, name(found));
  }

  private static void expect(String where, String setting, String expected, String found) {
    if (!expected.equals(found)) {
      throw new UnsupportedNetworkException(
          where, setting + " " + expected, setting.split(" ", 2)[0] + " " + found);
    }
  }

  private static void expectClass(String where, String expected, JsonNode found) {
    if (!isClass(expected, found)) {
      throw new UnsupportedNetworkException(where, shortName(expected), name(found));
    }
  }

  private static void expectNone(String where, String what, JsonNode found) {
    if (!isNone(found)) {
      throw new UnsupportedNetworkException(where, "no " + what, name(found));
    }
  }

  static boolean isNone(JsonNode node) {
    return node.isMissingNode() || node.isNull() || (node.isArray() && node.isEmpty());
  }

  /** Whether a node is an object of a class; of a subclass it may be anything. */
  static boolean isClass(String expected, JsonNode node) {
    return node.path("@class").asText().equals(expected);
  }

  /** What to call a node: by its class, without DL4J's packages, if it has one. */
  static String name(JsonNode node) {
    if (isNone(node)) {
      return "none";
    }
    if (node.isArray()) {
      return name(node.path(0));
    }
    String name =
        node.isObject() ? shortName(node.path("@class").asText(node.toString())) : node.asText();
    return shortened(name);
  }

  private static String shortened(String text) {
    return text.length() > LONGEST_NAME ? text.substring(0, LONGEST_NAME) + "..." : text;
  }

  private static String shortName(String type) {
    return type.startsWith(DL4J) || type.startsWith(ND4J)
        ? type.substring(type.lastIndexOf('.') + 1)
        : type;
  }
}
