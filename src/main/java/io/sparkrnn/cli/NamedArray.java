package io.sparkrnn.cli;

import io.sparkrnn.kernel.ParameterBlock;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.stream.IntStream;

/**
 * An array of a network's computation, for people to look at.
 *
 * @param shape lengths of the axes, outermost first; their product is the number of values, or the
 *     array is refused: a shape that is printed is one that the values have
 */
record NamedArray(String name, List<Integer> shape, float[] values) {
  NamedArray {
    shape = List.copyOf(shape);
    long expected = shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
    if (expected != values.length) {
      throw new IllegalArgumentException(
          "Cannot show %s: expected %d values for shape %s, found %d"
              .formatted(name, expected, shape, values.length));
    }
  }

  /** A matrix {@code [input][unit]}, or a bias {@code [unit]}, out of flat parameters. */
  static NamedArray of(String name, ParameterBlock block, float[] parameters) {
    float[] values = new float[block.count()];
    for (int r = 0; r < block.rows(); r++) {
      for (int c = 0; c < block.columns(); c++) {
        values[r * block.columns() + c] = parameters[block.offset() + c * block.rows() + r];
      }
    }
    return new NamedArray(name, shape(block), values);
  }

  /** {@code [inputs, units]} of a matrix, {@code [units]} of a bias. */
  static List<Integer> shape(ParameterBlock block) {
    return block.kind().isBias()
        ? List.of(block.columns())
        : List.of(block.rows(), block.columns());
  }

  /** {@code [n][k]} times {@code [k][m]}. */
  NamedArray times(String productName, NamedArray other) {
    int n = shape.get(0);
    int k = shape.get(1);
    int m = other.shape.get(1);
    float[] product = new float[n * m];
    for (int row = 0; row < n; row++) {
      for (int i = 0; i < k; i++) {
        for (int column = 0; column < m; column++) {
          product[row * m + column] =
              Math.fma(
                  values[row * k + i], other.values[i * m + column], product[row * m + column]);
        }
      }
    }
    return new NamedArray(productName, List.of(n, m), product);
  }

  /** One entry of the outermost axis. */
  NamedArray at(int index, String entryName) {
    int length = values.length / shape.get(0);
    float[] entry = new float[length];
    System.arraycopy(values, index * length, entry, 0, length);
    return new NamedArray(entryName, shape.subList(1, shape.size()), entry);
  }

  /** The smallest and the largest value. */
  DoubleSummaryStatistics range() {
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).summaryStatistics();
  }
}
