package io.sparkrnn.kernel;

import io.sparkrnn.kernel.Network.Direction;
import io.sparkrnn.kernel.Network.Reads;

/**
 * One sample's way through a network, with units as lanes. Serves forward layers over dense values,
 * of which a head reads the last state.
 */
final class RowPass {
  private final Network network;
  private final Ops ops;
  private final float[] parameters;
  private final RowLayer[] layers;
  private final RowHead head;
  private final int logits;
  private final int[] order = new int[1];
  private final float[] m;

  /** Whether it can compute a network. */
  static boolean serves(Network network) {
    return network.input().width() == network.input().dense()
        && network.input().statics() == 0
        && network.head().reads() == Reads.LAST
        && network.layers().stream().allMatch(layer -> layer.direction() == Direction.FORWARD);
  }

  /**
   * A pass.
   *
   * @param samples the most whose outputs stay
   */
  RowPass(Network network, Ops ops, float[] parameters, int samples) {
    this.network = network;
    this.ops = ops;
    this.parameters = parameters;
    Arena arena = new Arena();
    layers = layers(network, network.timeSteps(), arena);
    head = new RowHead(network, arena);
    logits = arena.reserve((long) samples * head.width());
    m = arena.allocate();
    pack(network, parameters, layers, head, m);
  }

  /** The layers of a network; each has rows for so many time steps. */
  static RowLayer[] layers(Network network, int timeSteps, Arena arena) {
    RowLayer[] layers = new RowLayer[network.layers().size()];
    for (int l = 0; l < layers.length; l++) {
      layers[l] = new RowLayer(network, l, timeSteps, arena);
    }
    return layers;
  }

  /** Transposes all weights. */
  static void pack(
      Network network, float[] parameters, RowLayer[] layers, RowHead head, float[] m) {
    for (ParameterBlock block : network.layout().blocks()) {
      switch (block.kind()) {
        case INPUT_WEIGHTS, RECURRENT_WEIGHTS -> layers[block.layer()].pack(block, parameters, m);
        case OUTPUT_WEIGHTS, OUTPUT_BIAS -> head.pack(block, parameters, m);
        default -> {}
      }
    }
  }

  /** Runs a sample, whose outputs stay until another with its number runs. */
  void run(MinibatchSource source, int sample) {
    order[0] = sample;
    source.layOut(order, 0, 1, m, layers[0].row(0), layers[0].rowLength(), 1);
    int length = source.length(sample);
    for (int l = 0; l < layers.length; l++) {
      RowLayer layer = layers[l];
      layer.begin(m);
      for (int t = 0; t < length; t++) {
        layer.step(ops, m, parameters, t, t > 0);
        if (l + 1 < layers.length) {
          System.arraycopy(m, layer.state(t), m, layers[l + 1].row(t), layer.units);
        }
      }
    }
    int state = layers[layers.length - 1].state(length - 1);
    head.outputs(ops, m, parameters, state, logits + sample * head.width());
  }

  float logit(int sample, int output) {
    return m[logits + sample * head.width() + output];
  }
}
