package io.sparkrnn.dl4j;

import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Biases;
import io.sparkrnn.kernel.Network.Direction;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.model.RnnTopology;
import java.util.Optional;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Layers of DL4J that compute what ours do, with parameters in our order. In a {@code
 * Bidirectional} the {@code LastTimeStep} is around each direction: around both, the backward one
 * would be read where it begins.
 */
final class Dl4jLayers {
  private final Network network;
  private final double l2;
  private final double decay;
  private final IUpdater updater;

  Dl4jLayers(Network network, double l2, double decay, IUpdater updater) {
    this.network = network;
    this.l2 = l2;
    this.decay = decay;
    this.updater = updater;
  }

  /** What a network has that DL4J does not; empty if nothing. */
  static Optional<String> lacking(RnnTopology topology) {
    Network network = topology.network();
    for (Network.Layer layer : network.layers()) {
      if (layer.cell().equals("gru")) {
        return Optional.of("GRU layers, which DL4J does not have");
      }
      if (layer.direction() == Direction.BACKWARD) {
        return Optional.of("layers that only go backward");
      }
      if (layer.biases() == Biases.TWO) {
        return Optional.of("two biases");
      }
      if (layer.dropout() > 0) {
        return Optional.of("dropout");
      }
    }
    if (!network.input().categorical().isEmpty() || network.input().statics() > 0) {
      return Optional.of("embeddings or static values");
    }
    Reads reads = network.head().reads();
    if (reads != Reads.LAST && reads != Reads.EVERY) {
      return Optional.of("a head that reads " + reads);
    }
    Loss loss = network.head().loss();
    boolean known =
        loss.equals(Loss.softmax()) || loss instanceof Loss.Sigmoid || loss instanceof Loss.Squared;
    return known ? Optional.empty() : Optional.of("the loss " + loss.name());
  }

  /** Whether DL4J can make an updater for it. */
  static boolean trains(Network network) {
    int top = network.layers().size() - 1;
    return network.head().reads() != Reads.LAST
        || network.layers().get(top).direction() != Direction.BOTH;
  }

  Layer recurrent(int l) {
    boolean last = l == network.layers().size() - 1 && network.head().reads() == Reads.LAST;
    boolean both = network.layers().get(l).direction() == Direction.BOTH;
    Layer layer = cell(l, last && both);
    Layer wrapped = last ? new LastTimeStep(layer) : layer;
    return both ? new Bidirectional(Bidirectional.Mode.CONCAT, wrapped) : wrapped;
  }

  /**
   * A layer of one direction.
   *
   * @param hidden whether it is wrapped twice, where DL4J does not come to it with what it says of
   *     the whole network
   */
  private Layer cell(int l, boolean hidden) {
    String name = network.layers().get(l).cell();
    BaseRecurrentLayer.Builder<?> builder =
        name.equals("lstm") ? new LSTM.Builder() : new SimpleRnn.Builder();
    builder.nIn(network.inputs(l)).nOut(network.units(l)).dataFormat(RNNFormat.NCW);
    builder.activation(name.equals("elman-relu") ? Activation.RELU : Activation.TANH);
    builder.weightDecay(decay, true);
    if (hidden) {
      builder.weightInit(WeightInit.XAVIER).updater(updater).biasInit(0);
      if (l2 > 0) {
        builder.l2(l2);
      }
    }
    return build(builder);
  }

  private static Layer build(BaseRecurrentLayer.Builder<?> builder) {
    return builder.build();
  }

  Layer output() {
    Loss loss = network.head().loss();
    LossFunction function =
        loss instanceof Loss.Sigmoid
            ? LossFunction.XENT
            : loss instanceof Loss.Squared ? LossFunction.MSE : LossFunction.MCXENT;
    BaseOutputLayer.Builder<?> builder =
        network.head().reads() == Reads.EVERY
            ? new RnnOutputLayer.Builder(function).dataFormat(RNNFormat.NCW)
            : new OutputLayer.Builder(function);
    builder.nIn(network.read()).nOut(network.classes()).weightDecay(decay, true);
    builder.activation(
        loss instanceof Loss.Sigmoid
            ? Activation.SIGMOID
            : loss instanceof Loss.Squared ? Activation.IDENTITY : Activation.SOFTMAX);
    return builder.build();
  }
}
