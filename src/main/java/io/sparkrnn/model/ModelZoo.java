package io.sparkrnn.model;

import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Network;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The named networks. */
public final class ModelZoo {
  private static final List<RnnTopology> MODELS =
      List.of(
          new RnnTopology("vanilla-rnn-1", Network.elman(2, 4, List.of(1), Activation.TANH, 0)),
          new RnnTopology("vanilla-rnn", Network.elman(2, 4, List.of(5), Activation.TANH, 0)),
          new RnnTopology("row-rnn-150", Network.elman(28, 28, List.of(150), Activation.TANH, 10)),
          new RnnTopology(
              "row-rnn-100x2", Network.elman(28, 28, List.of(100, 100), Activation.TANH, 10)));

  private ModelZoo() {}

  public static List<RnnTopology> models() {
    return MODELS;
  }

  public static Optional<RnnTopology> find(String name) {
    return MODELS.stream().filter(model -> model.name().equals(name)).findFirst();
  }

  /** All names, for messages and help. */
  public static String names() {
    return MODELS.stream().map(RnnTopology::name).collect(Collectors.joining(", "));
  }
}
