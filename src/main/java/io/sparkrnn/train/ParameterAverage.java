package io.sparkrnn.train;

import java.util.HashMap;
import java.util.Map;

/**
 * The sample-weighted average of replicas: parameters and updater state, in double, along one
 * binary tree over worker numbers.
 *
 * <p>Level {@code n} of the tree joins aligned groups of {@code 2^n} workers; a node without a
 * right neighbour rises as it is. Results may be added in any order: a pair is folded, left before
 * right, as soon as both are there, so that no more than the unfinished nodes is kept, and the
 * order of arrival cannot be seen in the sum. A sample count times a float is exact in double,
 * hence one worker alone comes out with the bits it went in.
 */
public final class ParameterAverage {
  private final int workers;
  private final Map<Node, Partial> waiting = new HashMap<>();
  private final boolean[] seen;
  private Partial root;

  private record Node(int level, int index) {}

  private record Partial(
      double[] parameters, double[] updaterState, long samples, double lossSum, long computeNanos) {

    static Partial of(WorkerResult result) {
      return new Partial(
          weighted(result.parameters(), result.samples()),
          weighted(result.updaterState(), result.samples()),
          result.samples(),
          result.lossSum(),
          result.computeNanos());
    }

    private static double[] weighted(float[] values, long weight) {
      double[] sums = new double[values.length];
      for (int i = 0; weight > 0 && i < values.length; i++) {
        sums[i] = (double) weight * values[i];
      }
      return sums;
    }

    Partial plus(Partial right) {
      addTo(parameters, right.parameters);
      addTo(updaterState, right.updaterState);
      return new Partial(
          parameters,
          updaterState,
          samples + right.samples,
          lossSum + right.lossSum,
          Math.max(computeNanos, right.computeNanos));
    }

    private static void addTo(double[] left, double[] right) {
      for (int i = 0; i < left.length; i++) {
        left[i] += right[i];
      }
    }
  }

  public ParameterAverage(int workers) {
    this.workers = workers;
    this.seen = new boolean[workers];
  }

  /** Takes the first result of each worker; a repeated one is equal and ignored. */
  public void add(WorkerResult result) {
    if (seen[result.worker()]) {
      return;
    }
    seen[result.worker()] = true;
    Partial partial = Partial.of(result);
    int level = 0;
    int index = result.worker();
    while (1L << level < workers) {
      int sibling = index ^ 1;
      if ((long) sibling << level < workers) {
        Partial other = waiting.remove(new Node(level, sibling));
        if (other == null) {
          waiting.put(new Node(level, index), partial);
          return;
        }
        partial = index < sibling ? partial.plus(other) : other.plus(partial);
      }
      level++;
      index >>= 1;
    }
    root = partial;
  }

  /** The average, once every worker has been added. */
  public RoundResult result() {
    if (root == null || root.samples() == 0) {
      throw new IllegalStateException(
          "an average needs the results of all %d workers".formatted(workers));
    }
    return new RoundResult(
        mean(root.parameters(), root.samples()),
        mean(root.updaterState(), root.samples()),
        root.samples(),
        root.lossSum(),
        root.computeNanos());
  }

  private static float[] mean(double[] sums, long samples) {
    float[] mean = new float[sums.length];
    for (int i = 0; i < sums.length; i++) {
      mean[i] = (float) (sums[i] / samples);
    }
    return mean;
  }
}
