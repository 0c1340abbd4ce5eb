package io.sparkrnn;

/** How much of a proof runs: a sample, or with {@code -Dproof=full} all of it. */
public final class Proof {
  private Proof() {}

  /** One of two numbers of repetitions. */
  public static int times(int full, int sample) {
    return "full".equals(System.getProperty("proof")) ? full : sample;
  }
}
