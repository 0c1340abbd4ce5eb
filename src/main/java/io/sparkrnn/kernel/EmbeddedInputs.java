package io.sparkrnn.kernel;

import io.sparkrnn.kernel.Network.Embedding;
import io.sparkrnn.kernel.Network.Join;

/** What the lowest layer reads beside dense values: embedded ids and static values. */
final class EmbeddedInputs {
  private final Network network;
  private final Groups groups;
  private final ParameterBlock[] blocks;
  private final int embedded;

  EmbeddedInputs(Network network, Groups groups) {
    this.network = network;
    this.groups = groups;
    blocks = network.layout().blocks().toArray(ParameterBlock[]::new);
    embedded = network.input().embedded();
  }

  /**
   * Adds those of a group.
   *
   * @param at the rows of its first time step
   * @param stride from one time step to the next
   */
  void add(
      float[] m, float[] parameters, MinibatchSource source, int g, int at, int stride) {
    int width = groups.width(g);
    int statics = network.input().join() == Join.EVERY_STEP ? network.input().statics() : 0;
    if (embedded + statics == 0) {
      return;
    }
    for (int lane = 0; lane < groups.count(g); lane++) {
      int sample = groups.sample(g, lane);
      for (int t = 0; t < groups.length(g, lane); t++) {
        int to = at + t * stride + network.input().dense() * width + lane;
        for (int c = 0; c < network.input().categorical().size(); c++) {
          Embedding embedding = network.input().categorical().get(c);
          int id = id(source, embedding, c, sample, t);
          int from = blocks[c].offset() + id * embedding.width();
          for (int i = 0; i < embedding.width(); i++, to += width) {
            m[to] = parameters[from + i];
          }
        }
        for (int i = 0; i < statics; i++, to += width) {
          m[to] = source.fixed(sample, i);
        }
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
