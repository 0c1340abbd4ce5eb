package io.sparkrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ParameterAverageTest {
  private static final int VALUES = 39;

  static IntStream workerCounts() {
    return IntStream.concat(IntStream.rangeClosed(1, 20), IntStream.of(31, 32, 33, 100, 256));
  }

  private static List<WorkerResult> results(int workers, long seed) {
    Random random = new Random(seed);
    List<WorkerResult> results = new ArrayList<>();
    for (int worker = 0; worker < workers; worker++) {
      float[] vector = new float[VALUES];
      for (int i = 0; i < VALUES; i++) {
        // Of all magnitudes, so that another order of additions shows.
        vector[i] = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(20) - 10));
      }
      results.add(
          new WorkerResult(
              worker,
              vector,
              random.nextInt(5) == 0 && workers > 1 && worker > 0 ? 0 : 1 + random.nextInt(640),
              random.nextDouble() * Math.pow(10, random.nextInt(8)),
              random.nextInt(1_000_000)));
    }
    return results;
  }

  /** The canonical tree, from its root down: the left half has the largest power of two. */
  private static double tree(List<WorkerResult> results, int from, int to, Value value) {
    if (to - from == 1) {
      return value.of(results.get(from));
    }
    int left = Integer.highestOneBit(to - from - 1);
    return tree(results, from, from + left, value) + tree(results, from + left, to, value);
  }

  private interface Value {
    double of(WorkerResult result);
  }

  private static RoundResult average(List<WorkerResult> results, List<Integer> order) {
    ParameterAverage average = new ParameterAverage(results.size());
    order.forEach(worker -> average.add(results.get(worker)));
    return average.result();
  }

  @Test
  void anAverageOfNoSamplesSaysSo() {
    ParameterAverage average = new ParameterAverage(1);
    average.add(new WorkerResult(0, new float[1], 0, 0, 0));
    assertThatIllegalStateException()
        .isThrownBy(average::result)
        .withMessage("an average needs at least 1 sample, found none of 1 workers");
  }

  @ParameterizedTest
  @MethodSource("workerCounts")
  void bitsAreThoseOfTheTreeWhateverTheOrderOfArrival(int workers) {
    List<WorkerResult> results = results(workers, workers);
    List<Integer> order = new ArrayList<>(IntStream.range(0, workers).boxed().toList());
    Random random = new Random(workers);
    for (int attempt = 0; attempt < 12; attempt++) {
      RoundResult found = average(results, order);
      long samples = results.stream().mapToLong(WorkerResult::samples).sum();
      assertThat(found.samples()).isEqualTo(samples);
      assertThat(found.lossSum()).isEqualTo(tree(results, 0, workers, WorkerResult::lossSum));
      assertThat(found.workerNanos())
          .isEqualTo(results.stream().mapToLong(WorkerResult::computeNanos).toArray());
      assertThat(found.computeNanos())
          .isEqualTo(results.stream().mapToLong(WorkerResult::computeNanos).max().orElseThrow());
      for (int i = 0; i < VALUES; i++) {
        int element = i;
        assertThat(found.vector()[i])
            .isEqualTo(
                (float)
                    (tree(results, 0, workers, r -> r.samples() * (double) r.vector()[element])
                        / samples));
      }
      if (attempt == 0) {
        Collections.reverse(order);
      } else {
        Collections.shuffle(order, random);
      }
    }
  }

  @Test
  void oneWorkerComesOutWithTheBitsItWentIn() {
    Random random = new Random(2);
    float[] values = new float[10_000];
    for (int i = 0; i < values.length; i++) {
      float value = Float.intBitsToFloat(random.nextInt());
      values[i] = Float.isFinite(value) ? value : Float.MIN_VALUE;
    }
    values[0] = -0f;
    values[1] = Float.MAX_VALUE;
    values[2] = Float.MIN_VALUE;
    for (long samples : new long[] {1, 3, 64, 640, 59_999, 123_456_789}) {
      ParameterAverage average = new ParameterAverage(1);
      average.add(new WorkerResult(0, values, samples, 0.1, 5));
      assertThat(average.result().vector()).isEqualTo(values);
      assertThat(average.result().lossSum()).isEqualTo(0.1);
    }
  }

  @Test
  void equalWorkersComeOutWithTheBitsTheyWentIn() {
    float[] values = {0.1f, -1e-30f, 3e30f, 1f / 3};
    ParameterAverage average = new ParameterAverage(7);
    for (int worker = 0; worker < 7; worker++) {
      average.add(new WorkerResult(worker, values, 64 - worker, 1, 1));
    }
    assertThat(average.result().vector()).isEqualTo(values);
  }

  @Test
  void averagesAreWeightedBySamples() {
    ParameterAverage average = new ParameterAverage(3);
    average.add(new WorkerResult(0, new float[] {1, 10}, 1, 0.5, 7));
    average.add(new WorkerResult(1, new float[] {2, 20}, 2, 0.25, 9));
    average.add(new WorkerResult(2, new float[] {3, 30}, 1, 1, 8));
    RoundResult result = average.result();
    assertThat(result.vector()).containsExactly(2f, 20f);
    assertThat(result.samples()).isEqualTo(4);
    assertThat(result.lossSum()).isCloseTo(1.75, within(1e-15));
    assertThat(result.computeNanos()).isEqualTo(9);
    assertThat(result.averagingNanos()).isPositive();
  }

  @Test
  void whatAWorkerWithoutSamplesHasDoesNotMatter() {
    float[] poison = {Float.NaN, Float.POSITIVE_INFINITY};
    for (int idle = 0; idle < 3; idle++) {
      ParameterAverage average = new ParameterAverage(3);
      for (int worker = 0; worker < 3; worker++) {
        average.add(
            worker == idle
                ? new WorkerResult(worker, poison, 0, 0, 1)
                : new WorkerResult(worker, new float[] {4, 5}, 8, 1, 1));
      }
      assertThat(average.result().vector()).containsExactly(4f, 5f);
    }
  }

  @Test
  void whatAWorkerWithSamplesHasAlwaysMatters() {
    ParameterAverage average = new ParameterAverage(2);
    average.add(new WorkerResult(0, new float[] {Float.NaN}, 1, 0, 1));
    average.add(new WorkerResult(1, new float[] {1}, 1_000_000, 0, 1));
    assertThat(average.result().vector()[0]).isNaN();
    assertThat(average.result().finite()).isFalse();
  }

  @Test
  void addingDoesNotChangeAResult() {
    List<WorkerResult> results = results(6, 3);
    List<float[]> before = results.stream().map(r -> r.vector().clone()).toList();
    average(results, List.of(5, 4, 3, 2, 1, 0));
    for (int worker = 0; worker < 6; worker++) {
      assertThat(results.get(worker).vector()).isEqualTo(before.get(worker));
    }
  }

  @Test
  void anAverageNeedsEveryWorker() {
    assertThatIllegalStateException()
        .isThrownBy(() -> average(results(3, 3), List.of(0, 2)))
        .withMessageContaining("all 3 workers");
  }

  @Test
  void resultsAreFiniteOnlyIfAllOfThemIs() {
    float[] good = {1f, -0f, Float.MAX_VALUE, Float.MIN_VALUE, -Float.MAX_VALUE};
    assertThat(new RoundResult(good, 1, 1, new long[] {1}, 0).finite()).isTrue();
    for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      float[] bad = Arrays.copyOf(good, 6);
      bad[5] = value;
      assertThat(new RoundResult(bad, 1, 1, new long[] {1}, 0).finite()).isFalse();
      assertThat(new RoundResult(good, 1, value, new long[] {1}, 0).finite()).isFalse();
    }
  }
}
