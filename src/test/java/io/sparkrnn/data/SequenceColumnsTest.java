package io.sparkrnn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SequenceColumnsTest {
  private static final float NAN = Float.NaN;

  // Three samples of 2, 1 and 3 time steps.
  private static final int[] LENGTHS = {2, 1, 3};
  private static final float[] DENSE = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  private static final int[] IDS = {3, 0, 1, 4, 2, 0};

  private static SequenceColumns columns() {
    return SequenceColumns.ofLengths(LENGTHS).dense(DENSE, 2, Missing.REFUSE);
  }

  private static SequenceColumns ofSteps() {
    return columns()
        .ids(IDS)
        .ids(new int[6])
        .statics(new float[] {0.5f, -1, 2}, 1)
        .labels(new int[] {1, 0, 2, -100, 1, 1}, 3, Readings.EVERY_STEP)
        .weights(new float[] {1, 0.5f, 2, 0, 1, 1});
  }

  private static SequenceDataset ofTargets() {
    return columns()
        .targets(new float[] {1, 2, NAN, 4, 5, 6}, 2, Readings.ONE)
        .weights(new float[] {1, 0, 3})
        .dataset();
  }

  @Test
  void eachSampleHasWhatIsItsOwn() {
    SequenceDataset data = ofSteps().dataset();

    assertThat(data.size()).isEqualTo(3);
    assertThat(data.timeSteps()).isEqualTo(3);
    assertThat(data.hasEqualLengths()).isFalse();
    assertThat(new int[] {data.length(0), data.length(1), data.length(2)}).isEqualTo(LENGTHS);
    assertThat(data.inputSize()).isEqualTo(2);
    assertThat(data.channels()).isEqualTo(2);
    assertThat(data.vocabulary(0)).isEqualTo(5);
    assertThat(data.vocabulary(1)).isEqualTo(1);
    assertThat(data.id(0, 0, 0)).isEqualTo(3);
    assertThat(data.id(0, 2, 1)).isEqualTo(2);
    assertThat(data.staticSize()).isEqualTo(1);
    assertThat(data.fixed(2, 0)).isEqualTo(2);
    assertThat(data.readings()).isEqualTo(Readings.EVERY_STEP);
    assertThat(data.classes()).isEqualTo(3);
    assertThat(data.targetSize()).isZero();
    assertThat(data.label(1)).isEqualTo(2);
    assertThat(data.label(2, 2)).isEqualTo(1);
    assertThat(data.weight(0, 1)).isEqualTo(0.5f);
    assertThat(data.labels()).as("what does not count is 0").containsExactly(1, 0, 2, 0, 1, 1);
  }

  @Test
  void targetsAndWeightsMayBeOfSamples() {
    SequenceDataset data = ofTargets();

    assertThat(data.classes()).isZero();
    assertThat(data.targetSize()).isEqualTo(2);
    assertThat(data.readings()).isEqualTo(Readings.ONE);
    assertThat(data.target(0, 0, 1)).isEqualTo(2);
    assertThat(data.target(1, 0, 0)).as("missing, and does not count").isZero();
    assertThat(data.target(2, 0, 0)).isEqualTo(5);
    assertThat(data.weight(2, 0)).isEqualTo(3);
    assertThat(data.targetRange()).isEqualTo(new InputRange(0, 6, 14 / 6.0, 6));
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> data.target(0, 0, 2));
    assertRefused(
        data::labels, "Cannot list the labels of a dataset: expected classes, found targets");

    SequenceDataset ofSteps =
        columns()
            .targets(new float[] {1, 2, 3, 4, 5, 6}, 1, Readings.EVERY_STEP)
            .weights(new float[] {1, 2, 3})
            .dataset();
    assertThat(ofSteps.target(2, 1, 0)).isEqualTo(5);
    assertThat(ofSteps.weight(2, 1)).isEqualTo(3);
  }

  /** Against a loop over all that there is. */
  @Test
  void laysOutEachSamplesOwnTimeStepsOnly() {
    SequenceDataset data = ofSteps().dataset();
    int[] samples = {9, 2, 0, 1, 2};
    int[] places = {7, 3, 1, 0};
    int width = 4;
    int stepStride = 9;
    float[] target = new float[2 + 3 * stepStride];
    Arrays.fill(target, -1);
    float[] expected = target.clone();
    for (int s = 0; s < 3; s++) {
      int sample = samples[1 + places[1 + s]];
      int start = new int[] {0, 2, 3}[sample];
      for (int t = 0; t < LENGTHS[sample]; t++) {
        for (int i = 0; i < 2; i++) {
          expected[2 + t * stepStride + i * width + s] = DENSE[(start + t) * 2 + i];
        }
      }
    }

    data.layOut(samples, 1, places, 1, 3, target, 2, stepStride, width);

    assertThat(target).containsExactly(expected);
  }

  @Test
  void subsetsHaveEverything() {
    int[] chosen = {2, 0, 2};
    for (SequenceDataset data : List.of(ofSteps().dataset(), ofTargets())) {
      SequenceDataset subset = data.subset(chosen);
      assertThat(subset.size()).isEqualTo(3);
      for (int s = 0; s < chosen.length; s++) {
        int of = chosen[s];
        assertThat(subset.length(s)).isEqualTo(data.length(of));
        assertThat(laidOut(subset, s)).isEqualTo(laidOut(data, of));
        int readings = data.readings() == Readings.ONE ? 1 : data.length(of);
        for (int step = 0; step < readings; step++) {
          assertThat(subset.weight(s, step)).isEqualTo(data.weight(of, step));
          if (data.classes() > 0) {
            assertThat(subset.label(s, step)).isEqualTo(data.label(of, step));
          }
          for (int target = 0; target < data.targetSize(); target++) {
            assertThat(subset.target(s, step, target)).isEqualTo(data.target(of, step, target));
          }
        }
        for (int t = 0; t < data.length(of) && data.channels() > 0; t++) {
          assertThat(subset.id(0, s, t)).isEqualTo(data.id(0, of, t));
          assertThat(subset.fixed(s, 0)).isEqualTo(data.fixed(of, 0));
        }
      }
      assertThat(data.subset(new int[] {1}).timeSteps()).as("of the whole").isEqualTo(3);
      assertThat(data.subset(new int[0]).size()).isZero();
      assertThat(data.subset(new int[] {0, 1, 2}).sha256()).isEqualTo(data.sha256());
      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .isThrownBy(() -> data.subset(new int[] {3}));
    }
  }

  private static float[] laidOut(SequenceDataset data, int sample) {
    float[] target = new float[6];
    data.layOut(new int[] {sample}, 0, new int[1], 0, 1, target, 0, 2, 1);
    return target;
  }

  @Test
  void survivesSerialization() throws IOException, ClassNotFoundException {
    for (SequenceDataset data : List.of(ofSteps().dataset(), ofTargets())) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
        out.writeObject(new Shard(4, data));
      }
      try (ObjectInputStream in =
          new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
        Shard read = (Shard) in.readObject();
        assertThat(read.samples().sha256()).isEqualTo(data.sha256());
        assertThat(laidOut(read.samples(), 2)).isEqualTo(laidOut(data, 2));
      }
    }
  }

  @Test
  void digestsAreGolden() {
    // Python: hashlib.sha256 of struct.pack('<...') of what the Javadoc lists.
    assertThat(ofSteps().dataset().sha256())
        .isEqualTo("32eef6c38346512e91d051bd2c724e47ff89fef1d816d19caab9a4083c5d4a76");
    assertThat(ofTargets().sha256())
        .isEqualTo("1fe990168b7ee0c87ce345f6e774bd1547c49e9e0ce57654c0eee5e4699f9664");
  }

  /** What could be said before is said as before. */
  @Test
  void digestsOfPlainDatasetsAreThoseOfPlainDatasets() {
    assertThat(
            SequenceColumns.ofEqualLengths(2, 3)
                .dense(DENSE, 2, Missing.FILL_FORWARD)
                .labels(new int[] {1, 0}, 2, Readings.ONE)
                .dataset()
                .sha256())
        .isEqualTo(SequenceDataset.ofFloats(DENSE, new int[] {1, 0}, 3, 2, 2).sha256());
  }

  @Test
  void digestsCoverEveryColumn() {
    SequenceColumns otherLengths =
        SequenceColumns.ofLengths(new int[] {1, 2, 3}).dense(DENSE, 2, Missing.REFUSE);
    List<SequenceColumns> columns =
        List.of(
            columns(),
            otherLengths,
            columns().ids(IDS),
            columns().ids(new int[6]),
            columns().ids(IDS).ids(IDS),
            columns().statics(new float[3], 1),
            columns().statics(new float[6], 2),
            columns().statics(new float[] {0, 0, 1}, 1),
            columns().weights(new float[] {1, 1, 2}),
            columns().weights(new float[] {1, 1, 1}));
    assertThat(
            columns.stream()
                .map(c -> c.labels(new int[3], 2, Readings.ONE).dataset().sha256())
                .toList())
        .doesNotHaveDuplicates();
    assertThat(
            List.of(
                columns().labels(new int[6], 2, Readings.EVERY_STEP).dataset().sha256(),
                columns().labels(new int[3], 2, Readings.ONE).dataset().sha256(),
                columns().targets(new float[6], 1, Readings.EVERY_STEP).dataset().sha256(),
                columns().targets(new float[6], 2, Readings.ONE).dataset().sha256(),
                ofTargets().sha256()))
        .doesNotHaveDuplicates();
  }

  @Test
  void tellsHowItIsDistributed() {
    DatasetStatistics statistics = ofSteps().dataset().statistics();
    assertThat(statistics.labelCounts()).as("that count").containsExactly(1L, 3L, 1L);
    assertThat(statistics.mean()).isEqualTo(6.5);
    assertThat(statistics.standardDeviation()).isCloseTo(Math.sqrt(143 / 12.0), within(1e-12));
    assertThat(ofTargets().statistics().labelCounts()).isEmpty();

    SequenceDataset idsOnly =
        SequenceColumns.ofLengths(LENGTHS).ids(IDS).labels(new int[3], 2, Readings.ONE).dataset();
    assertThat(idsOnly.inputRange()).isEqualTo(InputRange.EMPTY);
    assertThat(idsOnly.statistics()).isEqualTo(new DatasetStatistics(List.of(3L, 0L), 0, 0));
  }

  @Test
  void batchesAreOfWholeSequences() {
    SequenceDataset data = ofTargets();
    assertThat(data.batch(new int[] {2}, Axes.BATCH_FIRST)).containsExactly(7, 8, 9, 10, 11, 12);
    assertRefused(
        () -> data.batch(new int[] {2, 1}, Axes.TIME_MAJOR),
        "Cannot give a batch as a plain array: expected samples of 3 time steps, found 1 at sample 1");
  }

  @Test
  void missingValuesAreFilledFromTheSampleItself() {
    // The first channel is missing twice, the second from the start.
    float[] dense = {1, NAN, NAN, 5, NAN, 6, NAN, NAN, NAN, 7, 3, NAN};
    int[] all = {0, 1};

    SequenceDataset filled = withMissing(dense, Missing.FILL_FORWARD);
    assertThat(filled.inputSize()).isEqualTo(2);
    assertThat(filled.batch(all, Axes.BATCH_FIRST))
        .containsExactly(1, 0, 1, 5, 1, 6, 0, 0, 0, 7, 3, 7);

    SequenceDataset masked = withMissing(dense, Missing.MASK);
    assertThat(masked.inputSize()).isEqualTo(4);
    assertThat(masked.batch(all, Axes.BATCH_FIRST))
        .containsExactly(1, 0, 1, 0, 1, 5, 0, 1, 1, 6, 0, 1, 0, 0, 0, 0, 0, 7, 0, 1, 3, 7, 1, 0);

    assertRefused(
        () -> withMissing(dense, Missing.REFUSE),
        "Cannot build a dataset: expected finite values, found NaN at sample 0, time step 0, input 1");
  }

  private static SequenceDataset withMissing(float[] dense, Missing missing) {
    return SequenceColumns.ofEqualLengths(2, 3)
        .dense(dense, 2, missing)
        .labels(new int[2], 1, Readings.ONE)
        .dataset();
  }

  @ParameterizedTest
  @CsvSource({"REFUSE", "FILL_FORWARD", "MASK"})
  void infiniteValuesAreNoMissingOnes(Missing missing) {
    float[] dense = DENSE.clone();
    dense[9] = Float.NEGATIVE_INFINITY;
    assertRefused(
        () -> SequenceColumns.ofLengths(LENGTHS).dense(dense, 2, missing),
        "Cannot build a dataset: expected finite values, found -Infinity at sample 2, time step 1, input 1");
  }

  @Test
  void isImmutable() {
    int[] ids = IDS.clone();
    float[] statics = {1, 2, 3};
    float[] weights = {1, 1, 1};
    float[] targets = {1, 2, 3};
    SequenceDataset data =
        columns()
            .ids(ids)
            .statics(statics, 1)
            .weights(weights)
            .targets(targets, 1, Readings.ONE)
            .dataset();
    ids[0] = 77;
    statics[0] = 77;
    weights[0] = 77;
    targets[0] = 77;

    assertThat(data.id(0, 0, 0)).isEqualTo(3);
    assertThat(data.fixed(0, 0)).isEqualTo(1);
    assertThat(data.weight(0, 0)).isEqualTo(1);
    assertThat(data.target(0, 0, 0)).isEqualTo(1);
  }

  @Test
  void refusesColumnsThatAreNotAsLong() {
    assertRefused(
        () -> SequenceColumns.ofLengths(LENGTHS).dense(DENSE, 3, Missing.REFUSE),
        "Cannot build a dataset: expected 18 dense values, found 12");
    assertRefused(
        () -> columns().ids(IDS).ids(new int[5]),
        "Cannot build a dataset: expected 6 ids in channel 1, found 5");
    assertRefused(
        () -> columns().statics(new float[5], 2),
        "Cannot build a dataset: expected 6 static values, found 5");
    assertRefused(
        () -> columns().labels(new int[3], 2, Readings.EVERY_STEP).dataset(),
        "Cannot build a dataset: expected 6 labels, found 3");
    assertRefused(
        () -> columns().targets(new float[6], 1, Readings.ONE).dataset(),
        "Cannot build a dataset: expected 3 targets, found 6");
    assertRefused(
        () -> ofSteps().weights(new float[4]).dataset(),
        "Cannot build a dataset: expected weights of 3 samples or 6 readings, found 4");
    assertRefused(
        () -> columns().weights(new float[0]),
        "Cannot build a dataset: expected weights of 3 samples or of readings, found 0");
  }

  @Test
  void refusesWhatNoColumnMayHold() {
    assertRefused(
        () -> columns().ids(new int[] {0, 0, 0, 0, -1, 0}),
        "Cannot build a dataset: expected ids from 0, found -1 in channel 0 at sample 2, time step 1");
    // The vocabulary, one more, is an int.
    assertRefused(
        () -> columns().ids(new int[] {0, 0, Integer.MAX_VALUE, 0, 0, 0}).dataset(),
        "Cannot build a dataset: expected ids below 2147483647, found 2147483647");
    assertRefused(
        () -> columns().statics(new float[] {1, 2, 3, NAN, 5, 6}, 2),
        "Cannot build a dataset: expected finite static values, of which none is filled, found NaN at sample 1, value 1");
    assertRefused(
        () -> columns().labels(new int[] {0, 0, 0, 0, 2, 0}, 2, Readings.EVERY_STEP).dataset(),
        "Cannot build a dataset: expected labels from 0 to 1, found 2 at sample 2, time step 1");
    assertRefused(
        () -> columns().labels(new int[] {0, -1, 0}, 2, Readings.ONE).dataset(),
        "Cannot build a dataset: expected labels from 0 to 1, found -1 at sample 1");
    assertRefused(
        () -> columns().targets(new float[] {0, 0, 0, NAN, 0, 0}, 2, Readings.ONE).dataset(),
        "Cannot build a dataset: expected finite targets, found NaN at sample 1, target 1");
    assertRefused(
        () -> ofSteps().weights(new float[] {0, NAN, 0}).dataset(),
        "Cannot build a dataset: expected finite weights of at least 0, found NaN at index 1");
    assertRefused(
        () -> ofSteps().weights(new float[] {0, 0, -1}).dataset(),
        "Cannot build a dataset: expected finite weights of at least 0, found -1.0 at index 2");
  }

  @Test
  void refusesShapesThatNothingHas() {
    assertRefused(
        () -> SequenceColumns.ofLengths(new int[] {2, 0}),
        "Cannot build a dataset: expected at least 1 time step, found 0 at sample 1");
    assertRefused(
        () -> SequenceColumns.ofLengths(new int[] {Integer.MAX_VALUE, 1}),
        "Cannot build a dataset: expected at most 2147483647 time steps of all samples together, found 2147483648");
    assertRefused(
        () -> SequenceColumns.ofEqualLengths(65_536, 65_536),
        "Cannot build a dataset: expected at most 2147483647 time steps of all samples together, found 4294967296");
    assertRefused(
        () -> SequenceColumns.ofEqualLengths(2, 0),
        "Cannot build a dataset: expected at least 0 samples of at least 1 time step, found 2 and 0");
    assertRefused(
        () -> columns().dense(new float[0], 0, Missing.MASK),
        "Cannot build a dataset: expected at least 1 dense value, found 0");
    assertRefused(
        () -> columns().statics(new float[0], 0),
        "Cannot build a dataset: expected at least 1 static value, found 0");
    assertRefused(
        () -> columns().targets(new float[0], 0, Readings.ONE).dataset(),
        "Cannot build a dataset: expected at least 1 target a reading, found 0");
    assertRefused(
        () -> columns().dataset(),
        "Cannot build a dataset: expected either labels or targets, found neither");
    assertRefused(
        () -> ofSteps().targets(new float[3], 1, Readings.ONE).dataset(),
        "Cannot build a dataset: expected either labels or targets, found both");
  }

  private static void assertRefused(Supplier<?> building, String message) {
    assertThatExceptionOfType(DataException.class).isThrownBy(building::get).withMessage(message);
  }
}
