package io.sparkrnn.data.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResamplingTest {
  private static final int ROWS = 5;
  private static final int COLUMNS = 7;

  private static float[] image() {
    float[] image = new float[ROWS * COLUMNS];
    for (int i = 0; i < image.length; i++) {
      int row = i / COLUMNS;
      int column = i % COLUMNS;
      image[i] = (37 * row * row + 91 * column + 13 * row * column) % 256 / 255f;
    }
    return image;
  }

  /**
   * {@code Image.resize((columns, rows), Image.BILINEAR)} of Pillow 12, of sizes for which it
   * changes the width first, too.
   */
  @ParameterizedTest
  @CsvSource({
    "3, 4, 66 145 116 108 98 147 155 135 139 160 148 122",
    "5, 3, 78 92 121 126 153 115 84 168 146 134 151 142 148 178 102",
    "2, 3, 102 137 125 127 164 129",
    "10, 3, 78 92 121 90 107 120 114 138 117 116 157 123 95 164 138 97 164 145 122 155 143 138 158 132 145 171 112 148 178 102",
    "8, 9, 0 61 131 145 17 88 159 144 34 16 81 156 174 50 126 139 116 84 44 103 179 207 102 172 117 86 145 113 71 100 170 196 147 152 145 103 126 89 89 139 233 128 165 174 84 81 157 145 113 213 114 158 173 89 79 170 163 128 235 142 112 118 135 80 175 173 142 253 165 77 75 170",
  })
  void makesPillowsPixels(int rows, int columns, String pixels) {
    String[] expected = pixels.split(" ");
    float[] found = Resampling.resized(image(), ROWS, COLUMNS, rows, columns);

    assertThat(found).hasSize(expected.length);
    for (int i = 0; i < found.length; i++) {
      assertThat(found[i]).as("pixel " + i).isEqualTo(Integer.parseInt(expected[i]) / 255f);
    }
  }

  /** They are not rounded as bytes are. */
  @Test
  void floatsStayFloats() {
    assertThat(Resampling.resized(new float[] {0.3f, 0.3f}, 1, 2, 5, 3)).containsOnly(0.3f);
    float[] image = image();
    assertThat(Resampling.resized(image, ROWS, COLUMNS, ROWS, COLUMNS)).isSameAs(image);
    float[] half = Resampling.resized(new float[] {0, 0.1f, 0.2f, 0.3f}, 1, 4, 1, 2);
    // Old centres are 0.5, 0.5 and 1.5 away from a new one, and count 3, 3 and 1 of 7.
    assertThat(half[0]).isCloseTo((0.1f * 3 + 0.2f) / 7, within(1e-7f));
    assertThat(half[1]).isCloseTo((0.1f + 0.2f * 3 + 0.3f * 3) / 7, within(1e-7f));
  }
}
