package io.sparkrnn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InputRangeTest {
  private static InputRange range(String numbers) {
    String[] parts = numbers.split(" ");
    return new InputRange(
        Double.parseDouble(parts[0]),
        Double.parseDouble(parts[1]),
        Double.parseDouble(parts[2]),
        784);
  }

  /** Lowest, highest and mean of MNIST's pixels, then of what a model of them is given. */
  @ParameterizedTest
  @CsvSource({
    "0 1 0.1307, 0 0.00392 0.0005, zeros and ones as bytes",
    "0 1 0.1307, 0 1 0.8693, inverted",
    "0 1 0.1307, 0 1 0.714, Fashion-MNIST inverted",
    "0 1 0.286, 0 1 0.714, both inverted",
    "0 1 0.1307, 0 255 33.3, bytes in a table",
    "0 1 0.1307, 0 16 4.88, pixels to 16 in a table",
    "0 1 0.1307, -1 1 -0.7386, pixels from -1",
    "0 1 0.1307, 0 0 0, nothing",
    "0 255 33.3, 0 1 0.1307, a model of bytes"
  })
  void inputsOfAnotherKindAreWarnedOf(String trainedOn, String given, String what) {
    assertThat(range(trainedOn).warning(range(given))).as(what).isPresent();
  }

  @ParameterizedTest
  @CsvSource({
    "0 1 0.1307, 0 1 0.1325, test images",
    "0 1 0.1307, 0 1 0.286, Fashion-MNIST",
    "0 1 0.286, 0 1 0.1307, the other way round",
    "0 1 0.286, 0 1 0.55, bright clothes alone",
    "0 1 0.1307, 0 0.6 0.05, a faint digit",
    "-4 9 0, -1 1 0.3, standardised measurements",
    "-9 4 0, -3 4 -0.8, the same",
    "-1 1 0, -0.7 0.9 -0.2, evenly about zero",
    "0 0 0, 0 0 0, nothing but zeros"
  })
  void otherInputsOfTheSameKindAreNot(String trainedOn, String given, String what) {
    assertThat(range(trainedOn).warning(range(given))).as(what).isEmpty();
    assertThat(range(trainedOn).warning(InputRange.EMPTY)).isEmpty();
  }

  @Test
  void warningsHaveNumbers() {
    assertThat(range("0 1 0.1307").warning(range("0 255 33.3")))
        .contains(
            "the inputs are on another scale than the model was trained on, or inverted: expected values from 0.000 to 1.000 with a mean of 0.1307, found values from 0.000 to 255.0 with a mean of 33.30");
  }

  @Test
  void partsMakeAWhole() {
    InputRange whole = InputRange.of(new float[] {1, -2, 4}).and(InputRange.of(new float[] {9}));
    assertThat(whole).isEqualTo(new InputRange(-2, 9, 3, 4));
    assertThat(InputRange.EMPTY.and(whole).and(InputRange.EMPTY)).isEqualTo(whole);
    assertThat(InputRange.EMPTY.and(InputRange.EMPTY)).isEqualTo(InputRange.EMPTY);
    InputRange bytes =
        SequenceDataset.ofBytes(new byte[] {51, (byte) 153}, new byte[] {0}, 1, 2, 1).inputRange();
    assertThat(bytes.highest()).isEqualTo(0.6f);
    assertThat(bytes.mean()).isCloseTo(0.4, within(1e-7));
  }

  @Test
  void linesAreReadBack() {
    InputRange range = InputRange.of(new float[] {0.1f, 1e-9f, 7});
    assertThat(InputRange.read(range.lines())).contains(range);
    assertThat(InputRange.read(Map.of("java", "17"))).isEmpty();
    Map<String, String> odd = new HashMap<>(range.lines());
    odd.put("inputs.mean", "much");
    assertThat(InputRange.read(odd)).isEmpty();
    odd.remove("inputs.mean");
    assertThat(InputRange.read(odd)).isEmpty();
  }
}
