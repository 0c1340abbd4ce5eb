package io.sparkrnn.benchmark;

import java.util.Arrays;
import java.util.stream.DoubleStream;

/** Repeats work for a while and keeps how long each repetition took. */
final class Measurement {
  private Measurement() {}

  /**
   * Median milliseconds of one iteration, after a warm-up as long as the measurement.
   *
   * @param work runs {@code iterations} iterations
   */
  static double medianMillis(Runnable work, int iterations, double seconds) {
    repeat(work, seconds);
    return median(repeat(work, seconds)) * 1e3 / iterations;
  }

  /** Seconds of each repetition; at least one. */
  private static double[] repeat(Runnable work, double seconds) {
    DoubleStream.Builder taken = DoubleStream.builder();
    long start = System.nanoTime();
    do {
      long before = System.nanoTime();
      work.run();
      taken.add((System.nanoTime() - before) / 1e9);
    } while ((System.nanoTime() - start) / 1e9 < seconds);
    return taken.build().toArray();
  }

  static double median(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }
}
