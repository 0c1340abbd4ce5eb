package io.sparkrnn.dl4j;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.PolySchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;

/** Each thing that our engine would train wrongly, and the words it is refused with. */
class UnsupportedNetworksIT {

  static Stream<Arguments> networks() {
    return Stream.of(
        arguments(
            "LastTimeStep(LSTM) in layer 0",
            layers(last(new LSTM.Builder().nIn(4).nOut(5).build()), out())),
        arguments("Bidirectional in layer 0", layers(new Bidirectional(rnn(4, 5).build()), out())),
        arguments(
            "DenseLayer in layer 1",
            layers(
                last(rnn(4, 5).build()), new DenseLayer.Builder().nIn(5).nOut(5).build(), out())),
        arguments(
            "LastTimeStep(SimpleRnn) in layer 0",
            layers(last(rnn(4, 5).build()), last(rnn(5, 5).build()), out())),
        arguments("found SimpleRnn in layer 0", layers(rnn(4, 5).build(), out())),
        arguments(
            "LastTimeStep(MaskZeroLayer) in layer 0",
            layers(
                last(
                    new MaskZeroLayer.Builder()
                        .setUnderlying(rnn(4, 5).build())
                        .setMaskValue(0)
                        .build()),
                out())),
        arguments(
            "RnnOutputLayer, which has per-time-step labels, in layer 1",
            layers(
                last(rnn(4, 5).build()),
                new RnnOutputLayer.Builder(LossFunction.MCXENT)
                    .nIn(5)
                    .nOut(3)
                    .activation(Activation.SOFTMAX)
                    .build())),
        arguments("found 1 layers in the network", layers(out())),
        arguments("Dropout in layer 0", first(rnn -> rnn.dropOut(0.5))),
        arguments("found MaxNormConstraint in layer 0", constrained()),
        arguments(
            "found DropConnect in layer 0", first(rnn -> rnn.weightNoise(new DropConnect(0.5)))),
        arguments(
            "gradientNormalization ClipL2PerLayer",
            all(c -> c.gradientNormalization(GradientNormalization.ClipL2PerLayer))),
        arguments(
            "gradientNormalization ClipElementWiseAbsoluteValue",
            all(c -> c.gradientNormalization(GradientNormalization.ClipElementWiseAbsoluteValue))),
        arguments("a per-layer updater, Sgd", first(rnn -> rnn.updater(new Sgd(0.7)))),
        arguments("found biasUpdater Sgd in layer 0", first(rnn -> rnn.biasUpdater(new Sgd(0.7)))),
        arguments("found l2 0.0 in layer 1 (upper)", l2OnlyBelow()),
        arguments("found L1Regularization in layer 0", all(c -> c.l1(0.1))),
        arguments("found WeightDecay in layer 0", all(c -> c.weightDecay(0.1))),
        arguments(
            "found WeightDecay in layer 0",
            all(c -> c.updater(new Adam(0.1)).weightDecay(0.1, false))),
        arguments("found weightDecay 0.0 in layer 1", decayOnlyBelow()),
        arguments("found L2Regularization in layer 0", all(c -> c.l2Bias(0.1))),
        arguments("found miniBatch false", all(c -> c.miniBatch(false))),
        arguments("found minimize false", all(c -> c.minimize(false))),
        arguments("found dataType DOUBLE", all(c -> c.dataType(DataType.DOUBLE))),
        arguments("found hasLayerNorm", first(rnn -> rnn.hasLayerNorm(true))),
        arguments("found dataFormat NWC", first(rnn -> rnn.dataFormat(RNNFormat.NWC))),
        arguments(
            "found ActivationSigmoid in layer 0", first(rnn -> rnn.activation(Activation.SIGMOID))),
        arguments(
            "ActivationReLU, found",
            first(rnn -> rnn.activation(new ActivationReLU(6.0, 0.0, 0.0)))),
        arguments(
            "expected activation as in layer 0 TANH, found activation RELU in layer 1",
            layers(rnn(4, 5).build(), last(rnn(5, 5).activation(Activation.RELU).build()), out())),
        arguments(
            "found LossMSE",
            layers(last(rnn(4, 5).build()), out(new OutputLayer.Builder(LossFunction.MSE)))),
        arguments(
            "found loss weights of classes",
            layers(
                last(rnn(4, 5).build()),
                out(new OutputLayer.Builder(new LossMCXENT(Nd4j.ones(3)))))),
        arguments(
            "found ActivationSigmoid in layer 1",
            layers(last(rnn(4, 5).build()), out(crossEntropy().activation(Activation.SIGMOID)))),
        arguments(
            "found hasBias false",
            layers(last(rnn(4, 5).build()), out(crossEntropy().hasBias(false)))),
        arguments("found RmsProp", all(c -> c.updater(new RmsProp(0.1)))),
        arguments(
            "found a momentum schedule",
            all(
                c ->
                    c.updater(
                        new Nesterovs(
                            0.1, new ExponentialSchedule(ScheduleType.ITERATION, 1, 0.5))))),
        arguments(
            "found PolySchedule",
            all(c -> c.updater(new Adam(new PolySchedule(ScheduleType.ITERATION, 1, 1, 10))))),
        arguments(
            "found StepSchedule by EPOCH",
            all(c -> c.updater(new Sgd(new StepSchedule(ScheduleType.EPOCH, 1, 0.5, 1))))),
        arguments(
            "found step 1.5",
            all(c -> c.updater(new Sgd(new StepSchedule(ScheduleType.ITERATION, 1, 0.5, 1.5))))),
        arguments("backpropType TruncatedBPTT in the network", truncated()),
        arguments("found RnnToFeedForwardPreProcessor in layer 0", preprocessed()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("networks")
  void isRefusedByName(String named, MultiLayerConfiguration configuration) {
    assertThatThrownBy(() -> Dl4jNetworks.describe(configuration, 7))
        .isInstanceOf(UnsupportedNetworkException.class)
        .hasMessageStartingWith("Cannot train a DL4J network with this engine: expected ")
        .hasMessageContaining(named);
  }

  private static SimpleRnn.Builder rnn(int in, int out) {
    return new SimpleRnn.Builder().nIn(in).nOut(out).activation(Activation.TANH);
  }

  private static Layer last(Layer layer) {
    return new LastTimeStep(layer);
  }

  private static OutputLayer.Builder crossEntropy() {
    return new OutputLayer.Builder(LossFunction.MCXENT);
  }

  private static Layer out() {
    return out(crossEntropy());
  }

  /** With softmax, where nothing else has been set. */
  private static Layer out(OutputLayer.Builder builder) {
    return builder.nIn(5).nOut(3).build();
  }

  private static MultiLayerConfiguration layers(Layer... layers) {
    return list(new NeuralNetConfiguration.Builder().updater(new Sgd(0.1)), layers).build();
  }

  private static NeuralNetConfiguration.ListBuilder list(
      NeuralNetConfiguration.Builder builder, Layer... layers) {
    // Some of these networks are wrong by DL4J's own rules; the refusal must still be ours.
    NeuralNetConfiguration.ListBuilder list = builder.list().validateOutputLayerConfig(false);
    for (Layer layer : layers) {
      list.layer(layer);
    }
    return list;
  }

  private static MultiLayerConfiguration first(UnaryOperator<SimpleRnn.Builder> change) {
    return layers(last(change.apply(rnn(4, 5)).build()), out());
  }

  private static MultiLayerConfiguration all(UnaryOperator<NeuralNetConfiguration.Builder> change) {
    return list(
            change.apply(new NeuralNetConfiguration.Builder().updater(new Sgd(0.1))),
            last(rnn(4, 5).build()),
            out())
        .build();
  }

  private static MultiLayerConfiguration l2OnlyBelow() {
    return layers(last(rnn(4, 5).l2(0.1).build()), out(crossEntropy().name("upper")));
  }

  private static MultiLayerConfiguration decayOnlyBelow() {
    return list(
            new NeuralNetConfiguration.Builder().updater(new Adam(0.1)),
            last(rnn(4, 5).weightDecay(0.1).build()),
            out())
        .build();
  }

  private static MultiLayerConfiguration constrained() {
    // The builder of SimpleRnn forgets constraints.
    SimpleRnn rnn = rnn(4, 5).build();
    rnn.setConstraints(List.of(new MaxNormConstraint(1, 1)));
    return layers(last(rnn), out());
  }

  private static MultiLayerConfiguration truncated() {
    MultiLayerConfiguration configuration = layers(last(rnn(4, 5).build()), out());
    configuration.setBackpropType(BackpropType.TruncatedBPTT);
    return configuration;
  }

  private static MultiLayerConfiguration preprocessed() {
    MultiLayerConfiguration configuration = layers(last(rnn(4, 5).build()), out());
    configuration.setInputPreProcessors(Map.of(0, new RnnToFeedForwardPreProcessor()));
    return configuration;
  }
}
