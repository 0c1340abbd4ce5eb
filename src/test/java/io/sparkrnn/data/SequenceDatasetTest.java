package io.sparkrnn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SequenceDatasetTest {
  // Two samples of two time steps of three inputs.
  private static final byte[] BYTES = {0, 1, 2, 3, 4, 5, (byte) 255, (byte) 128, 127, 6, 7, 8};
  private static final float[] FLOATS = {0, -1, 2, 3, 4, 5.5f, 100, 200, 300, 6, 7, 8};

  private final SequenceDataset ofBytes =
      SequenceDataset.ofBytes(BYTES, new byte[] {9, 3}, 2, 3, 10);
  private final SequenceDataset ofFloats =
      SequenceDataset.ofFloats(FLOATS, new int[] {0, 32_766}, 2, 3, 32_767);

  @Test
  void knowsItsShapeAndLabels() {
    assertThat(ofBytes.size()).isEqualTo(2);
    assertThat(ofBytes.timeSteps()).isEqualTo(2);
    assertThat(ofBytes.inputSize()).isEqualTo(3);
    assertThat(ofBytes.classes()).isEqualTo(10);
    assertThat(ofBytes.label(0)).isEqualTo(9);
    assertThat(ofFloats.label(1)).isEqualTo(32_766);
  }

  @Test
  void bytesOfLabelsAreUnsigned() {
    assertThat(SequenceDataset.ofBytes(new byte[1], new byte[] {(byte) 200}, 1, 1, 201).label(0))
        .isEqualTo(200);
  }

  @Test
  void laysBytesOutWithSamplesInnermost() {
    // Two samples in rows of four, steps ten apart, after one float that is another's.
    float[] target = new float[1 + 10 + 3 * 4];
    Arrays.fill(target, -1);

    ofBytes.layOut(new int[] {0, 1, 0, 1}, 1, new int[] {0, 1}, 0, 2, target, 1, 10, 4);

    float[][] rows = {{255, 0}, {128, 1}, {127, 2}, {6, 3}, {7, 4}, {8, 5}};
    float[] expected = new float[target.length];
    Arrays.fill(expected, -1);
    for (int row = 0; row < rows.length; row++) {
      for (int s = 0; s < 2; s++) {
        expected[1 + row / 3 * 10 + row % 3 * 4 + s] = rows[row][s] / 255f;
      }
    }
    assertThat(target).containsExactly(expected);
  }

  @Test
  void laysFloatsOutAsTheyAre() {
    float[] target = new float[2 * 3 * 2];

    ofFloats.layOut(new int[] {1, 1, 0}, 1, new int[] {7, 0, 1}, 1, 2, target, 0, 6, 2);

    assertThat(target).containsExactly(100, 0, 200, -1, 300, 2, 6, 3, 7, 4, 8, 5.5f);
  }

  @Test
  void dividesEveryByteBy255InFloat() {
    byte[] all = new byte[256];
    float[] expected = new float[256];
    for (int value = 0; value < 256; value++) {
      all[value] = (byte) value;
      expected[value] = value / 255f;
    }
    float[] target = new float[256];

    SequenceDataset.ofBytes(all, new byte[1], 1, 256, 1)
        .layOut(new int[] {0}, 0, new int[1], 0, 1, target, 0, 256, 1);

    assertThat(target).containsExactly(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "0,2,11,2,'Index 11 out of bounds for length 11'",
    "0,2,12,1,'Range [0, 0 + 2) out of bounds for length 1'",
    "1,2,12,2,'Range [1, 1 + 2) out of bounds for length 2'",
    "-1,1,12,2,'Range [-1, -1 + 1) out of bounds for length 2'",
  })
  void refusesToLayOutBeyondItsArguments(
      int offset, int count, int targetLength, int width, String message) {
    assertThatThrownBy(
            () ->
                ofBytes.layOut(
                    new int[] {0, 1},
                    0,
                    new int[] {0, 1},
                    offset,
                    count,
                    new float[targetLength],
                    0,
                    3 * width,
                    width))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage(message.replace(';', ','));
  }

  @Test
  void refusesSamplesThatDoNotExist() {
    assertThatThrownBy(
            () -> ofBytes.layOut(new int[] {2}, 0, new int[1], 0, 1, new float[6], 0, 3, 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> ofBytes.subset(new int[] {-1}))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> ofBytes.batch(new int[] {2}, Axes.BATCH_FIRST))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void givesBatchesInBothOrders() {
    assertThat(ofFloats.batch(new int[] {1, 0}, Axes.BATCH_FIRST))
        .containsExactly(100, 200, 300, 6, 7, 8, 0, -1, 2, 3, 4, 5.5f);
    assertThat(ofFloats.batch(new int[] {1, 0}, Axes.TIME_MAJOR))
        .containsExactly(100, 200, 300, 0, -1, 2, 6, 7, 8, 3, 4, 5.5f);
    assertThat(ofBytes.batch(new int[] {1}, Axes.BATCH_FIRST))
        .containsExactly(1, 128 / 255f, 127 / 255f, 6 / 255f, 7 / 255f, 8 / 255f);
  }

  @Test
  void subsetsKeepOrderAndRepetition() {
    SequenceDataset subset = ofBytes.subset(new int[] {1, 0, 1});

    assertThat(subset.size()).isEqualTo(3);
    assertThat(new int[] {subset.label(0), subset.label(1), subset.label(2)})
        .containsExactly(3, 9, 3);
    assertThat(subset.batch(new int[] {0, 1, 2}, Axes.BATCH_FIRST))
        .containsExactly(ofBytes.batch(new int[] {1, 0, 1}, Axes.BATCH_FIRST));
    assertThat(ofFloats.subset(new int[] {1}).batch(new int[] {0}, Axes.TIME_MAJOR))
        .containsExactly(100, 200, 300, 6, 7, 8);
    assertThat(ofBytes.subset(new int[0]).size()).isZero();
  }

  @Test
  void tellsHowItIsDistributed() {
    // 0, 0.2, 0.4 and 0.6.
    DatasetStatistics bytes =
        SequenceDataset.ofBytes(new byte[] {0, 51, 102, (byte) 153}, new byte[] {2, 0}, 1, 2, 4)
            .statistics();
    assertThat(bytes.labelCounts()).containsExactly(1L, 0L, 1L, 0L);
    assertThat(bytes.mean()).isCloseTo(0.3, within(1e-7));
    assertThat(bytes.standardDeviation()).isCloseTo(Math.sqrt(0.05), within(1e-7));

    DatasetStatistics floats =
        SequenceDataset.ofFloats(new float[] {-1, 3}, new int[] {1, 1}, 1, 1, 2).statistics();
    assertThat(floats).isEqualTo(new DatasetStatistics(List.of(0L, 2L), 1, 2));
  }

  @Test
  void digestsAreGolden() {
    // Python: hashlib.sha256(struct.pack('<5i2h', kind, 2, 2, 3, classes, *labels) + values)
    assertThat(ofBytes.sha256())
        .isEqualTo("0e8d7a8766135c206b9ecd01481cd713038a79e212f13ae0d87bcd876a19ae43");
    assertThat(ofFloats.sha256())
        .isEqualTo("b8c8a70d8dedf2b4582ffc559eb9e002aea256278cf3805d6e75e457c4a04d73");
  }

  @Test
  void digestsOfLongDatasetsAreGolden() {
    float[] values = new float[70_000];
    int[] labels = new int[70_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
      labels[i] = i % 7;
    }

    assertThat(SequenceDataset.ofFloats(values, labels, 1, 1, 7).sha256())
        .isEqualTo("fda5f883a842befdbcbfc70bdbd0558f373df661d23810d20e515aca4637919c");
  }

  @Test
  void digestsCoverShapeLabelsAndValues() {
    byte[] labels = {9, 3};
    byte[] changed = BYTES.clone();
    changed[11]++;
    assertThat(
            new String[] {
              ofBytes.sha256(),
              ofFloats.sha256(),
              SequenceDataset.ofBytes(BYTES, labels, 3, 2, 10).sha256(),
              SequenceDataset.ofBytes(BYTES, labels, 2, 3, 11).sha256(),
              SequenceDataset.ofBytes(BYTES, new byte[] {3, 9}, 2, 3, 10).sha256(),
              SequenceDataset.ofBytes(changed, labels, 2, 3, 10).sha256(),
              SequenceDataset.ofBytes(BYTES, new byte[] {9}, 4, 3, 10).sha256(),
            })
        .doesNotHaveDuplicates();
  }

  @Test
  void isImmutable() {
    byte[] values = BYTES.clone();
    byte[] labels = {9, 3};
    SequenceDataset dataset = SequenceDataset.ofBytes(values, labels, 2, 3, 10);
    float[] floats = FLOATS.clone();
    SequenceDataset floatDataset = SequenceDataset.ofFloats(floats, new int[2], 2, 3, 10);

    values[0] = 77;
    labels[0] = 1;
    floats[0] = 77;

    assertThat(dataset.sha256()).isEqualTo(ofBytes.sha256());
    assertThat(floatDataset.batch(new int[] {0}, Axes.BATCH_FIRST)[0]).isZero();
  }

  @Test
  void survivesSerialization() throws IOException, ClassNotFoundException {
    for (SequenceDataset dataset : new SequenceDataset[] {ofBytes, ofFloats}) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
        out.writeObject(dataset);
      }
      try (ObjectInputStream in =
          new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
        SequenceDataset read = (SequenceDataset) in.readObject();
        assertThat(read.sha256()).isEqualTo(dataset.sha256());
        assertThat(read.label(1)).isEqualTo(dataset.label(1));
      }
    }
  }

  @Test
  void refusesLengthsThatDoNotAgree() {
    assertRefused(
        () -> SequenceDataset.ofBytes(new byte[11], new byte[2], 2, 3, 10),
        "Cannot build a dataset: expected 2 x 2 x 3 values (samples, time steps, inputs), found 11");
    // 65536 * 65536 is 0 in 32 bits.
    assertRefused(
        () -> SequenceDataset.ofBytes(new byte[0], new byte[1], 65_536, 65_536, 10),
        "Cannot build a dataset: expected 1 x 65536 x 65536 values (samples, time steps, inputs), found 0");
  }

  @Test
  void refusesShapesWithoutValues() {
    assertRefused(
        () -> SequenceDataset.ofBytes(new byte[0], new byte[2], 0, 3, 10),
        "Cannot build a dataset: expected at least 1 time step and 1 input, found 0 and 3");
    assertRefused(
        () -> SequenceDataset.ofFloats(new float[0], new int[2], 3, -1, 10),
        "Cannot build a dataset: expected at least 1 time step and 1 input, found 3 and -1");
  }

  @Test
  void refusesLabelsOutOfRange() {
    assertRefused(
        () -> SequenceDataset.ofBytes(new byte[2], new byte[] {0, 10}, 1, 1, 10),
        "Cannot build a dataset: expected labels from 0 to 9, found 10 at sample 1");
    assertRefused(
        () -> SequenceDataset.ofFloats(new float[2], new int[] {-1, 0}, 1, 1, 10),
        "Cannot build a dataset: expected labels from 0 to 9, found -1 at sample 0");
  }

  @ParameterizedTest
  @CsvSource({"0", "32768"})
  void refusesNumbersOfClassesThatLabelsCannotHave(int classes) {
    assertRefused(
        () -> SequenceDataset.ofBytes(new byte[1], new byte[1], 1, 1, classes),
        "Cannot build a dataset: expected 1 to 32767 classes, found " + classes);
  }

  @Test
  void refusesValuesThatAreNotFinite() {
    assertRefused(
        () -> SequenceDataset.ofFloats(new float[] {1, Float.NaN}, new int[2], 1, 1, 10),
        "Cannot build a dataset: expected finite values, found NaN at index 1");
    assertRefused(
        () -> SequenceDataset.ofFloats(new float[] {Float.NEGATIVE_INFINITY}, new int[1], 1, 1, 10),
        "Cannot build a dataset: expected finite values, found -Infinity at index 0");
  }

  private static void assertRefused(ThrowingCallable building, String message) {
    assertThatThrownBy(building).isInstanceOf(DataException.class).hasMessage(message);
  }
}
