package io.sparkrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.sparkrnn.config.Averaging;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whoever folds whatever subtrees: the bits are those of an average of all workers' results. */
class SubtreeAverageTest {
  private static final int MOST_WORKERS = 70;
  private static final int PARTITIONS = 40;
  private static final int VALUES = 15;

  private static List<WorkerResult> results(int workers, Random random) {
    List<WorkerResult> results = new ArrayList<>();
    for (int worker = 0; worker < workers; worker++) {
      boolean idle = worker > 0 && random.nextInt(4) == 0;
      results.add(
          new WorkerResult(
              worker,
              floats(VALUES, idle, random),
              idle ? 0 : 1 + random.nextInt(640),
              random.nextDouble() * Math.pow(10, random.nextInt(8)),
              random.nextInt(1_000_000)));
    }
    return results;
  }

  /** Of all magnitudes, so that another order of additions shows; not finite where it must not. */
  private static float[] floats(int length, boolean idle, Random random) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] =
          idle && random.nextBoolean()
              ? Float.NaN
              : (float) (random.nextGaussian() * Math.pow(10, random.nextInt(20) - 10));
    }
    return values;
  }

  private static RoundResult leaves(List<WorkerResult> results) {
    ParameterAverage average = new ParameterAverage(results.size());
    results.forEach(average::add);
    return average.result();
  }

  /** Cuts workers into random groups, and each group into subtrees, folded or left as they are. */
  private static List<RoundPart> partition(List<WorkerResult> results, Random random) {
    List<RoundPart> parts = new ArrayList<>();
    int from = 0;
    while (from < results.size()) {
      int end = from + 1 + random.nextInt(Math.min(results.size() - from, 1 << random.nextInt(8)));
      while (from < end) {
        int size = ParameterAverage.subtree(from, end, results.size());
        if (random.nextInt(4) == 0) {
          parts.addAll(results.subList(from, from + size));
        } else {
          parts.add(fold(results, from, size, random));
        }
        from += size;
      }
    }
    return parts;
  }

  /** Folds a subtree of its results or of sums of them, in any order. */
  private static RoundPart fold(List<WorkerResult> results, int from, int size, Random random) {
    ParameterAverage subtree = ParameterAverage.ofSubtree(from, size, Averaging.PARAMETERS);
    List<RoundPart> parts = new ArrayList<>();
    int first = from;
    while (first < from + size) {
      int end = Math.min(from + size, first + 1 + random.nextInt(size));
      int part = ParameterAverage.subtree(first, end, results.size());
      parts.add(
          part < size && random.nextBoolean()
              ? fold(results, first, part, random)
              : results.get(first));
      first += parts.get(parts.size() - 1).workers();
    }
    Collections.shuffle(parts, random);
    parts.forEach(part -> assertThat(subtree.add(part)).isTrue());
    return subtree.sum();
  }

  private static void requireEqual(RoundResult found, RoundResult expected) {
    assertThat(found.vector()).isEqualTo(expected.vector());
    assertThat(found.samples()).isEqualTo(expected.samples());
    assertThat(found.lossSum()).isEqualTo(expected.lossSum());
    assertThat(found.workerNanos()).isEqualTo(expected.workerNanos());
  }

  @Test
  void anyPartitionInAnyOrderWithRepetitionsGivesTheBitsOfTheResults() {
    int sums = 0;
    int ignored = 0;
    for (int workers = 1; workers <= MOST_WORKERS; workers++) {
      for (int seed = 0; seed < PARTITIONS; seed++) {
        Random random = new Random(1000L * workers + seed);
        List<WorkerResult> results = results(workers, random);
        List<RoundPart> parts = partition(results, random);
        sums += (int) parts.stream().filter(SubtreeSum.class::isInstance).count();
        // Of another partition, as after a regrouping; whatever comes first counts.
        List<RoundPart> late = partition(results, random);
        parts.addAll(late.subList(0, random.nextInt(late.size() + 1)));
        Collections.shuffle(parts, random);

        ParameterAverage average = new ParameterAverage(workers);
        for (RoundPart part : parts) {
          ignored += average.add(part) ? 0 : 1;
        }
        // What ignored parts would have brought for others is asked for again.
        for (WorkerResult result : results) {
          boolean missing = average.isMissing(result.worker());
          assertThat(average.add(result)).isEqualTo(missing);
        }
        requireEqual(average.result(), leaves(results));
      }
    }
    System.out.printf(
        "%d partitions of 1 to %d workers with %d sums, %d parts ignored%n",
        MOST_WORKERS * PARTITIONS, MOST_WORKERS, sums, ignored);
    assertThat(sums).isGreaterThan(1000);
    assertThat(ignored).isGreaterThan(1000);
  }

  @Test
  void aSubtreeThatOverlapsIsIgnoredAndItsOtherWorkersStayMissing() {
    List<WorkerResult> results = results(8, new Random(1));
    ParameterAverage average = new ParameterAverage(8);

    assertThat(average.add(results.get(1))).isTrue();
    assertThat(average.add(fold(results, 0, 4, new Random(1)))).isFalse();
    assertThat(average.isMissing(0)).isTrue();
    assertThat(average.isMissing(1)).isFalse();
    assertThat(average.add(fold(results, 4, 4, new Random(1)))).isTrue();
    assertThat(average.add(results.get(5))).isFalse();
    assertThat(average.isComplete()).isFalse();
    for (int worker : new int[] {3, 0, 2}) {
      assertThat(average.add(results.get(worker))).isTrue();
    }
    assertThat(average.isComplete()).isTrue();
    requireEqual(average.result(), leaves(results));
  }

  @Test
  void inOrderNoMoreIsKeptThanThePathToTheRoot() {
    for (int workers : new int[] {1, 2, 3, 64, 70, 1000, 1024}) {
      ParameterAverage average = new ParameterAverage(workers);
      int most = 0;
      for (int worker = 0; worker < workers; worker++) {
        average.add(new WorkerResult(worker, new float[1], 1, 0, 0));
        most = Math.max(most, average.waiting());
      }
      // A node on each level below the root's.
      assertThat(most).isLessThanOrEqualTo(32 - Integer.numberOfLeadingZeros(workers - 1));
      assertThat(average.waiting()).isZero();
    }
  }

  @Test
  void inTheWorstOrderEveryOtherResultIsKept() {
    ParameterAverage average = new ParameterAverage(1024);
    for (int worker = 0; worker < 1024; worker += 2) {
      average.add(new WorkerResult(worker, new float[1], 1, 0, 0));
    }
    assertThat(average.waiting()).isEqualTo(512);
  }

  @Test
  void subtreesAreAlignedPowersOfTwoExceptAtTheRaggedEdge() {
    assertThat(ParameterAverage.subtree(0, 1024, 1024)).isEqualTo(1024);
    assertThat(ParameterAverage.subtree(0, 1000, 1024)).isEqualTo(512);
    assertThat(ParameterAverage.subtree(4, 16, 64)).isEqualTo(4);
    assertThat(ParameterAverage.subtree(6, 16, 64)).isEqualTo(2);
    assertThat(ParameterAverage.subtree(7, 16, 64)).isEqualTo(1);
    assertThat(ParameterAverage.subtree(4, 7, 7)).isEqualTo(3);
    assertThat(ParameterAverage.subtree(4, 7, 8)).isEqualTo(2);
    assertThat(ParameterAverage.subtree(0, 5, 5)).isEqualTo(5);
    assertThat(ParameterAverage.subtree(4, 5, 5)).isEqualTo(1);
  }

  @Test
  void whatIsNoSubtreeIsRefused() {
    ParameterAverage average = new ParameterAverage(7);
    int[][] wrong = {{0, 3}, {1, 2}, {2, 4}, {4, 4}, {6, 2}, {0, 8}, {8, 1}, {-1, 1}, {0, 0}};
    for (int[] range : wrong) {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  average.add(
                      new SubtreeSum(range[0], range[1], new double[1], 1, 0, new long[range[1]])))
          .withMessageContaining(
              "expected subtrees of the tree over 7 workers from 0 on, found %d workers from %d on"
                  .formatted(range[1], range[0]));
    }
  }

  @Test
  void aSumNeedsEveryWorkerOfItsSubtree() {
    ParameterAverage subtree = ParameterAverage.ofSubtree(4, 4, Averaging.PARAMETERS);
    subtree.add(new WorkerResult(5, new float[1], 1, 0, 0));

    assertThatIllegalStateException()
        .isThrownBy(subtree::sum)
        .withMessageContaining("all 4 workers");
  }
}
