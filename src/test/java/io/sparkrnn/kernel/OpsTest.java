package io.sparkrnn.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each word of both implementations against its definition, on odd sizes and on odd numbers. */
class OpsTest {
  private static final List<Ops> IMPLEMENTATIONS = List.of(new PortableOps(), new VectorOps());
  private static final float[] ODD = {
    0f,
    -0f,
    Float.NaN,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.MIN_VALUE,
    -1e-40f,
    1e38f,
    -8f,
    7.9f
  };

  /** Numbers of which every seventh is odd, at places that differ by a prime. */
  private static float[] numbers(int length, long seed) {
    Random random = new Random(seed);
    float[] numbers = new float[length];
    for (int i = 0; i < length; i++) {
      numbers[i] = i % 7 == 3 ? ODD[random.nextInt(ODD.length)] : (float) random.nextGaussian();
    }
    return numbers;
  }

  private static void assertEqualBits(float[] numbers, BiConsumer<Ops, float[]> word) {
    float[] expected = numbers.clone();
    word.accept(new ScalarOps(), expected);
    for (Ops ops : IMPLEMENTATIONS) {
      float[] found = numbers.clone();
      word.accept(ops, found);
      // Where nothing is to be written, nothing is; NaN equals NaN.
      assertThat(found).as(ops.name()).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 28, 178, 300})
  void products(int depth) {
    for (int width : new int[] {16, 32}) {
      for (int panels : new int[] {1, 2, 3}) {
        for (int blocks : new int[] {1, 3}) {
          int cBlock = panels * 12 * width + 7;
          int a = 12 + blocks * cBlock + 5;
          int aPanel = depth * 12 + 24;
          int b = a + panels * aPanel + 3;
          int bBlock = depth * width + 11;
          float[] m = numbers(b + blocks * bBlock + 40, depth);
          for (int lanes = 16; lanes <= width; lanes += 16) {
            int n = lanes;
            assertEqualBits(
                m,
                (ops, to) ->
                    ops.multiplyAdd(
                        to, 12, cBlock, width, n, blocks, panels, depth, a, aPanel, b, bBlock));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 29, 178})
  void productsOfRows(int depth) {
    for (int width : new int[] {32, 64, 96, 128, 160, 192, 320}) {
      for (int rows = 1; rows <= 3; rows++) {
        int n = rows;
        int cRow = width + 5;
        int a = 7 + rows * cRow;
        int aRow = depth + 2;
        int b = a + rows * aRow + 1;
        float[] m = numbers(b + depth * width + 9, depth);
        assertEqualBits(
            m, (ops, to) -> ops.multiplyAddRows(to, 7, cRow, n, width, depth, a, aRow, b));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 32, 48, 192, 1600})
  void wordsThatGoValueByValue(int length) {
    float[] m = numbers(5 * length + 90, length);
    int other = 5 + length + 20;
    int third = other + length + 3;
    int fourth = third + length + 1;
    assertEqualBits(m, (ops, to) -> ops.tanh(to, 5, 5, length));
    assertEqualBits(m, (ops, to) -> ops.tanh(to, other, 5, length));
    assertEqualBits(m, (ops, to) -> ops.sigmoid(to, 5, length));
    assertEqualBits(m, (ops, to) -> ops.relu(to, 5, length));
    assertEqualBits(m, (ops, to) -> ops.timesTanhSlope(to, 5, other, length));
    assertEqualBits(m, (ops, to) -> ops.timesReluSlope(to, 5, other, length));
    assertEqualBits(m, (ops, to) -> ops.add(to, 5, other, length));
    assertEqualBits(m, (ops, to) -> ops.addFlushed(to, 5, other, length));
    for (int i = 0; i < length; i++) {
      // Around the threshold, where a sum is flushed or not.
      m[5 + i] = (i % 2 == 0 ? 1 : -1) * Math.scalb(1f, -110 + i % 20);
      m[other + i] = i % 3 == 0 ? 0f : m[5 + i];
    }
    assertEqualBits(m, (ops, to) -> ops.addFlushed(to, 5, other, length));
    for (int out : new int[] {5, other, fourth}) {
      assertEqualBits(m, (ops, to) -> ops.tanhDelta(to, out, 5, other, third, length));
      assertEqualBits(m, (ops, to) -> ops.sigmoidDelta(to, out, 5, other, third, length));
      assertEqualBits(m, (ops, to) -> ops.times(to, out, 5, other, length));
      assertEqualBits(m, (ops, to) -> ops.timesPlus(to, out, 5, other, third, length));
      assertEqualBits(m, (ops, to) -> ops.minus(to, out, 5, other, length));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 12, 25})
  void broadcastsAValueToEachRow(int rows) {
    float[] values = new float[rows];
    for (int row = 0; row < rows; row++) {
      values[row] = row == 3 ? -0f : row - 2.5f;
    }
    for (int width : new int[] {Ops.LANES, 2 * Ops.LANES}) {
      float[] m = new float[5 + rows * width + 9];
      assertEqualBits(m, (ops, to) -> ops.broadcast(to, 5, width, values));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 50})
  void dropsByKeyAndRow(int rows) {
    int[] keys = new Random(3).ints(32).toArray();
    for (int width : new int[] {16, 32}) {
      float[] m = numbers(rows * width + 20, rows);
      int threshold = (int) (0.3 * (1 << 24));
      assertEqualBits(m, (ops, to) -> ops.drop(to, 9, rows, width, keys, threshold, 1.25f));
    }
  }

  @Test
  void drawsAreUniform() {
    int below = 0;
    int sum = 0;
    for (int key = 0; key < 300; key++) {
      for (int row = 0; row < 1000; row++) {
        int draw = Ops.draw(key * 77_777, row);
        below += draw < 0.3 * (1 << 24) ? 1 : 0;
        sum += Integer.bitCount(draw);
      }
    }
    // Five standard deviations of 300,000 draws, and of their bits.
    assertThat(below / 300_000.0).isCloseTo(0.3, within(0.0042));
    assertThat(sum / 300_000.0).isCloseTo(12, within(0.023));
  }
}
