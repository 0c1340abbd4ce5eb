package io.sparkrnn.random;

import java.util.stream.IntStream;

/**
 * The generator from which all randomness of a run is derived: xoshiro256++, seeded by SplitMix64.
 *
 * <p>Everything below is a promise; a change of it changes every run's result. Arithmetic is modulo
 * 2<sup>64</sup>, {@code >>>} is the unsigned shift.
 *
 * <ul>
 *   <li>{@code mix(z)} is SplitMix64's finalizer: {@code z = (z ^ z>>>30) * 0xBF58476D1CE4E5B9; z =
 *       (z ^ z>>>27) * 0x94D049BB133111EB; z ^ z>>>31}. {@code G = 0x9E3779B97F4A7C15}.
 *   <li>Seeding: {@code key = seed}; for every stream number {@code s} in order, {@code key =
 *       mix(key + G) + s}; the four state words are {@code mix(key + G), mix(key + 2G), mix(key +
 *       3G), mix(key + 4G)}, SplitMix64's first four outputs for the seed {@code key}.
 *   <li>{@link #nextLong}: {@code result = rotl(s0 + s3, 23) + s0; t = s1 << 17; s2 ^= s0; s3 ^=
 *       s1; s1 ^= s2; s0 ^= s3; s2 ^= t; s3 = rotl(s3, 45)}.
 * </ul>
 *
 * <p>Sources: D. Blackman and S. Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS
 * 47(4), 2021, and their reference code {@code xoshiro256plusplus.c} and {@code splitmix64.c} at <a
 * href="https://prng.di.unimi.it/">prng.di.unimi.it</a>.
 *
 * <p>Not safe for use by several threads; give every thread its own stream.
 */
public final class SeededRandom {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private long s0;
  private long s1;
  private long s2;
  private long s3;
  private double spareGaussian = Double.NaN;

  SeededRandom(long s0, long s1, long s2, long s3) {
    this.s0 = s0;
    this.s1 = s1;
    this.s2 = s2;
    this.s3 = s3;
  }

  /**
   * A generator for one purpose: the seed is the run's, the stream numbers tell what for, such as
   * {@code of(seed, RandomStreams.MINIBATCH_ORDER, epoch, worker)}. Any difference in the numbers,
   * their order or their count gives unrelated generators.
   */
  public static SeededRandom of(long seed, long... stream) {
    long key = key(seed, stream);
    long[] state = new long[4];
    for (int word = 0; word < state.length; word++) {
      key += GOLDEN_GAMMA;
      state[word] = mix(key);
    }
    return new SeededRandom(state[0], state[1], state[2], state[3]);
  }

  /** The {@code key} of a stream, for draws that are a function of their place instead. */
  public static long key(long seed, long... stream) {
    long key = seed;
    for (long number : stream) {
      key = key(key, number);
    }
    return key;
  }

  /** The {@code key} of the stream that has one more number; allocates nothing. */
  public static long key(long key, long number) {
    return mix(key + GOLDEN_GAMMA) + number;
  }

  private static long mix(long value) {
    long z = value;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** 64 uniform bits. */
  public long nextLong() {
    long result = Long.rotateLeft(s0 + s3, 23) + s0;
    long t = s1 << 17;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= t;
    s3 = Long.rotateLeft(s3, 45);
    return result;
  }

  /**
   * A uniform integer from 0 to {@code bound - 1}, without bias: with {@code x} the upper 32 bits
   * of {@link #nextLong} as an unsigned number, the result is {@code (x * bound) >>> 32}, and
   * {@code x} is drawn again while the lower 32 bits of that product are below {@code 2^32 mod
   * bound}. Source: D. Lemire, "Fast random integer generation in an interval", ACM TOMACS 29(1),
   * 2019.
   *
   * @throws IllegalArgumentException if {@code bound} is not positive
   */
  public int nextInt(int bound) {
    if (bound < 1) {
      throw new IllegalArgumentException(
          "Cannot draw an integer: expected a positive bound, found " + bound);
    }
    long rejectedBelow = (1L << 32) % bound;
    long product;
    do {
      product = (nextLong() >>> 32) * bound;
    } while ((product & 0xFFFFFFFFL) < rejectedBelow);
    return (int) (product >>> 32);
  }

  /** A uniform multiple of 2<sup>-24</sup> in [0, 1): the upper 24 bits of {@link #nextLong}. */
  public float nextFloat() {
    return (nextLong() >>> 40) * 0x1.0p-24f;
  }

  /** A uniform multiple of 2<sup>-53</sup> in [0, 1): the upper 53 bits of {@link #nextLong}. */
  public double nextDouble() {
    return (nextLong() >>> 11) * 0x1.0p-53;
  }

  /**
   * A normally distributed number of mean 0 and standard deviation 1, by Marsaglia's polar method:
   * {@code u = 2 * nextDouble() - 1, v = 2 * nextDouble() - 1, q = u * u + v * v}, drawn again
   * while {@code q >= 1} or {@code q == 0}; with {@code m = sqrt(-2 * StrictMath.log(q) / q)} the
   * results are {@code u * m} and, at the next call, {@code v * m}. Source: G. Marsaglia and T. A.
   * Bray, "A convenient method for generating normal variables", SIAM Review 6(3), 1964.
   */
  public double nextGaussian() {
    if (!Double.isNaN(spareGaussian)) {
      double spare = spareGaussian;
      spareGaussian = Double.NaN;
      return spare;
    }
    double u;
    double v;
    double q;
    do {
      u = 2 * nextDouble() - 1;
      v = 2 * nextDouble() - 1;
      q = u * u + v * v;
    } while (q >= 1 || q == 0);
    double multiplier = Math.sqrt(-2 * StrictMath.log(q) / q);
    spareGaussian = v * multiplier;
    return u * multiplier;
  }

  /**
   * Shuffles in place, by Fisher and Yates from the end: for {@code i} from {@code length - 1} down
   * to 1, swaps elements {@code i} and {@code nextInt(i + 1)}.
   */
  public void shuffle(int[] values) {
    for (int i = values.length - 1; i > 0; i--) {
      int j = nextInt(i + 1);
      int swapped = values[i];
      values[i] = values[j];
      values[j] = swapped;
    }
  }

  /** The numbers 0 to {@code count - 1}, shuffled. */
  public int[] permutation(int count) {
    int[] values = IntStream.range(0, count).toArray();
    shuffle(values);
    return values;
  }
}
