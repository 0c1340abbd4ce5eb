package io.sparkrnn.kernel;

/**
 * One matrix or vector of the flat parameters.
 *
 * @param name for people and files, such as {@code rnn.U}
 * @param layer that it belongs to, from 0; the head is the one above the top layer
 * @param rows inputs of a matrix; 1 for a bias
 * @param columns units; element {@code (row, column)} is at {@code offset + column * rows + row}
 * @param offset of the first element in the flat vector
 */
public record ParameterBlock(String name, Kind kind, int layer, int rows, int columns, int offset) {
  /** What a block is for; L2 and the initial values depend on it. */
  public enum Kind {
    INPUT_WEIGHTS,
    RECURRENT_WEIGHTS,
    BIAS,
    OUTPUT_WEIGHTS,
    OUTPUT_BIAS;

    /** Whether L2 leaves it alone, and it starts at zero. */
    public boolean isBias() {
      return this == BIAS || this == OUTPUT_BIAS;
    }
  }

  public int count() {
    return rows * columns;
  }

  /** One past the last element in the flat vector. */
  public int end() {
    return offset + count();
  }
}
