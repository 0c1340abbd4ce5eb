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
  private long foldingNanos;

  private record Node(int level, int index) {}

  /** A node's part of the average. */
  private sealed interface Partial {
    long samples();

    double lossSum();

    long computeNanos();

    Sum toSum();

    void addTo(Sum left);
  }

  /** One worker; its floats are widened only when they are added. */
  private record Leaf(WorkerResult result) implements Partial {
    @Override
    public long samples() {
      return result.samples();
    }

    @Override
    public double lossSum() {
      return result.lossSum();
    }

    @Override
    public long computeNanos() {
      return result.computeNanos();
    }

    @Override
    public Sum toSum() {
      return new Sum(
          weighted(result.parameters(), result.samples()),
          weighted(result.updaterState(), result.samples()),
          samples(),
          lossSum(),
          computeNanos());
    }

    private static double[] weighted(float[] values, long weight) {
      double[] sums = new double[values.length];
      for (int i = 0; weight > 0 && i < values.length; i++) {
        sums[i] = (double) weight * values[i];
      }
      return sums;
    }

    @Override
    public void addTo(Sum left) {
      add(left.parameters(), result.parameters(), result.samples());
      add(left.updaterState(), result.updaterState(), result.samples());
    }

    // Without samples the values do not count, even if they are not finite.
    private static void add(double[] left, float[] values, long weight) {
      for (int i = 0; i < left.length; i++) {
        left[i] += weight > 0 ? (double) weight * values[i] : 0.0;
      }
    }
  }

  /** Several workers: sums of samples times values. */
  private record Sum(
      double[] parameters, double[] updaterState, long samples, double lossSum, long computeNanos)
      implements Partial {
    @Override
    public Sum toSum() {
      return this;
    }

    @Override
    public void addTo(Sum left) {
      add(left.parameters, parameters);
      add(left.updaterState, updaterState);
    }

    private static void add(double[] left, double[] right) {
      for (int i = 0; i < left.length; i++) {
        left[i] += right[i];
      }
    }
  }

  private static Sum join(Partial leftPart, Partial rightPart) {
    Sum left = leftPart.toSum();
    rightPart.addTo(left);
    return new Sum(
        left.parameters(),
        left.updaterState(),
        left.samples() + rightPart.samples(),
        left.lossSum() + rightPart.lossSum(),
        Math.max(left.computeNanos(), rightPart.computeNanos()));
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
    long began = System.nanoTime();
    fold(result);
    foldingNanos += System.nanoTime() - began;
  }

  private void fold(WorkerResult result) {
    Partial partial = new Leaf(result);
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
        partial = index < sibling ? join(partial, other) : join(other, partial);
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
    long began = System.nanoTime();
    Sum sum = root.toSum();
    float[] parameters = mean(sum.parameters(), sum.samples());
    float[] updaterState = mean(sum.updaterState(), sum.samples());
    return new RoundResult(
        parameters,
        updaterState,
        sum.samples(),
        sum.lossSum(),
        sum.computeNanos(),
        foldingNanos + System.nanoTime() - began);
  }

  private static float[] mean(double[] sums, long samples) {
    float[] mean = new float[sums.length];
    for (int i = 0; i < sums.length; i++) {
      mean[i] = (float) (sums[i] / samples);
    }
    return mean;
  }
}
