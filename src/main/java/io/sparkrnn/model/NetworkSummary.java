package io.sparkrnn.model;

import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Direction;
import io.sparkrnn.kernel.Network.Embedding;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Join;
import io.sparkrnn.kernel.Network.Layer;
import java.util.Locale;

/**
 * Networks in a line for people, from what they read to what they give: {@code 28 x 28 -> 150 tanh
 * -> 10}, or {@code 168 x 13 + 50 ids as 4 + 2 statics -> lstm 64 both dropout 0.2 -> gru 32 ->
 * mean -> 1 squared}. What is usual is not said.
 */
final class NetworkSummary {
  private NetworkSummary() {}

  static String of(Network network) {
    Input input = network.input();
    Head head = network.head();
    String statics = input.statics() > 0 ? " + " + input.statics() + " statics" : "";
    StringBuilder text = new StringBuilder();
    text.append(input.timeSteps()).append(" x ").append(input.dense());
    for (Embedding embedding : input.categorical()) {
      text.append(of(embedding));
    }
    text.append(input.join() == Join.EVERY_STEP ? statics : "");
    for (Layer layer : network.layers()) {
      text.append(" -> ").append(of(layer));
    }
    text.append(
        switch (head.reads()) {
          case LAST -> "";
          case MEAN -> " -> mean";
          case MAX -> " -> max";
          case EVERY -> " -> every step";
        });
    text.append(input.join() == Join.HEAD ? statics : "");
    if (head.outputs() > 0) {
      text.append(" -> ").append(head.outputs());
      text.append(head.loss().equals(Loss.softmax()) ? "" : " " + NetworkText.loss(head.loss()));
    }
    return text.toString();
  }

  private static String of(Embedding embedding) {
    String text = " + " + embedding.vocabulary() + " ids as " + embedding.width();
    return embedding.padding() == Embedding.NONE ? text : text + " padding " + embedding.padding();
  }

  private static String of(Layer layer) {
    String cell = layer.cell();
    StringBuilder text = new StringBuilder();
    if (cell.startsWith(RnnTopology.ELMAN)) {
      text.append(layer.units()).append(' ').append(cell.substring(RnnTopology.ELMAN.length()));
    } else {
      text.append(cell).append(' ').append(layer.units());
    }
    if (layer.direction() != Direction.FORWARD) {
      text.append(' ').append(layer.direction().name().toLowerCase(Locale.ROOT));
    }
    if (layer.dropout() > 0) {
      text.append(" dropout ").append(NetworkText.number(layer.dropout()));
    }
    if (layer.biases() != new Layer(cell, layer.units()).biases()) {
      text.append(" two biases");
    }
    return text.toString();
  }
}
