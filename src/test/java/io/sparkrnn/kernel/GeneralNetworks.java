package io.sparkrnn.kernel;

import io.sparkrnn.kernel.Network.Biases;
import io.sparkrnn.kernel.Network.Direction;
import io.sparkrnn.kernel.Network.Embedding;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Join;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.Network.Reads;
import java.util.ArrayList;
import java.util.List;

/** Networks of every cell in every direction, read in every way, with whatever else in turn. */
public final class GeneralNetworks {
  public static final List<String> CELLS = List.of("elman-tanh", "elman-relu", "lstm", "gru");

  public static final List<Loss> LOSSES =
      List.of(
          Loss.softmax(),
          new Loss.Softmax(0.1, List.of(0.5f, 0f, 2f, 1f)),
          new Loss.Sigmoid(),
          new Loss.Squared(),
          new Loss.Absolute(),
          new Loss.Huber(0.7),
          new Loss.Quantile(List.of(0.1, 0.5)),
          new Loss.Poisson());

  private GeneralNetworks() {}

  public static List<Network> all() {
    return all(0);
  }

  public static List<Network> all(double dropout) {
    List<Network> networks = new ArrayList<>();
    for (String cell : CELLS) {
      for (Direction direction : Direction.values()) {
        for (Reads reads : Reads.values()) {
          int i = networks.size();
          networks.add(
              of(cell, direction, reads, LOSSES.get(i % LOSSES.size()), dropout, input(i)));
        }
      }
    }
    return networks;
  }

  public static Input input(int kind) {
    Embedding withPadding = new Embedding(5, 3, 2);
    return switch (kind % 4) {
      case 0 -> new Input(9, 3);
      case 1 -> new Input(9, 2, List.of(withPadding), 0, Join.EVERY_STEP);
      case 2 -> new Input(9, 0, List.of(withPadding, new Embedding(4, 13, -1)), 2, Join.HEAD);
      default -> new Input(9, 1, List.of(), 3, Join.EVERY_STEP);
    };
  }

  public static Network of(
      String cell, Direction direction, Reads reads, Loss loss, double dropout, Input input) {
    Biases biases = cell.equals("elman-relu") ? Biases.ONE : Biases.TWO;
    Layer first = new Layer(cell, 13, direction, dropout, biases);
    Layer second = new Layer(cell, 6, direction, dropout, biases);
    List<Layer> layers = reads == Reads.MAX ? List.of(second) : List.of(first, second);
    return new Network(input, layers, new Head(loss, 4, reads));
  }
}
