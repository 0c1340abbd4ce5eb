package io.sparkrnn.evaluation;

import io.sparkrnn.random.RandomStreams;
import io.sparkrnn.random.SeededRandom;
import java.util.Arrays;

/**
 * How the errors of two models compare on the same sequences, where a sequence has more than a
 * class: by a paired bootstrap (Efron and Tibshirani 1993). Sequences are drawn with replacement,
 * with the errors that both models make on them; how much the mean difference varies is what chance
 * can do.
 *
 * @param sequences how many there are
 * @param currentError the current model's mean error of a reading
 * @param candidateError the candidate's
 * @param pValueOfBetter how probable a difference as large as this one would be, in favour of the
 *     candidate, if both models were equally good
 * @param pValueOfWorse likewise, in favour of the current model
 */
public record PairedBootstrap(
    int sequences,
    double currentError,
    double candidateError,
    double pValueOfBetter,
    double pValueOfWorse) {
  /** How often sequences are drawn. */
  public static final int RESAMPLES = 2_000;

  /**
   * What one model makes of sequences. Of what is added up over readings, anything may be an error:
   * losses, squared or absolute errors, wrong classes.
   *
   * @param sums of each sequence, over its readings
   * @param readings how many of each sequence count
   */
  public record Errors(double[] sums, long[] readings) {
    /** Of one reading a sequence. */
    public static Errors ofSequences(double... errors) {
      long[] readings = new long[errors.length];
      Arrays.fill(readings, 1);
      return new Errors(errors, readings);
    }

    private double mean() {
      double sum = 0;
      long count = 0;
      for (int i = 0; i < sums.length; i++) {
        sum += sums[i];
        count += readings[i];
      }
      return sum / count;
    }
  }

  /**
   * Compares two models.
   *
   * @param blockLength how many sequences on end are drawn together: 1 where they have nothing to
   *     do with each other; for windows of a series as many as resemble each other. The last one is
   *     followed by the first (Politis and Romano 1992), so that each is drawn as often
   * @param seed of the draws
   * @throws IllegalArgumentException if there are not as many sequences and readings of both
   *     models, or none, or fewer than a block has
   */
  public static PairedBootstrap of(Errors current, Errors candidate, int blockLength, long seed) {
    requireAlike(current, candidate, blockLength);
    double difference = candidate.mean() - current.mean();
    int n = current.sums().length;
    // Of models that are equally good, the same errors would differ by as much less.
    double[] centred = new double[n];
    for (int i = 0; i < n; i++) {
      centred[i] = candidate.sums()[i] - current.sums()[i] - difference * current.readings()[i];
    }
    int better = 0;
    int worse = 0;
    for (int resample = 0; resample < RESAMPLES; resample++) {
      double drawn = draw(centred, current.readings(), blockLength, seed, resample);
      better += drawn <= difference ? 1 : 0;
      worse += drawn >= difference ? 1 : 0;
    }
    return new PairedBootstrap(
        n,
        current.mean(),
        candidate.mean(),
        (better + 1) / (RESAMPLES + 1.0),
        (worse + 1) / (RESAMPLES + 1.0));
  }

  private static void requireAlike(Errors current, Errors candidate, int blockLength) {
    int n = current.sums().length;
    if (!Arrays.equals(current.readings(), candidate.readings())
        || candidate.sums().length != n
        || current.readings().length != n
        || Arrays.stream(current.readings()).sum() < 1) {
      throw new IllegalArgumentException(
          "Cannot compare errors: expected those of the same readings of both models, found %d and %d sequences"
              .formatted(n, candidate.sums().length));
    }
    if (blockLength < 1 || blockLength > n) {
      throw new IllegalArgumentException(
          "Cannot compare errors: expected blocks of 1 to %d sequences, found %d"
              .formatted(n, blockLength));
    }
  }

  /** The mean of as many sequences as there are; each draw is a function of its number. */
  private static double draw(
      double[] centred, long[] readings, int blockLength, long seed, int resample) {
    int n = centred.length;
    long key = SeededRandom.key(seed, RandomStreams.BOOTSTRAP, resample);
    double sum = 0;
    long count = 0;
    int at = 0;
    for (int i = 0; i < n; i++, at++) {
      if (i % blockLength == 0) {
        // The upper half of a hash as a share of n: without bias up to 2^-32.
        long hash = SeededRandom.key(SeededRandom.key(key, i), 0);
        at = (int) (((hash >>> 32) * n) >>> 32);
      }
      sum += centred[at % n];
      count += readings[at % n];
    }
    return count == 0 ? 0 : sum / count;
  }
}
