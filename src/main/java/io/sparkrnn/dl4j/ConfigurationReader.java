package io.sparkrnn.dl4j;

import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.NetworkShape;
import io.sparkrnn.model.RnnTopology;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.stepfunctions.NegativeGradientStepFunction;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood;
import org.nd4j.linalg.schedule.FixedSchedule;

/** Reads one DL4J configuration and refuses everything that it does not know to be harmless. */
final class ConfigurationReader {
  private static final String NAME = "dl4j";

  private final MultiLayerConfiguration configuration;
  private final int top;

  ConfigurationReader(MultiLayerConfiguration configuration) {
    this.configuration = configuration;
    this.top = configuration.getConfs().size() - 1;
  }

  NetworkDescription read(int timeSteps) {
    checkNetwork();
    List<Integer> hidden = new ArrayList<>();
    for (int l = 0; l < top; l++) {
      checkTraining(l);
      hidden.add(Math.toIntExact(recurrent(l).getNOut()));
    }
    checkTraining(top);
    checkPreprocessors();
    OutputLayer output = output();
    long inputs = recurrent(0).getNIn();
    for (int l = 1; l < top; l++) {
      expect(where(l), "nIn", recurrent(l - 1).getNOut(), recurrent(l).getNIn());
    }
    expect(where(top), "nIn", recurrent(top - 1).getNOut(), output.getNIn());
    RnnTopology topology =
        new RnnTopology(
            NAME,
            new NetworkShape(
                timeSteps,
                Math.toIntExact(inputs),
                hidden,
                activation(),
                Math.toIntExact(output.getNOut())));
    UpdaterReader training = UpdaterReader.read(sharedUpdater(), where(0));
    return new NetworkDescription(topology, training.updater(), training.schedule(), sharedL2());
  }

  private void checkNetwork() {
    String network = "the network";
    if (top < 1) {
      throw new UnsupportedNetworkException(
          network, "SimpleRnn layers and an OutputLayer", (top + 1) + " layers");
    }
    expect(network, "backpropType", BackpropType.Standard, configuration.getBackpropType());
    checkKinds();
  }

  private void checkPreprocessors() {
    configuration
        .getInputPreProcessors()
        .forEach(
            (layer, processor) -> {
              throw new UnsupportedNetworkException(
                  where(layer), "no input preprocessor", name(processor));
            });
  }

  /** What every layer must have or lack, whichever kind it is. */
  private void checkTraining(int l) {
    NeuralNetConfiguration conf = configuration.getConf(l);
    String where = where(l);
    expect(where, "dataType", DataType.FLOAT, conf.getDataType());
    expect(where, "miniBatch", true, conf.isMiniBatch());
    expect(where, "minimize", true, conf.isMinimize());
    expect(
        where,
        "optimizationAlgo",
        OptimizationAlgorithm.STOCHASTIC_GRADIENT_DESCENT,
        conf.getOptimizationAlgo());
    if (conf.getStepFunction() != null
        && !(conf.getStepFunction() instanceof NegativeGradientStepFunction)) {
      throw new UnsupportedNetworkException(
          where, "no step function of its own", name(conf.getStepFunction()));
    }
    checkLayer(conf.getLayer(), where);
    BaseLayer layer = l < top ? recurrent(l) : output();
    checkLayer(layer, where);
    if (layer.getWeightNoise() != null) {
      throw new UnsupportedNetworkException(where, "no weight noise", name(layer.getWeightNoise()));
    }
    GradientNormalization normalization = layer.getGradientNormalization();
    if (normalization != null && normalization != GradientNormalization.None) {
      throw new UnsupportedNetworkException(
          where, "no gradient normalization", "gradientNormalization " + normalization);
    }
    if (!isEmpty(layer.getRegularizationBias())) {
      throw new UnsupportedNetworkException(
          where, "no regularization of the bias", name(layer.getRegularizationBias().get(0)));
    }
    if (layer.getBiasUpdater() != null && !layer.getBiasUpdater().equals(layer.getIUpdater())) {
      throw new UnsupportedNetworkException(
          where, "one updater for weights and bias", "biasUpdater " + name(layer.getBiasUpdater()));
    }
  }

  private static void checkLayer(Layer layer, String where) {
    if (layer.getIDropout() != null) {
      throw new UnsupportedNetworkException(where, "no dropout", name(layer.getIDropout()));
    }
    if (!isEmpty(layer.getConstraints())) {
      throw new UnsupportedNetworkException(
          where, "no constraints", name(layer.getConstraints().get(0)));
    }
  }

  /** Names a layer of another kind before it is said of its neighbours that they are misplaced. */
  private void checkKinds() {
    for (int l = 0; l < top; l++) {
      Layer layer = configuration.getConf(l).getLayer();
      boolean wrapped = layer instanceof LastTimeStep;
      Layer inner = inner(layer);
      if (inner.getClass() != SimpleRnn.class) {
        throw new UnsupportedNetworkException(
            where(l), "SimpleRnn", wrapped ? "LastTimeStep(" + name(inner) + ")" : name(layer));
      }
    }
    for (int l = 0; l < top; l++) {
      boolean wrapped = configuration.getConf(l).getLayer() instanceof LastTimeStep;
      if (wrapped && l < top - 1) {
        throw new UnsupportedNetworkException(
            where(l), "LastTimeStep around the top SimpleRnn only", "LastTimeStep(SimpleRnn)");
      }
      if (!wrapped && l == top - 1) {
        throw new UnsupportedNetworkException(
            where(l), "LastTimeStep around the top SimpleRnn", "SimpleRnn");
      }
    }
  }

  private static Layer inner(Layer layer) {
    return layer instanceof LastTimeStep last ? last.getUnderlying() : layer;
  }

  private SimpleRnn recurrent(int l) {
    SimpleRnn rnn = (SimpleRnn) inner(configuration.getConf(l).getLayer());
    if (rnn.hasLayerNorm()) {
      throw new UnsupportedNetworkException(where(l), "no layer normalization", "hasLayerNorm");
    }
    if (rnn.getRnnDataFormat() != null) {
      expect(where(l), "dataFormat", RNNFormat.NCW, rnn.getRnnDataFormat());
    }
    return rnn;
  }

  private OutputLayer output() {
    Layer layer = configuration.getConf(top).getLayer();
    if (layer instanceof RnnOutputLayer) {
      throw new UnsupportedNetworkException(
          where(top),
          "one label a sequence (OutputLayer)",
          "RnnOutputLayer, which has per-time-step labels,");
    }
    if (layer.getClass() != OutputLayer.class) {
      throw new UnsupportedNetworkException(where(top), "OutputLayer", name(layer));
    }
    OutputLayer output = (OutputLayer) layer;
    if (!(output.getActivationFn() instanceof ActivationSoftmax)) {
      throw new UnsupportedNetworkException(
          where(top), "ActivationSoftmax", name(output.getActivationFn()));
    }
    ILossFunction loss = output.getLossFn();
    // NegativeLogLikelihood is MCXENT by another name.
    if (loss.getClass() != LossMCXENT.class && loss.getClass() != LossNegativeLogLikelihood.class) {
      throw new UnsupportedNetworkException(where(top), "LossMCXENT", name(loss));
    }
    if (((LossMCXENT) loss).getWeights() != null) {
      throw new UnsupportedNetworkException(
          where(top), "LossMCXENT without weights", "loss weights of classes");
    }
    expect(where(top), "hasBias", true, output.hasBias());
    return output;
  }

  private Activation activation() {
    Activation first = activation(0);
    for (int l = 1; l < top; l++) {
      expect(where(l), "activation as in layer 0", first, activation(l));
    }
    return first;
  }

  private Activation activation(int l) {
    IActivation function = recurrent(l).getActivationFn();
    if (function.getClass() == ActivationTanH.class) {
      return Activation.TANH;
    }
    // Equality covers slope, threshold and ceiling.
    if (function.equals(new ActivationReLU())) {
      return Activation.RELU;
    }
    throw new UnsupportedNetworkException(
        where(l), "ActivationTanH or a plain ActivationReLU", function.toString());
  }

  private IUpdater sharedUpdater() {
    IUpdater first = recurrent(0).getIUpdater();
    for (int l = 1; l <= top; l++) {
      IUpdater updater = layer(l).getIUpdater();
      if (!Objects.equals(updater, first)) {
        throw new UnsupportedNetworkException(
            where(l),
            "one updater for all layers (" + first + ")",
            "a per-layer updater, " + updater);
      }
    }
    return first;
  }

  private double sharedL2() {
    double first = l2(0);
    for (int l = 1; l <= top; l++) {
      expect(where(l), "l2 as in layer 0", first, l2(l));
    }
    return first;
  }

  private double l2(int l) {
    double l2 = 0;
    List<Regularization> all = layer(l).getRegularization();
    for (Regularization regularization : all == null ? List.<Regularization>of() : all) {
      if (regularization instanceof L2Regularization coefficient
          && coefficient.getL2() instanceof FixedSchedule fixed) {
        l2 += fixed.getValue();
      } else {
        throw new UnsupportedNetworkException(
            where(l), "L2Regularization with a fixed coefficient", name(regularization));
      }
    }
    return l2;
  }

  private BaseLayer layer(int l) {
    return l < top ? recurrent(l) : output();
  }

  private String where(int l) {
    String given = configuration.getConf(l).getLayer().getLayerName();
    // DL4J itself calls a nameless one layer0.
    return given == null || given.equals("layer" + l)
        ? "layer " + l
        : "layer %d (%s)".formatted(l, given);
  }

  private static void expect(String where, String setting, Object expected, Object found) {
    if (!expected.equals(found)) {
      throw new UnsupportedNetworkException(
          where, setting + " " + expected, setting.split(" ", 2)[0] + " " + found);
    }
  }

  private static boolean isEmpty(Collection<?> values) {
    return values == null || values.isEmpty();
  }

  static String name(Object object) {
    return object == null ? "none" : object.getClass().getSimpleName();
  }
}
