package io.sparkrnn.export;

import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.ParameterBlock;
import io.sparkrnn.kernel.ParameterBlock.Kind;
import java.util.Arrays;
import java.util.List;

/**
 * The weights of one direction of a recurrent layer in the order in which ONNX has them: gates are
 * {@code iofc} of an LSTM and {@code zrh} of a GRU; of biases first those of the input, then those
 * of the state.
 */
final class OnnxWeights {
  private final List<ParameterBlock> blocks;
  private final int[] places;

  private OnnxWeights(List<ParameterBlock> blocks, int[] places) {
    this.blocks = blocks;
    this.places = places;
  }

  static OnnxWeights of(Network network, int layer, int way) {
    return new OnnxWeights(
        network.layout().blocks().stream()
            .filter(block -> block.kind() != Kind.EMBEDDING)
            .filter(block -> block.layer() == layer && block.way() == way)
            .toList(),
        places(operator(network.layers().get(layer).cell())));
  }

  /** The operator of a cell. */
  static String operator(String cell) {
    return switch (cell) {
      case "lstm" -> "LSTM";
      case "gru" -> "GRU";
      default -> "RNN";
    };
  }

  /** Of each gate in our order, its place in an operator's. */
  static int[] places(String operator) {
    return switch (operator) {
      case "LSTM" -> new int[] {3, 2, 1, 0};
      case "GRU" -> new int[] {1, 0, 2};
      default -> new int[] {0};
    };
  }

  /** {@code [gate][unit][input]} flat. */
  float[] input(float[] parameters) {
    return read(parameters, Kind.INPUT_WEIGHTS);
  }

  /** {@code [gate][unit][unit before]} flat. */
  float[] state(float[] parameters) {
    return read(parameters, Kind.RECURRENT_WEIGHTS);
  }

  /** {@code [2][gate][unit]} flat; zeros for the second where there is one. */
  float[] biases(float[] parameters) {
    float[] first = read(parameters, Kind.BIAS);
    float[] both = Arrays.copyOf(first, 2 * first.length);
    float[] second = read(parameters, Kind.RECURRENT_BIAS);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  /** Nothing where there is no such block. */
  private float[] read(float[] parameters, Kind kind) {
    for (ParameterBlock block : blocks) {
      if (block.kind() == kind) {
        float[] values = new float[block.count()];
        int ofGate = block.count() / places.length;
        for (int gate = 0; gate < places.length; gate++) {
          System.arraycopy(
              parameters, block.offset() + gate * ofGate, values, places[gate] * ofGate, ofGate);
        }
        return values;
      }
    }
    return new float[0];
  }

  /**
   * Puts weights into parameters.
   *
   * @param biases both, of which the second is left out where the layer has one
   */
  void write(float[] parameters, float[] input, float[] state, float[] biases) {
    int half = biases.length / 2;
    for (ParameterBlock block : blocks) {
      switch (block.kind()) {
        case INPUT_WEIGHTS -> write(parameters, block, input, 0);
        case RECURRENT_WEIGHTS -> write(parameters, block, state, 0);
        case BIAS -> write(parameters, block, biases, 0);
        case RECURRENT_BIAS -> write(parameters, block, biases, half);
        case EMBEDDING, OUTPUT_WEIGHTS, OUTPUT_BIAS -> {}
      }
    }
  }

  private void write(float[] parameters, ParameterBlock block, float[] values, int from) {
    int ofGate = block.count() / places.length;
    for (int gate = 0; gate < places.length; gate++) {
      System.arraycopy(
          values, from + places[gate] * ofGate, parameters, block.offset() + gate * ofGate, ofGate);
    }
  }
}
