package io.sparkrnn.dl4j;

import io.sparkrnn.config.ScheduleConfiguration;
import io.sparkrnn.config.UpdaterConfiguration;
import io.sparkrnn.config.UpdaterName;
import io.sparkrnn.kernel.Network;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;

/**
 * Networks of the family as DL4J's: {@code SimpleRnn} or {@code LSTM} layers, the top one in a
 * {@code LastTimeStep} where the head reads the last state, and an {@code OutputLayer} or {@code
 * RnnOutputLayer}. Features are DL4J's {@code [sample][input][timeStep]}, labels {@code
 * [sample][class]}. DL4J engines train the plain ones alone.
 */
public final class Dl4jNetworks {
  private Dl4jNetworks() {}

  /**
   * A configuration with DL4J's own classes only, so that it loads where our jar is not. A schedule
   * that DL4J does not have (cosine, linear, one-cycle, or any after a warm-up) becomes the
   * constant base rate.
   *
   * @throws IllegalArgumentException if the topology has no output layer, or something that DL4J
   *     lacks
   */
  public static MultiLayerConfiguration configuration(NetworkDescription description) {
    return configuration(
        description,
        schedule(description.schedule(), description.updater().learningRate())
            .orElseGet(() -> new FixedSchedule(description.updater().learningRate())));
  }

  /**
   * A configuration with a learning rate of the caller's.
   *
   * @param learningRate instead of the description's schedule; must be equal to its clones, because
   *     DL4J compares the updaters of layers
   */
  public static MultiLayerConfiguration configuration(
      NetworkDescription description, ISchedule learningRate) {
    Network network = description.topology().network();
    if (!description.topology().trainable()) {
      throw new IllegalArgumentException(
          "a DL4J network needs classes, found %s without an output layer"
              .formatted(description.topology().name()));
    }
    Dl4jLayers.lacking(description.topology())
        .ifPresent(
            lacking -> {
              throw new IllegalArgumentException(
                  "a DL4J network needs LSTM or Elman layers under one dense layer, found %s in %s"
                      .formatted(lacking, description.topology().summary()));
            });
    NeuralNetConfiguration.Builder builder =
        new NeuralNetConfiguration.Builder()
            .dataType(DataType.FLOAT)
            .weightInit(WeightInit.XAVIER)
            .updater(updater(description.updater(), learningRate));
    if (description.l2() > 0) {
      builder.l2(description.l2());
    }
    // Layer by layer: DL4J would give a layer in a LastTimeStep twice what is said of all.
    double decay = weightDecay(description.updater());
    IUpdater updater = updater(description.updater(), learningRate);
    Dl4jLayers made = new Dl4jLayers(network, description.l2(), decay, updater);
    NeuralNetConfiguration.ListBuilder layers = builder.list();
    for (int l = 0; l < network.layers().size(); l++) {
      layers.layer(made.recurrent(l));
    }
    return layers
        .layer(made.output())
        .setInputType(InputType.recurrent(network.inputSize(), network.timeSteps(), RNNFormat.NCW))
        .build();
  }

  /** A network in a state, ready to predict and to train on. */
  public static MultiLayerNetwork network(NetworkDescription description, NetworkState state) {
    return network(configuration(description), state);
  }

  /** A network of a configuration in a state. */
  public static MultiLayerNetwork network(
      MultiLayerConfiguration configuration, NetworkState state) {
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    setState(network, state);
    return network;
  }

  /**
   * Reads what a configuration describes. Initialisation is not looked at: the parameters are the
   * network's.
   *
   * @param timeSteps of the sequences, which a DL4J configuration does not keep
   * @throws UnsupportedNetworkException if our engine would train it otherwise than DL4J
   */
  public static NetworkDescription describe(MultiLayerConfiguration configuration, int timeSteps) {
    return new ConfigurationReader(configuration.toJson()).read(timeSteps);
  }

  /** A copy of a network's state. */
  public static NetworkState state(MultiLayerNetwork network) {
    return new NetworkState(
        network.params().toFloatVector(),
        updaterState(network),
        network.getIterationCount(),
        network.getEpochCount());
  }

  private static float[] updaterState(MultiLayerNetwork network) {
    INDArray view = network.getUpdater().getStateViewArray();
    return view == null || view.isEmpty() ? new float[0] : view.dup().data().asFloat();
  }

  /**
   * Copies a state into an initialised network.
   *
   * @throws IllegalArgumentException if an array does not have the network's length
   */
  public static void setState(MultiLayerNetwork network, NetworkState state) {
    requireLength("parameters", network.numParams(), state.parameters().length);
    network.setParams(row(state.parameters()));
    INDArray view = network.getUpdater().getStateViewArray();
    long expected = view == null || view.isEmpty() ? 0 : view.length();
    requireLength("updater state", expected, state.updaterState().length);
    if (expected > 0) {
      view.assign(row(state.updaterState()));
    }
    network.setIterationCount(state.iterations());
    network.setEpochCount(state.epochs());
  }

  private static INDArray row(float[] values) {
    return Nd4j.create(values, new long[] {1, values.length});
  }

  private static void requireLength(String what, long expected, long found) {
    if (expected != found) {
      throw new IllegalArgumentException(
          "a DL4J network takes %d floats of %s, found %d".formatted(expected, what, found));
    }
  }

  /**
   * DL4J's zip of a network: configuration, parameters and updater state. DL4J can give no updater
   * to a {@code LastTimeStep} in a {@code Bidirectional}; such a network predicts only.
   */
  public static byte[] zip(NetworkDescription description, NetworkState state) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      if (Dl4jLayers.trains(description.topology().network())) {
        ModelSerializer.writeModel(network(description, state), bytes, true);
      } else {
        MultiLayerNetwork network = new MultiLayerNetwork(configuration(description));
        network.init();
        requireLength("parameters", network.numParams(), state.parameters().length);
        network.setParams(row(state.parameters()));
        ModelSerializer.writeModel(network, bytes, false);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write a DL4J zip into memory", e);
    }
    return bytes.toByteArray();
  }

  /** What DL4J has beside its updaters, and not in one; biases are exempt from it. */
  private static double weightDecay(UpdaterConfiguration updater) {
    return updater.name() == UpdaterName.ADAMW ? updater.weightDecay() : 0;
  }

  private static IUpdater updater(UpdaterConfiguration updater, ISchedule learningRate) {
    IUpdater config =
        switch (updater.name()) {
          // Muon is none of DL4J's: a network that muon has trained goes on with plain steps.
          case SGD, MUON -> new Sgd();
          case NESTEROVS -> new Nesterovs(Double.NaN, updater.momentum());
          case AUTO -> throw new IllegalArgumentException("expected an updater, found auto");
          case ADAM, ADAMW ->
              new Adam(Double.NaN, updater.beta1(), updater.beta2(), updater.epsilon());
        };
    if (learningRate instanceof FixedSchedule fixed) {
      config.setLrAndSchedule(fixed.getValue(), null);
    } else {
      config.setLrAndSchedule(Double.NaN, learningRate);
    }
    return config;
  }

  private static Optional<ISchedule> schedule(ScheduleConfiguration schedule, double rate) {
    if (schedule.warmUpIterations() > 0) {
      return Optional.empty();
    }
    return switch (schedule.name()) {
      case CONSTANT -> Optional.of(new FixedSchedule(rate));
      case STEP ->
          Optional.of(
              new StepSchedule(
                  ScheduleType.ITERATION, rate, schedule.decayRate(), schedule.decayIterations()));
      case EXPONENTIAL ->
          Optional.of(
              new ExponentialSchedule(
                  ScheduleType.ITERATION,
                  rate,
                  StrictMath.pow(schedule.decayRate(), 1.0 / schedule.decayIterations())));
      case COSINE, LINEAR, ONE_CYCLE -> Optional.empty();
    };
  }
}
