package io.sparkrnn.export;

import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.ParameterBlock;
import io.sparkrnn.kernel.ParameterBlock.Kind;
import java.util.Arrays;
import java.util.List;

/**
 * The order in which ONNX has the weights of a recurrent layer: directions, then gates, {@code
 * iofc} of an LSTM and {@code zrh} of a GRU; of biases first those of the input, then those of the
 * state.
 */
final class OnnxWeights {
  /** Of each gate in our order, its place in ONNX's. */
  private static final int[] LSTM = {3, 2, 1, 0};

  private static final int[] GRU = {1, 0, 2};
  private static final int[] ELMAN = {0};

  private OnnxWeights() {}

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
      case "LSTM" -> LSTM.clone();
      case "GRU" -> GRU.clone();
      default -> ELMAN.clone();
    };
  }

  /**
   * A kind of parameters of a layer, {@code [way][gate][unit][row]} flat.
   *
   * @param blocks of all parameters
   */
  static float[] matrix(
      List<ParameterBlock> blocks, float[] parameters, Layer layer, int number, Kind kind) {
    float[] values = new float[0];
    for (ParameterBlock block : blocks) {
      if (block.kind() == kind && block.layer() == number) {
        float[] way = gates(block, parameters, layer.cell());
        values = Arrays.copyOf(values, values.length + way.length);
        System.arraycopy(way, 0, values, values.length - way.length, way.length);
      }
    }
    return values;
  }

  /** Both biases of a layer, {@code [way][2][gate][unit]} flat; zeros where there is one. */
  static float[] biases(
      List<ParameterBlock> blocks, float[] parameters, Layer layer, int number, int ways) {
    int ofWay = places(operator(layer.cell())).length * layer.units();
    float[] values = new float[2 * ways * ofWay];
    for (ParameterBlock block : blocks) {
      boolean second = block.kind() == Kind.RECURRENT_BIAS;
      if (block.layer() == number && (block.kind() == Kind.BIAS || second)) {
        int at = (2 * block.way() + (second ? 1 : 0)) * ofWay;
        System.arraycopy(gates(block, parameters, layer.cell()), 0, values, at, ofWay);
      }
    }
    return values;
  }

  private static float[] gates(ParameterBlock block, float[] parameters, String cell) {
    int[] places = places(operator(cell));
    float[] values = new float[block.count()];
    int ofGate = block.count() / places.length;
    for (int gate = 0; gate < places.length; gate++) {
      System.arraycopy(
          parameters, block.offset() + gate * ofGate, values, places[gate] * ofGate, ofGate);
    }
    return values;
  }
}
