package io.sparkrnn.config;

import java.io.Serializable;
import java.util.List;

/** The model to train. */
public record ModelConfiguration(
    @Setting(value = "Model of the zoo.", flag = "--model", label = "NAME", required = true)
        String name,
    @Setting(
            value = "Units of each recurrent layer, first layer first; empty: the model's own.",
            min = 1,
            max = 65_536)
        List<Integer> hidden,
    @Setting(
            value = "Activation of the recurrent layers; empty: the model's own.",
            texts = {"tanh", "relu"})
        String activation,
    @Setting("Initialisation of the recurrent weights, or with pytorch of all parameters.")
        RecurrentInit recurrentInit)
    implements Serializable {
  public ModelConfiguration {
    hidden = List.copyOf(hidden);
  }
}
