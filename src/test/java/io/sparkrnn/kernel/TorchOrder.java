package io.sparkrnn.kernel;

import io.sparkrnn.kernel.ParameterBlock.Kind;

/**
 * PyTorch's parameters in our order. Both have, layer by layer and way by way, {@code weight_ih},
 * {@code weight_hh}, {@code bias_ih} and {@code bias_hh}, with matrices {@code [out][in]}; only the
 * gates of an LSTM have another order.
 */
final class TorchOrder {
  private TorchOrder() {}

  /** Of all parameters, or their gradient: {@code torch.cat} of all of a module, flattened. */
  static double[] toOurs(Network network, double[] torch) {
    double[] ours = torch.clone();
    for (ParameterBlock block : network.layout().blocks()) {
      if (isLstm(network, block)) {
        // Our z is PyTorch's g, the candidate.
        String from = "ifzo";
        String to = Lstm.LSTM.gates();
        int count = block.count() / to.length();
        for (int gate = 0; gate < to.length(); gate++) {
          int source = block.offset() + from.indexOf(to.charAt(gate)) * count;
          System.arraycopy(torch, source, ours, block.offset() + gate * count, count);
        }
      }
    }
    return ours;
  }

  private static boolean isLstm(Network network, ParameterBlock block) {
    return block.kind() != Kind.EMBEDDING
        && block.layer() < network.layers().size()
        && network.layers().get(block.layer()).cell().equals("lstm");
  }
}
