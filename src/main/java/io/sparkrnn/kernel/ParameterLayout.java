package io.sparkrnn.kernel;

import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.ParameterBlock.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * Where every parameter of a network lies in one flat vector, as a table of named blocks. Initial
 * values, L2, exports and inspection walk over it.
 *
 * <p>The order is DL4J's: for each layer the input weights {@code U}, the recurrent weights {@code
 * W}, the bias {@code b}; then the output weights {@code V} and the output bias {@code c}. DL4J
 * stores a matrix {@code [in][out]} column by column, which is {@code [out][in]} row by row.
 */
public final class ParameterLayout {
  private final List<ParameterBlock> blocks;
  private final int size;

  ParameterLayout(Network network) {
    List<ParameterBlock> table = new ArrayList<>();
    int offset = 0;
    int top = network.layers().size();
    for (int l = 0; l < top; l++) {
      String name = top == 1 ? "rnn" : "rnn" + l;
      int units = network.units(l);
      int inputs = network.inputs(l);
      offset = add(table, name + ".U", Kind.INPUT_WEIGHTS, l, inputs, units, offset);
      offset = add(table, name + ".W", Kind.RECURRENT_WEIGHTS, l, units, units, offset);
      offset = add(table, name + ".b", Kind.BIAS, l, 1, units, offset);
    }
    int outputs = network.head().outputs();
    if (outputs > 0) {
      offset = add(table, "out.V", Kind.OUTPUT_WEIGHTS, top, network.topUnits(), outputs, offset);
      offset = add(table, "out.c", Kind.OUTPUT_BIAS, top, 1, outputs, offset);
    }
    blocks = List.copyOf(table);
    size = offset;
  }

  private static int add(
      List<ParameterBlock> table,
      String name,
      Kind kind,
      int layer,
      int rows,
      int columns,
      int offset) {
    ParameterBlock block = new ParameterBlock(name, kind, layer, rows, columns, offset);
    table.add(block);
    return block.end();
  }

  /** How many parameters there are, also where a layout of so many cannot be made. */
  static long count(Input input, List<Layer> layers, Head head) {
    long parameters = head.outputs();
    long inputs = input.dense();
    for (Layer layer : layers) {
      parameters =
          Math.addExact(parameters, Math.multiplyExact(layer.units(), inputs + layer.units() + 1));
      inputs = layer.units();
    }
    return parameters + head.outputs() * inputs;
  }

  /** In flat order. */
  public List<ParameterBlock> blocks() {
    return blocks;
  }

  /** Of all parameters. */
  public int size() {
    return size;
  }

  /**
   * The block of a kind in a layer, from 0; the head is the one above the top layer.
   *
   * @throws IllegalArgumentException if there is none
   */
  public ParameterBlock block(int layer, Kind kind) {
    for (ParameterBlock block : blocks) {
      if (block.layer() == layer && block.kind() == kind) {
        return block;
      }
    }
    throw new IllegalArgumentException(
        "expected a block %s of layer %d, found %s".formatted(kind, layer, blocks));
  }

  /**
   * The block of a kind of which there is one.
   *
   * @throws IllegalArgumentException if there is none
   */
  public ParameterBlock block(Kind kind) {
    return blocks.stream()
        .filter(block -> block.kind() == kind)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "expected a block %s, found %s".formatted(kind, blocks)));
  }
}
