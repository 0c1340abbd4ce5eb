package io.sparkrnn.spark.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.PortableOps;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.spark.data.Sample;
import io.sparkrnn.train.Predictor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.util.CollectionAccumulator;
import org.apache.spark.util.LongAccumulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows of a task, against the prediction of each sample alone. */
class PredictionRowsTest {
  private static final RnnTopology TOPOLOGY =
      new RnnTopology("small", Network.elman(3, 2, List.of(4), Activation.TANH, 3));
  private static final int VALUES = 6;
  private static final float[] PARAMETERS = ParameterInitializer.ORTHOGONAL.initialise(TOPOLOGY, 1);

  private final PredictionCounts counts =
      new PredictionCounts(
          new LongAccumulator(),
          new LongAccumulator(),
          new CollectionAccumulator<>(),
          new CollectionAccumulator<>());

  private static Predictor predictor() {
    return new Predictor(new PortableOps(), TOPOLOGY, PARAMETERS);
  }

  private static float[] values(int sample) {
    float[] values = new float[VALUES];
    Random random = new Random(sample);
    for (int i = 0; i < VALUES; i++) {
      values[i] = random.nextFloat();
    }
    return values;
  }

  /** Samples that all have their values in one array, as a source may give them. */
  private static Iterator<Sample> samples(int count, IntPredicate bad) {
    float[] shared = new float[VALUES];
    return IntStream.range(0, count)
        .mapToObj(
            i -> {
              if (bad.test(i)) {
                return Sample.bad(new Object[] {i}, "bad " + i);
              }
              System.arraycopy(values(i), 0, shared, 0, VALUES);
              return new Sample(new Object[] {i}, shared, null);
            })
        .iterator();
  }

  private List<Row> rows(Iterator<Sample> samples) {
    List<Row> rows = new ArrayList<>();
    new PredictionRows(samples, predictor(), List.of(), counts).forEachRemaining(rows::add);
    return rows;
  }

  private void check(int count, IntPredicate bad) {
    List<Row> rows = rows(samples(count, bad));
    assertThat(rows).hasSize(count);
    Predictor alone = predictor();
    for (int i = 0; i < count; i++) {
      Row row = rows.get(i);
      assertThat(row.getInt(0)).isEqualTo(i);
      if (bad.test(i)) {
        assertThat(row).isEqualTo(row(i, "bad", null, null, "bad " + i));
      } else {
        alone.put(0, values(i));
        alone.run(1);
        assertThat(row.getString(1)).isEqualTo("ok");
        assertThat(row.getInt(2)).isEqualTo(alone.predicted(0));
        assertThat((double[]) row.get(3)).isEqualTo(alone.probabilities(0));
        assertThat(row.isNullAt(4)).isTrue();
      }
    }
    long badRows = IntStream.range(0, count).filter(bad).count();
    assertThat(counts.badRows().value()).isEqualTo(badRows);
    assertThat(counts.predictedRows().value()).isEqualTo(count - badRows);
    assertThat(counts.reason().isPresent()).isEqualTo(badRows > 0);
  }

  private static Row row(Object... cells) {
    return RowFactory.create(cells);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 63, 64, 65, 255, 256, 257, 1000})
  void everyCountKeepsItsOrder(int count) {
    check(count, i -> false);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 64, 65, 256, 257, 700})
  void allMayBeBad(int count) {
    check(count, i -> true);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 64, 65})
  void badOnesMayStandBetweenGoodOnes(int every) {
    check(500, i -> i % every == 0);
  }

  @Test
  void fewGoodOnesMayStandBetweenBadOnes() {
    check(1000, i -> i % 97 != 0);
  }

  @Test
  void whatCannotBeComputedIsSetAside() {
    float[] infinite = values(1);
    infinite[4] = Float.NEGATIVE_INFINITY;
    float[] undefined = values(1);
    undefined[0] = Float.NaN;
    List<Row> rows =
        rows(
            Arrays.asList(
                    new Sample(new Object[] {"a"}, new float[0], null),
                    new Sample(new Object[] {"b"}, infinite, null),
                    new Sample(new Object[] {"c"}, undefined, null),
                    new Sample(new Object[] {"d"}, values(0), null))
                .iterator());
    assertThat(rows)
        .extracting(row -> row.getString(4))
        .containsExactly(
            "expected 6 values, found 0",
            "expected finite values, found -Infinity at 4",
            "expected finite values, found NaN at 0",
            null);
    assertThat(counts.badRows().value()).isEqualTo(3);
  }

  @Test
  void classesThatHaveNamesAreCalledByThem() {
    List<Row> numbered = rows(samples(20, i -> i == 3));
    List<String> names = List.of("cat", "dog");
    List<Row> named = new ArrayList<>();
    new PredictionRows(samples(20, i -> i == 3), predictor(), names, counts)
        .forEachRemaining(named::add);
    for (int i = 0; i < 20; i++) {
      if (i == 3) {
        assertThat(named.get(i).isNullAt(2)).isTrue();
      } else {
        int number = numbered.get(i).getInt(2);
        assertThat(named.get(i).getString(2))
            .isEqualTo(number < names.size() ? names.get(number) : String.valueOf(number));
      }
    }
  }

  @Test
  void afterTheLastThereIsNone() {
    PredictionRows rows =
        new PredictionRows(samples(1, i -> false), predictor(), List.of(), counts);
    rows.next();
    assertThat(rows.hasNext()).isFalse();
    assertThatThrownBy(rows::next).isInstanceOf(NoSuchElementException.class);
  }
}
