package io.sparkrnn.run;

import io.sparkrnn.config.ConfigurationException;
import io.sparkrnn.config.Keys;
import io.sparkrnn.config.ModelConfiguration;
import io.sparkrnn.data.ImageTrainingData;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.model.ModelZoo;
import io.sparkrnn.model.RnnTopology;
import java.util.Locale;

/** The network that a configuration names. */
public final class Topologies {
  private Topologies() {}

  /**
   * A trainable network of the zoo, with the hidden layers and activation that the configuration
   * puts in place of its own.
   *
   * @throws ConfigurationException if there is none of that name, or it has no output layer
   */
  public static RnnTopology of(ModelConfiguration model) {
    RnnTopology topology = named(model);
    if (!topology.trainable()) {
      throw new ConfigurationException(
          Keys.MODEL_NAME.path(),
          "expected a model with an output layer, found \"%s\", which has no loss to train; see it with: inspect %s"
              .formatted(model.name(), model.name()));
    }
    return topology;
  }

  /** As the other, as wide as the data. */
  public static RnnTopology of(ModelConfiguration model, ImageTrainingData data) {
    return of(model).withData(data.timeSteps(), data.inputSize(), data.classes());
  }

  /**
   * As {@link #of}, with or without an output layer.
   *
   * @throws ConfigurationException if there is none of that name
   */
  public static RnnTopology named(ModelConfiguration model) {
    RnnTopology topology =
        ModelZoo.find(model.name())
            .orElseThrow(
                () ->
                    new ConfigurationException(
                        Keys.MODEL_NAME.path(),
                        "expected one of %s, found \"%s\""
                            .formatted(ModelZoo.names(), model.name())));
    if (!model.hidden().isEmpty()) {
      topology = topology.withHidden(model.hidden());
    }
    if (!model.activation().isEmpty()) {
      topology =
          topology.withActivation(Activation.valueOf(model.activation().toUpperCase(Locale.ROOT)));
    }
    return topology;
  }
}
