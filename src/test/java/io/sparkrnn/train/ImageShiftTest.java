package io.sparkrnn.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ImageShiftTest {
  private static final int ROWS = 4;
  private static final int COLUMNS = 5;
  private static final int ROW_STRIDE = 40;
  private static final int COLUMN_STRIDE = 3;
  private static final int AT = 7;

  /** Every value tells its place. */
  private static float[] image() {
    float[] target = new float[ROWS * ROW_STRIDE + AT];
    for (int i = 0; i < target.length; i++) {
      target[i] = i + 1;
    }
    return target;
  }

  private static int place(int row, int column) {
    return AT + row * ROW_STRIDE + column * COLUMN_STRIDE;
  }

  @Test
  void pixelsMoveTogetherAndNothingElseDoes() {
    ImageShift shift = ImageShift.of(2, 5, 1, 3);
    for (int sample = 0; sample < 200; sample++) {
      float[] before = image();
      float[] expected = before.clone();
      for (int row = 0; row < ROWS; row++) {
        for (int column = 0; column < COLUMNS; column++) {
          int fromRow = row - shift.down(sample);
          int fromColumn = column - shift.right(sample);
          boolean inside =
              fromRow >= 0 && fromRow < ROWS && fromColumn >= 0 && fromColumn < COLUMNS;
          expected[place(row, column)] = inside ? before[place(fromRow, fromColumn)] : 0f;
        }
      }
      shift.move(sample, ROWS, COLUMNS, before, AT, ROW_STRIDE, COLUMN_STRIDE);
      assertThat(before).isEqualTo(expected);
    }
  }

  @Test
  void everyMoveIsAboutAsFrequent() {
    ImageShift shift = ImageShift.of(1, 9, 0, 0);
    Map<String, Integer> moves = new HashMap<>();
    for (int sample = 0; sample < 9_000; sample++) {
      moves.merge(shift.down(sample) + " " + shift.right(sample), 1, Integer::sum);
    }
    assertThat(moves)
        .hasSize(9)
        .allSatisfy((move, count) -> assertThat(count).isBetween(880, 1120));
  }

  @Test
  void dependsOnSeedEpochWorkerAndSampleAlone() {
    ImageShift shift = ImageShift.of(3, 1, 2, 3);
    assertThat(differences(shift, ImageShift.of(3, 1, 2, 3))).isZero();
    assertThat(differences(shift, ImageShift.of(3, 2, 2, 3))).isGreaterThan(80);
    assertThat(differences(shift, ImageShift.of(3, 1, 3, 3))).isGreaterThan(80);
    assertThat(differences(shift, ImageShift.of(3, 1, 2, 4))).isGreaterThan(80);
  }

  private static int differences(ImageShift shift, ImageShift other) {
    int differences = 0;
    for (int sample = 0; sample < 100; sample++) {
      boolean same =
          shift.down(sample) == other.down(sample) && shift.right(sample) == other.right(sample);
      differences += same ? 0 : 1;
    }
    return differences;
  }
}
