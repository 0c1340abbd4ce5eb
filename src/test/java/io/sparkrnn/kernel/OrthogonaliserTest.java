package io.sparkrnn.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The fast products against plain loops: in float by the stated order, and in double. */
class OrthogonaliserTest {
  private static final int FROM = 3;

  private static float[] matrix(int rows, int columns, double scale) {
    SplittableRandom random = new SplittableRandom(rows * 1000L + columns);
    float[] values = new float[FROM + rows * columns + 2];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (scale * random.nextDouble(-1, 1));
    }
    return values;
  }

  private static float[] orthogonal(Ops ops, float[] values, int rows, int columns) {
    float[] result = values.clone();
    new Orthogonaliser(ops, rows, columns).orthogonalise(result, FROM);
    return result;
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1", "1, 7", "7, 1", "3, 5", "12, 12", "13, 31", "33, 32", "31, 65", "150, 28", "10, 150",
    "65, 259", "270, 40"
  })
  void everyImplementationHasTheBitsOfPlainLoops(int rows, int columns) {
    float[] values = matrix(rows, columns, 0.1);
    float[] expected = values.clone();
    System.arraycopy(plain(values, rows, columns), 0, expected, FROM, rows * columns);
    for (Ops ops : List.of(new ScalarOps(), new PortableOps(), new VectorOps())) {
      assertThat(orthogonal(ops, values, rows, columns)).as(ops.name()).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @CsvSource({"5, 5, 1", "20, 7, 1e-12", "7, 20, 1e12", "28, 150, 1e-3", "40, 40, 1e30"})
  void isNearTheSameInDouble(int rows, int columns, double scale) {
    float[] values = matrix(rows, columns, scale);
    float[] found = orthogonal(new VectorOps(), values, rows, columns);
    double[] expected = inDouble(values, rows, columns);
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) found[FROM + i]).isCloseTo(expected[i], within(2e-4));
    }
  }

  /** So that all directions of a step are about as long. */
  @Test
  void singularValuesComeNearOne() {
    float[] values = matrix(12, 40, 1);
    float[] found = orthogonal(new VectorOps(), values, 12, 40);
    for (int row = 0; row < 12; row++) {
      for (int other = 0; other < 12; other++) {
        double product = 0;
        for (int i = 0; i < 40; i++) {
          product += (double) found[FROM + row * 40 + i] * found[FROM + other * 40 + i];
        }
        assertThat(product).isCloseTo(row == other ? 0.95 : 0, within(0.5));
      }
    }
  }

  @Test
  void keepsTheRoomOfOneMatrixForTheNext() {
    Orthogonaliser orthogonaliser = new Orthogonaliser(new VectorOps(), 13, 7);
    float[] large = matrix(13, 7, 1e20);
    large[FROM + 5] = Float.NaN;
    orthogonaliser.orthogonalise(large, FROM);
    float[] values = matrix(13, 7, 1);
    float[] again = values.clone();
    orthogonaliser.orthogonalise(again, FROM);

    assertThat(again).isEqualTo(orthogonal(new VectorOps(), values, 13, 7));
  }

  @Test
  void zerosStayZeros() {
    assertThat(orthogonal(new VectorOps(), new float[FROM + 12], 3, 4)).containsOnly(0f);
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void whatIsNotFiniteIsSeen(float value) {
    float[] values = matrix(3, 4, 1);
    values[FROM + 6] = value;
    float[] found = orthogonal(new PortableOps(), values, 3, 4);
    for (int i = 0; i < 12; i++) {
      assertThat(found[FROM + i]).isNaN();
    }
    assertThat(found[FROM - 1]).isEqualTo(values[FROM - 1]);
    assertThat(found[FROM + 12]).isEqualTo(values[FROM + 12]);
  }

  /** The definition, value by value. */
  private static float[] plain(float[] values, int rows, int columns) {
    double[] sums = new double[4];
    for (int i = 0; i < rows * columns; i++) {
      sums[i % 4] += (double) values[FROM + i] * values[FROM + i];
    }
    double scale = 1 / (Math.sqrt((sums[0] + sums[1]) + (sums[2] + sums[3])) + 1e-12);
    boolean transposed = rows > columns;
    float[][] x = new float[Math.min(rows, columns)][Math.max(rows, columns)];
    for (int i = 0; i < rows * columns; i++) {
      float value = (float) (values[FROM + i] * scale);
      if (transposed) {
        x[i % columns][i / columns] = value;
      } else {
        x[i / columns][i % columns] = value;
      }
    }
    for (int iteration = 0; iteration < 5; iteration++) {
      x = iterate(x);
    }
    float[] result = new float[rows * columns];
    for (int i = 0; i < result.length; i++) {
      result[i] = transposed ? x[i % columns][i / columns] : x[i / columns][i % columns];
    }
    return result;
  }

  private static float[][] iterate(float[][] x) {
    int p = x.length;
    int q = x[0].length;
    float[][] square = new float[p][p];
    float[][] factor = new float[p][p];
    float[][] next = new float[p][q];
    for (int i = 0; i < p; i++) {
      for (int j = 0; j < p; j++) {
        for (int k = 0; k < q; k++) {
          square[i][j] = Math.fma(x[i][k], x[j][k], square[i][j]);
        }
      }
    }
    for (int i = 0; i < p; i++) {
      for (int j = 0; j < p; j++) {
        float fourth = 0;
        for (int k = 0; k < p; k++) {
          fourth = Math.fma(square[i][k], square[k][j], fourth);
        }
        factor[i][j] = Math.fma(2.0315f, fourth, -4.775f * square[i][j]);
      }
    }
    for (int i = 0; i < p; i++) {
      for (int j = 0; j < q; j++) {
        next[i][j] = 3.4445f * x[i][j];
        for (int k = 0; k < p; k++) {
          next[i][j] = Math.fma(factor[i][k], x[k][j], next[i][j]);
        }
      }
    }
    return next;
  }

  /** {@code a X + (b X X' + c X X' X X') X}, in whatever order; never transposed. */
  private static double[] inDouble(float[] values, int rows, int columns) {
    double[][] x = new double[rows][columns];
    double squares = 0;
    for (int i = 0; i < rows * columns; i++) {
      x[i / columns][i % columns] = values[FROM + i];
      squares += (double) values[FROM + i] * values[FROM + i];
    }
    for (double[] row : x) {
      for (int j = 0; j < columns; j++) {
        row[j] /= Math.sqrt(squares) + 1e-12;
      }
    }
    for (int iteration = 0; iteration < 5; iteration++) {
      double[][] square = times(x, transposed(x));
      double[][] third = times(square, x);
      double[][] fifth = times(square, third);
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
          x[i][j] = 3.4445 * x[i][j] - 4.775 * third[i][j] + 2.0315 * fifth[i][j];
        }
      }
    }
    double[] result = new double[rows * columns];
    for (int i = 0; i < result.length; i++) {
      result[i] = x[i / columns][i % columns];
    }
    return result;
  }

  private static double[][] transposed(double[][] x) {
    double[][] result = new double[x[0].length][x.length];
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < x[0].length; j++) {
        result[j][i] = x[i][j];
      }
    }
    return result;
  }

  private static double[][] times(double[][] a, double[][] b) {
    double[][] product = new double[a.length][b[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < b[0].length; j++) {
        for (int k = 0; k < b.length; k++) {
          product[i][j] += a[i][k] * b[k][j];
        }
      }
    }
    return product;
  }
}
