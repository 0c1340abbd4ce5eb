package io.sparkrnn.kernel;

import io.sparkrnn.kernel.Network.Biases;
import io.sparkrnn.kernel.Network.Direction;
import io.sparkrnn.kernel.Network.Embedding;
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
 * <p>The order is DL4J's: first embeddings; then for each layer, and each of its directions, the
 * input weights {@code U}, the recurrent weights {@code W}, the bias {@code b} and a second bias
 * {@code bh} if there is one; then the output weights {@code V} and the output bias {@code c}. DL4J
 * stores a matrix {@code [in][out]} column by column, which is {@code [out][in]} row by row. Gates
 * are in the order of {@link Cell#gates}.
 */
public final class ParameterLayout {
  private final List<ParameterBlock> blocks = new ArrayList<>();
  private int size;

  ParameterLayout(Network network) {
    List<Embedding> categorical = network.input().categorical();
    for (int c = 0; c < categorical.size(); c++) {
      String name = categorical.size() == 1 ? "embedding.E" : "embedding" + c + ".E";
      add(
          name,
          Kind.EMBEDDING,
          c,
          0,
          1,
          categorical.get(c).width(),
          categorical.get(c).vocabulary());
    }
    int top = network.layers().size();
    for (int l = 0; l < top; l++) {
      Layer layer = network.layers().get(l);
      Cell cell = Cell.of(layer.cell());
      int units = layer.units();
      int gates = cell.gates().length();
      for (int way = 0; way < ways(layer); way++) {
        String name = cell.family() + (top == 1 ? "" : l) + (way == 0 ? "." : ".reverse.");
        int columns = gates * units;
        add(name + "U", Kind.INPUT_WEIGHTS, l, way, gates, network.inputs(l), columns);
        add(name + "W", Kind.RECURRENT_WEIGHTS, l, way, gates, units, columns);
        add(name + "b", Kind.BIAS, l, way, gates, 1, columns);
        if (layer.biases() == Biases.TWO) {
          add(name + "bh", Kind.RECURRENT_BIAS, l, way, gates, 1, columns);
        }
      }
    }
    int outputs = network.head().outputs();
    if (outputs > 0) {
      add("out.V", Kind.OUTPUT_WEIGHTS, top, 0, 1, network.read(), outputs);
      add("out.c", Kind.OUTPUT_BIAS, top, 0, 1, 1, outputs);
    }
  }

  /** Directions of a layer, each with weights of its own. */
  static int ways(Layer layer) {
    return layer.direction() == Direction.BOTH ? 2 : 1;
  }

  private void add(String name, Kind kind, int layer, int way, int gates, int rows, int columns) {
    blocks.add(new ParameterBlock(name, kind, layer, way, gates, rows, columns, size));
    size += rows * columns;
  }

  /** How many parameters there are, also where a layout of so many cannot be made. */
  static long count(Input input, List<Layer> layers, Head head) {
    long parameters = 0;
    for (Embedding embedding : input.categorical()) {
      parameters = plus(parameters, embedding.vocabulary(), embedding.width());
    }
    long inputs = input.width();
    for (Layer layer : layers) {
      int biases = layer.biases() == Biases.TWO ? 2 : 1;
      long rows = (long) Cell.of(layer.cell()).gates().length() * ways(layer) * layer.units();
      parameters = plus(parameters, rows, inputs + layer.units() + biases);
      inputs = layer.outputs();
    }
    int statics = input.join() == Network.Join.HEAD ? input.statics() : 0;
    return plus(parameters, head.outputs(), inputs + statics + 1);
  }

  private static long plus(long parameters, long rows, long columns) {
    return Math.addExact(parameters, Math.multiplyExact(rows, columns));
  }

  /** In flat order. */
  public List<ParameterBlock> blocks() {
    return List.copyOf(blocks);
  }

  /** Of all parameters. */
  public int size() {
    return size;
  }

  /** Blocks of a direction of a layer; the head is the one above the top layer. */
  List<ParameterBlock> blocks(int layer, int way) {
    return blocks.stream()
        .filter(block -> block.kind() != Kind.EMBEDDING)
        .filter(block -> block.layer() == layer && block.way() == way)
        .toList();
  }

  /** Where the block of a kind in a direction of a layer begins; -1 where there is none. */
  int offset(int layer, int way, Kind kind) {
    return blocks(layer, way).stream()
        .filter(block -> block.kind() == kind)
        .mapToInt(ParameterBlock::offset)
        .findFirst()
        .orElse(-1);
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
