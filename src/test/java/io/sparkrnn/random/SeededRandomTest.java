package io.sparkrnn.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * The golden numbers were computed by a second implementation, in Python's unbounded integers, from
 * the algorithms' published descriptions.
 */
class SeededRandomTest {
  @Test
  void stepsAsTheReferenceImplementationOfXoshiro256PlusPlus() {
    SeededRandom random = new SeededRandom(1, 2, 3, 4);

    assertThat(LongStream.generate(random::nextLong).limit(10))
        .containsExactly(
            41943041L,
            58720359L,
            3588806011781223L,
            3591011842654386L,
            -9218127359498767411L,
            -8473074601504656454L,
            -4435742961462588739L,
            -6040557928525160809L,
            -2597705026922659880L,
            -7996720260207963616L);
  }

  @Test
  void seedsAsTheReferenceImplementationOfSplitMix64() {
    SeededRandom expected =
        new SeededRandom(
            6457827717110365317L,
            3203168211198807973L,
            Long.parseUnsignedLong("9817491932198370423"),
            4593380528125082431L);
    SeededRandom random = SeededRandom.of(1234567);

    assertThat(LongStream.generate(random::nextLong).limit(10).toArray())
        .isEqualTo(LongStream.generate(expected::nextLong).limit(10).toArray());
  }

  @Test
  void longsAreGolden() {
    assertThat(LongStream.generate(SeededRandom.of(1)::nextLong).limit(4))
        .containsExactly(
            -3475142291704528229L,
            -4665094578477473651L,
            1847458086238483744L,
            -4681472437956815146L);
    assertThat(LongStream.generate(SeededRandom.of(-5)::nextLong).limit(3))
        .containsExactly(2519103389350875876L, -3804030898414190368L, 4958397671353092166L);
    assertThat(LongStream.generate(SeededRandom.of(1, 3, 0, 1)::nextLong).limit(4))
        .containsExactly(
            -4229249187381993847L,
            5629988263982003216L,
            -1113298101435147935L,
            -5700311013957268798L);
  }

  @Test
  void keysAreGolden() {
    assertThat(SeededRandom.key(-5)).isEqualTo(-5);
    assertThat(SeededRandom.key(1, 5, 2, 3)).isEqualTo(-2824170879797945039L);
    assertThat(SeededRandom.key(1, 5, 2, 3, 7)).isEqualTo(-5906258501723271570L);
    assertThat(SeededRandom.key(SeededRandom.key(1, 5, 2, 3), 7)).isEqualTo(-5906258501723271570L);
  }

  @Test
  void streamsDifferInEveryNumberTheirOrderAndTheirCount() {
    Set<Long> first = new HashSet<>();
    int streams = 0;
    for (long seed = 0; seed < 20; seed++) {
      first.add(SeededRandom.of(seed).nextLong());
      streams++;
      for (long a = 0; a < 20; a++) {
        first.add(SeededRandom.of(seed, a).nextLong());
        streams++;
        for (long b = 0; b < 20; b++) {
          first.add(SeededRandom.of(seed, a, b).nextLong());
          streams++;
        }
      }
    }

    assertThat(first).hasSize(streams);
  }

  @Test
  void integersAreGolden() {
    SeededRandom random = SeededRandom.of(7);

    assertThat(IntStream.generate(() -> random.nextInt(10)).limit(12))
        .containsExactly(0, 1, 7, 4, 9, 4, 7, 3, 9, 0, 1, 1);
  }

  @Test
  void integersAreGoldenWhereAQuarterOfTheDrawsIsRejected() {
    SeededRandom random = SeededRandom.of(7);

    assertThat(IntStream.generate(() -> random.nextInt(3 << 29)).limit(8))
        .containsExactly(
            277211986,
            688069575,
            1552082298,
            750068292,
            531243585,
            1582141372,
            118031806,
            276974077);
  }

  @Test
  void integersAreUniform() {
    SeededRandom random = SeededRandom.of(3);
    int[] counts = new int[7];
    for (int draw = 0; draw < 70_000; draw++) {
      counts[random.nextInt(7)]++;
    }

    // Five standard deviations of a binomial count are 463.
    for (int count : counts) {
      assertThat(count).isBetween(9_537, 10_463);
    }
  }

  @Test
  void integersReachTheSmallestAndTheLargestBound() {
    assertThat(SeededRandom.of(1).nextInt(1)).isZero();
    assertThat(SeededRandom.of(1).nextInt(Integer.MAX_VALUE)).isNotNegative();
  }

  @Test
  void integersNeedAPositiveBound() {
    assertThatThrownBy(() -> SeededRandom.of(1).nextInt(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot draw an integer: expected a positive bound, found 0");
  }

  @Test
  void floatsAndDoublesAreGolden() {
    SeededRandom floats = SeededRandom.of(7);
    assertThat(new float[] {floats.nextFloat(), floats.nextFloat(), floats.nextFloat()})
        .containsExactly(0x1.c583400000000p-5f, 0x1.607e400000000p-3f, 0x1.6f66220000000p-1f);

    SeededRandom doubles = SeededRandom.of(7);
    assertThat(new double[] {doubles.nextDouble(), doubles.nextDouble(), doubles.nextDouble()})
        .containsExactly(0x1.c583400555d20p-5, 0x1.607e46efd274cp-3, 0x1.6f66236761a8bp-1);
  }

  @Test
  void gaussiansAreGolden() {
    SeededRandom random = SeededRandom.of(7);
    double[] gaussians = new double[5];
    Arrays.setAll(gaussians, i -> random.nextGaussian());

    assertThat(gaussians)
        .containsExactly(
            0x1.ac8da7097b412p+0,
            -0x1.1ebed0f15bbdep-1,
            0x1.13676381fc58bp-1,
            -0x1.45f0bff488031p-5,
            0x1.353ac93b4003ap+0);
  }

  @Test
  void gaussiansHaveMeanZeroAndVarianceOne() {
    SeededRandom random = SeededRandom.of(11);
    int draws = 100_000;
    double sum = 0;
    double squares = 0;
    for (int draw = 0; draw < draws; draw++) {
      double value = random.nextGaussian();
      sum += value;
      squares += value * value;
    }

    // Five standard errors.
    assertThat(Math.abs(sum / draws)).isLessThan(0.0158);
    assertThat(Math.abs(squares / draws - 1)).isLessThan(0.0224);
  }

  @Test
  void permutationsAreGolden() {
    assertThat(SeededRandom.of(7).permutation(10)).containsExactly(3, 8, 9, 4, 6, 7, 2, 5, 1, 0);
    assertThat(SeededRandom.of(7).permutation(1)).containsExactly(0);
    assertThat(SeededRandom.of(7).permutation(0)).isEmpty();
  }

  @Test
  void shuffleMovesTheValuesThemselves() {
    int[] values = {40, 10, 40, 30, 20};

    SeededRandom.of(5).shuffle(values);

    assertThat(values).containsExactlyInAnyOrder(10, 20, 30, 40, 40);
  }

  @Test
  void everyPurposeHasItsOwnStream() {
    assertThat(
            new long[] {
              RandomStreams.VALIDATION_SPLIT,
              RandomStreams.SHARDS,
              RandomStreams.MINIBATCH_ORDER,
              RandomStreams.INITIAL_PARAMETERS,
              RandomStreams.DROPOUT
            })
        .containsExactly(1, 2, 3, 4, 5);
  }
}
