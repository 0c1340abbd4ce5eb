package io.sparkrnn.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class FloatsTest {
  @Test
  void bytesAreLittleEndian() {
    // 1.0 is 0x3F800000, -2.5 is 0xC0200000.
    assertThat(Floats.toBytes(new float[] {1f, -2.5f}))
        .containsExactly(0, 0, 0x80, 0x3F, 0, 0, 0x20, 0xC0);
  }

  @Test
  void everyBitSurvives() {
    float[] values = {
      0f, -0f, Float.MIN_VALUE, Float.MAX_VALUE, Float.NEGATIVE_INFINITY, Float.NaN, 1f / 3
    };
    assertThat(Floats.fromBytes(Floats.toBytes(values))).isEqualTo(values);
    int payload = 0x7FC12345;
    byte[] bytes = Floats.toBytes(new float[] {Float.intBitsToFloat(payload)});
    assertThat(Float.floatToRawIntBits(Floats.fromBytes(bytes)[0])).isEqualTo(payload);
    assertThat(Floats.fromBytes(new byte[0])).isEmpty();
  }

  @Test
  void aCutFloatIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Floats.fromBytes(new byte[7]))
        .withMessage("floats take a multiple of 4 bytes, found 7");
  }
}
