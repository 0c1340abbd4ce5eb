package io.sparkrnn.config;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.List;

/**
 * The model to train.
 *
 * @param name a model of the zoo
 * @param hidden units of each recurrent layer, first layer first; empty: the model's own
 * @param activation {@code tanh} or {@code relu}; empty: the model's own
 * @param recurrentInit initialisation of the recurrent weights
 */
public record ModelConfiguration(
    String name, List<Integer> hidden, String activation, RecurrentInit recurrentInit)
    implements Serializable {
  public ModelConfiguration {
    requireNonNull(name, "name");
    hidden = List.copyOf(hidden);
    requireNonNull(activation, "activation");
    requireNonNull(recurrentInit, "recurrentInit");
  }
}
