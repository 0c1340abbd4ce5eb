package io.sparkrnn.kernel;

/**
 * One matrix or vector of the flat parameters.
 *
 * @param name for people and files, such as {@code rnn.U}
 * @param layer that it belongs to, from 0; the head is the one above the top layer. Of an
 *     embedding, its channel
 * @param way of a layer: 0 for its first direction, 1 for the other
 * @param gates of which each has as many columns, one after another
 * @param rows inputs of a matrix; 1 for a bias; values of each id of an embedding
 * @param columns units of all gates, or ids; element {@code (row, column)} is at {@code offset +
 *     column * rows + row}
 * @param offset of the first element in the flat vector
 */
public record ParameterBlock(
    String name, Kind kind, int layer, int way, int gates, int rows, int columns, int offset) {
  /** What a block is for; L2 and the initial values depend on it. */
  public enum Kind {
    EMBEDDING,
    INPUT_WEIGHTS,
    RECURRENT_WEIGHTS,
    BIAS,
    /** PyTorch's second bias, of the product with the state before. */
    RECURRENT_BIAS,
    OUTPUT_WEIGHTS,
    OUTPUT_BIAS;

    /** Whether L2 leaves it alone, and it starts at zero. */
    public boolean isBias() {
      return this == BIAS || this == RECURRENT_BIAS || this == OUTPUT_BIAS;
    }
  }

  /** One of a layer with one gate and one direction, or of the head. */
  public ParameterBlock(String name, Kind kind, int layer, int rows, int columns, int offset) {
    this(name, kind, layer, 0, 1, rows, columns, offset);
  }

  public int count() {
    return rows * columns;
  }

  /** One past the last element in the flat vector. */
  public int end() {
    return offset + count();
  }
}
