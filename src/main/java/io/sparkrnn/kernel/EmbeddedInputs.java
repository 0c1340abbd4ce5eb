package io.sparkrnn.kernel;

import io.sparkrnn.kernel.Network.Embedding;
import io.sparkrnn.kernel.Network.Join;

/** What the lowest layer reads beside dense values: embedded ids and static values. */
final class EmbeddedInputs {
  private final Network network;
  private final ParameterBlock[] blocks;
  private final int statics;

  EmbeddedInputs(Network network) {
    this.network = network;
    blocks = network.layout().blocks().toArray(ParameterBlock[]::new);
    statics = network.input().join() == Join.EVERY_STEP ? network.input().statics() : 0;
  }

  /**
   * Writes those of a sample.
   *
   * @param at of the first value of the first time step
   * @param stride from one time step to the next
   * @param width from one value to the next
   */
  void write(
      float[] m,
      float[] parameters,
      MinibatchSource source,
      int sample,
      int timeSteps,
      int at,
      int stride,
      int width) {
    if (network.input().embedded() + statics == 0) {
      return;
    }
    for (int t = 0; t < timeSteps; t++) {
      int to = at + t * stride;
      for (int c = 0; c < network.input().categorical().size(); c++) {
        Embedding embedding = network.input().categorical().get(c);
        int from = blocks[c].offset() + id(source, embedding, c, sample, t) * embedding.width();
        for (int i = 0; i < embedding.width(); i++, to += width) {
          m[to] = parameters[from + i];
        }
      }
      for (int i = 0; i < statics; i++, to += width) {
        m[to] = source.fixed(sample, i);
      }
    }
  }

  private static int id(
      MinibatchSource source, Embedding embedding, int channel, int sample, int t) {
    int id = source.id(channel, sample, t);
    if (id < 0 || id >= embedding.vocabulary()) {
      throw new IllegalArgumentException(
          "expected an id below %d in categorical channel %d, found %d"
              .formatted(embedding.vocabulary(), channel, id));
    }
    return id;
  }
}
