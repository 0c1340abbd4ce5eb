package io.sparkrnn.export;

import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Biases;
import io.sparkrnn.kernel.Network.Direction;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.ParameterBlock;
import io.sparkrnn.kernel.ParameterBlock.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * A block of parameters as PyTorch's modules have it: its name, and the order of its gates. Both
 * have matrices {@code [out][in]} and a vector for each id.
 *
 * @param name with the modules {@code embedding}, {@code rnn} and {@code fc}
 * @param block whose values it has; of a second bias that we do not have, the first
 * @param gates for each of PyTorch's gates the number of ours
 * @param second whether it is a second bias that we do not have: it is zero, and reading adds it
 */
record TorchTensor(
    String name, List<Integer> shape, ParameterBlock block, List<Integer> gates, boolean second) {
  static final String EMBEDDING = "embedding";
  static final String RNN = "rnn.";
  static final String LINEAR = "fc.";
  static final String REVERSE = "_reverse";

  /** PyTorch has i, f, g and o; ours are z, which is its g, f, o and i. */
  private static final List<Integer> LSTM_GATES = List.of(3, 1, 0, 2);

  /** All of a network, in our order of parameters. */
  static List<TorchTensor> of(Network network) {
    List<TorchTensor> tensors = new ArrayList<>();
    int channels = network.input().categorical().size();
    for (ParameterBlock block : network.layout().blocks()) {
      switch (block.kind()) {
        case EMBEDDING -> {
          String module = channels == 1 ? EMBEDDING : EMBEDDING + block.layer();
          tensors.add(of(module + ".weight", block, List.of(0)));
        }
        case OUTPUT_WEIGHTS -> tensors.add(of(LINEAR + "weight", block, List.of(0)));
        case OUTPUT_BIAS -> tensors.add(of(LINEAR + "bias", block, List.of(0)));
        case INPUT_WEIGHTS -> tensors.add(recurrent("weight_ih_l", network, block));
        case RECURRENT_WEIGHTS -> tensors.add(recurrent("weight_hh_l", network, block));
        case BIAS -> {
          tensors.add(recurrent("bias_ih_l", network, block));
          if (network.layers().get(block.layer()).biases() == Biases.ONE) {
            TorchTensor zero = recurrent("bias_hh_l", network, block);
            tensors.add(new TorchTensor(zero.name, zero.shape, block, zero.gates, true));
          }
        }
        case RECURRENT_BIAS -> tensors.add(recurrent("bias_hh_l", network, block));
      }
    }
    return tensors;
  }

  private static TorchTensor recurrent(String name, Network network, ParameterBlock block) {
    Layer layer = network.layers().get(block.layer());
    boolean reverse = block.way() == 1 || layer.direction() == Direction.BACKWARD;
    List<Integer> gates =
        layer.cell().equals("lstm")
            ? LSTM_GATES
            // An Elman layer's gate, and a GRU's, are in PyTorch's order.
            : List.of(0, 1, 2).subList(0, block.gates());
    return of(RNN + name + block.layer() + (reverse ? REVERSE : ""), block, gates);
  }

  private static TorchTensor of(String name, ParameterBlock block, List<Integer> gates) {
    boolean vector = block.kind().isBias();
    List<Integer> shape =
        vector ? List.of(block.columns()) : List.of(block.columns(), block.rows());
    return new TorchTensor(name, shape, block, gates, false);
  }

  /** Whether PyTorch's modules may lack it: made with {@code bias=False}. */
  boolean mayBeMissing() {
    return block.kind() != Kind.EMBEDDING && block.kind().isBias();
  }

  /** The tensor's values. */
  float[] values(float[] parameters) {
    float[] values = new float[block.count()];
    if (!second) {
      int ofGate = values.length / gates.size();
      for (int gate = 0; gate < gates.size(); gate++) {
        System.arraycopy(parameters, from(gate), values, gate * ofGate, ofGate);
      }
    }
    return values;
  }

  /** Writes a tensor's values to where ours lie. */
  void put(SafetensorsTensor tensor, float[] parameters) {
    int ofGate = block.count() / gates.size();
    for (int gate = 0; gate < gates.size(); gate++) {
      int at = from(gate);
      for (int i = 0; i < ofGate; i++) {
        float value = tensor.value(gate * ofGate + i);
        if (!second) {
          parameters[at + i] = value;
        } else if (value != 0) {
          // The sum of minus zero and zero would have other bits.
          parameters[at + i] += value;
        }
      }
    }
  }

  private int from(int gate) {
    return block.offset() + gates.get(gate) * (block.count() / gates.size());
  }

  /** What it is called where modules may have any name. */
  static String described(String name) {
    if (name.startsWith(RNN)) {
      return name.substring(RNN.length());
    }
    return name.startsWith(LINEAR)
        ? name.substring(LINEAR.length()) + " of the nn.Linear"
        : name.substring(name.indexOf('.') + 1) + " of the nn.Embedding";
  }
}
