package io.sparkrnn.train;

import io.sparkrnn.config.Averaging;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The weighted average of what workers bring back, in double, along one binary tree over worker
 * numbers: of parameters and updater state, by samples; or of gradients of mean losses, by the
 * weights of the readings that count, which makes it the gradient of the mean over all workers'.
 *
 * <p>Level {@code n} of the tree joins aligned groups of {@code 2^n} workers; a node without a
 * right neighbour rises as it is. Results may be added in any order: a pair is folded, left before
 * right, as soon as both are there, so that no more than the unfinished nodes is kept, and the
 * order of arrival cannot be seen in the sum. A weight times a float is exact in double, or so near
 * to it that the quotient rounds to the same float, hence one worker alone comes out with the bits
 * it went in.
 *
 * <p>A subtree has the shape of a whole tree over its workers. So whoever has all results of one
 * folds it by an average of its own, and its {@link #sum} takes the subtree's place in the tree
 * without changing a bit.
 */
public final class ParameterAverage {
  private final int firstWorker;
  private final int workers;
  private final Averaging averaging;
  private final Map<Node, RoundPart> waiting = new HashMap<>();
  // By place in the tree, as indexes are: worker numbers less the first.
  private final BitSet missing = new BitSet();
  private RoundPart root;
  private long foldingNanos;

  private record Node(int level, int index) {}

  /** An average of parameters. */
  public ParameterAverage(int workers) {
    this(workers, Averaging.PARAMETERS);
  }

  public ParameterAverage(int workers, Averaging averaging) {
    this(0, workers, averaging);
  }

  private ParameterAverage(int firstWorker, int workers, Averaging averaging) {
    this.firstWorker = firstWorker;
    this.workers = workers;
    this.averaging = averaging;
    missing.set(0, workers);
  }

  /** An average of the workers of one subtree only. */
  public static ParameterAverage ofSubtree(int firstWorker, int workers, Averaging averaging) {
    return new ParameterAverage(firstWorker, workers, averaging);
  }

  /**
   * How many workers the largest subtree has that begins with a worker and ends before another.
   *
   * @param workers of the whole tree
   */
  public static int subtree(int firstWorker, int end, int workers) {
    int level = 0;
    while (firstWorker + size(level, firstWorker, workers) < end
        && firstWorker % (2L << level) == 0
        && firstWorker + size(level + 1, firstWorker, workers) <= end) {
      level++;
    }
    return size(level, firstWorker, workers);
  }

  /** Of a node that begins with a worker; the tree's right edge is ragged. */
  private static int size(int level, int firstWorker, int workers) {
    return (int) Math.min(1L << level, workers - firstWorker);
  }

  /**
   * Takes each worker's first result, alone or within a sum. A part of which some worker is already
   * there is equal to what is there and ignored as a whole; those of its workers that are not there
   * stay missing and have to come in another part.
   *
   * @return whether it was taken
   * @throws IllegalArgumentException if it is no subtree of this tree
   */
  public boolean add(RoundPart part) {
    int first = part.firstWorker() - firstWorker;
    int level = level(part, first);
    if (missing.get(first, first + part.workers()).cardinality() < part.workers()) {
      return false;
    }
    missing.clear(first, first + part.workers());
    long began = System.nanoTime();
    fold(part, level, first >> level);
    foldingNanos += System.nanoTime() - began;
    return true;
  }

  private void fold(RoundPart part, int partLevel, int partIndex) {
    RoundPart partial = part;
    int level = partLevel;
    int index = partIndex;
    while (1L << level < workers) {
      int sibling = index ^ 1;
      if ((long) sibling << level < workers) {
        RoundPart other = waiting.remove(new Node(level, sibling));
        if (other == null) {
          waiting.put(new Node(level, index), partial);
          return;
        }
        partial = index < sibling ? join(partial, other) : join(other, partial);
      }
      level++;
      index >>= 1;
    }
    root = partial;
  }

  private int level(RoundPart part, int first) {
    int count = part.workers();
    int level = count < 1 ? 0 : Integer.SIZE - Integer.numberOfLeadingZeros(count - 1);
    if (count < 1
        || first < 0
        || first >= workers
        || first % (1L << level) != 0
        || count != size(level, first, workers)) {
      throw new IllegalArgumentException(
          "Cannot average: expected subtrees of the tree over %d workers from %d on, found %d workers from %d on"
              .formatted(workers, firstWorker, count, part.firstWorker()));
    }
    return level;
  }

  private double weight(RoundPart part) {
    return averaging == Averaging.GRADIENTS ? part.lossWeight() : part.samples();
  }

  private SubtreeSum join(RoundPart leftPart, RoundPart right) {
    SubtreeSum left = sumOf(leftPart);
    if (right instanceof SubtreeSum sum) {
      add(left.vector(), sum.vector());
    } else {
      // Floats are widened only when they are added.
      addWeighted(left.vector(), ((WorkerResult) right).vector(), weight(right));
    }
    return new SubtreeSum(
        left.firstWorker(),
        left.workers() + right.workers(),
        left.vector(),
        left.samples() + right.samples(),
        left.lossSum() + right.lossSum(),
        left.lossWeight() + right.lossWeight(),
        Stream.of(left.streamStates(), right.streamStates())
            .flatMap(Arrays::stream)
            .toArray(float[][]::new),
        LongStream.concat(Arrays.stream(left.workerNanos()), Arrays.stream(right.workerNanos()))
            .toArray());
  }

  private SubtreeSum sumOf(RoundPart part) {
    if (part instanceof SubtreeSum sum) {
      return sum;
    }
    WorkerResult result = (WorkerResult) part;
    return new SubtreeSum(
        result.worker(),
        1,
        weighted(result.vector(), weight(result)),
        result.samples(),
        result.lossSum(),
        result.lossWeight(),
        result.streamStates(),
        result.workerNanos());
  }

  private static double[] weighted(float[] values, double weight) {
    double[] sums = new double[values.length];
    for (int i = 0; weight > 0 && i < values.length; i++) {
      sums[i] = weight * values[i];
    }
    return sums;
  }

  // Without weight the values do not count, even if they are not finite.
  private static void addWeighted(double[] left, float[] values, double weight) {
    for (int i = 0; i < left.length; i++) {
      left[i] += weight > 0 ? weight * values[i] : 0.0;
    }
  }

  private static void add(double[] left, double[] right) {
    for (int i = 0; i < left.length; i++) {
      left[i] += right[i];
    }
  }

  /** Whether a worker has not been added. */
  public boolean isMissing(int worker) {
    return missing.get(worker - firstWorker);
  }

  public boolean isComplete() {
    return missing.isEmpty();
  }

  /** Parts that wait for their neighbours. */
  int waiting() {
    return waiting.size();
  }

  /** The sum over all workers, once every one has been added; this average's own. */
  public SubtreeSum sum() {
    if (root == null) {
      throw incomplete();
    }
    return sumOf(root);
  }

  /** The average, once every worker has been added. */
  public RoundResult result() {
    if (root == null) {
      throw incomplete();
    }
    SubtreeSum sum = sumOf(root);
    if (sum.samples() == 0) {
      throw new IllegalStateException(
          "an average needs at least 1 sample, found none of %d workers".formatted(workers));
    }
    long began = System.nanoTime();
    float[] mean = mean(sum.vector(), weight(sum));
    return new RoundResult(
        mean,
        sum.samples(),
        sum.lossSum(),
        sum.lossWeight(),
        sum.streamStates(),
        sum.workerNanos(),
        foldingNanos + System.nanoTime() - began);
  }

  private IllegalStateException incomplete() {
    return new IllegalStateException(
        "an average needs the results of all %d workers".formatted(workers));
  }

  /** Of gradients, where nothing counts, nothing. */
  private static float[] mean(double[] sums, double weight) {
    float[] mean = new float[sums.length];
    for (int i = 0; weight > 0 && i < sums.length; i++) {
      mean[i] = (float) (sums[i] / weight);
    }
    return mean;
  }
}
