package io.sparkrnn;

import java.util.List;

/** How much of a proof runs: a sample, or with {@code -Dproof=full} all of it. */
public final class Proof {
  private static final boolean FULL = "full".equals(System.getProperty("proof"));

  private Proof() {}

  /** One of two numbers of repetitions. */
  public static int times(int full, int sample) {
    return FULL ? full : sample;
  }

  /** A matrix, or the representatives of it that every build runs. */
  public static <T> List<T> of(List<T> full, List<T> sample) {
    return FULL ? full : sample;
  }
}
