package io.sparkrnn.spark.rounds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sparkrnn.config.Averaging;
import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.run.UsageException;
import io.sparkrnn.spark.shards.WorkerGroups;
import io.sparkrnn.spark.shards.WorkerGroups.Group;
import io.sparkrnn.train.Recipe;
import io.sparkrnn.train.Recipe.Sequences;
import io.sparkrnn.train.updater.LearningRateSchedule;
import io.sparkrnn.train.updater.Muon;
import io.sparkrnn.train.updater.Rules;
import io.sparkrnn.train.updater.Updater;
import java.util.List;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class DriverLimitsTest {
  /** row-rnn-512x2 with Adam. */
  private static final long VALUES = 3 * 806_922;

  private static final DriverLimits LIMITS = new DriverLimits(VALUES, 0, 0, 0);

  /** 64 streams of two layers of 512 units. */
  private static final DriverLimits OF_STREAMS = new DriverLimits(VALUES, 64 * 2 * 512, 0, 0);

  private static List<Group> groups(int workers, int slots) {
    return WorkerGroups.of(workers, slots);
  }

  private static SubtreeFolding folding(int workers) {
    return new SubtreeFolding(workers, 3, Averaging.PARAMETERS);
  }

  private static Recipe recipe(List<Integer> hidden) {
    return recipe(hidden, Sequences.INDEPENDENT);
  }

  private static Recipe recipe(List<Integer> hidden, Sequences sequences) {
    return recipe(hidden, sequences, new Updater.Adam(0.9, 0.999, 1e-8));
  }

  private static Recipe recipe(List<Integer> hidden, Sequences sequences, Updater updater) {
    RunConfiguration defaults = new Rules(ConfigurationLoader.defaults()).decided();
    return new Recipe(
        new RnnTopology("test", Network.elman(28, 28, hidden, Activation.TANH, 10)),
        64,
        1,
        updater,
        new LearningRateSchedule(defaults.schedule(), 0.01, 100),
        1,
        0,
        1,
        sequences,
        0,
        0);
  }

  @Test
  void valuesAreParametersAndUpdaterState() {
    assertThat(DriverLimits.of(recipe(List.of(512, 512)))).isEqualTo(LIMITS);
    assertThat(DriverLimits.of(recipe(List.of(512, 512), Sequences.STREAMS))).isEqualTo(OF_STREAMS);
    // More than an array has, which is what has to be found out.
    assertThat(DriverLimits.of(recipe(List.of(40_000))).values()).isGreaterThan(Integer.MAX_VALUE);
  }

  @Test
  void resultsOfAJobNeedRoomInSparksLimit() {
    SparkConf oneGigabyte = new SparkConf(false);

    assertThatExceptionOfType(UsageException.class)
        .isThrownBy(() -> LIMITS.requireResultsFit(oneGigabyte, folding(1024), groups(1024, 1024)))
        .withMessage(
            "Cannot collect the results of 1024 workers in 1024 tasks: expected"
                + " spark.driver.maxResultSize of at least 9,916,580,864 bytes, found"
                + " 1,073,741,824");
    // A sum is as many bytes as two results, whatever it sums.
    assertThatCode(() -> LIMITS.requireResultsFit(oneGigabyte, folding(1024), groups(1024, 32)))
        .doesNotThrowAnyException();
    SparkConf unlimited = new SparkConf(false).set("spark.driver.maxResultSize", "0");
    assertThatCode(() -> LIMITS.requireResultsFit(unlimited, folding(1024), groups(1024, 1024)))
        .doesNotThrowAnyException();
  }

  @Test
  void theBytesOfARoundAreThoseOfItsMessages() {
    long result = 1024 + RoundMessages.resultBytes(VALUES);
    long sumOf32 = 1024 + RoundMessages.sumBytes(VALUES, 32);
    long sumOf4 = 1024 + RoundMessages.sumBytes(VALUES, 4);

    assertThat(LIMITS.roundBytes(folding(64), groups(64, 64))).isEqualTo(64 * result);
    assertThat(LIMITS.roundBytes(folding(64), groups(64, 2))).isEqualTo(2 * sumOf32);
    assertThat(LIMITS.roundBytes(folding(6), List.of(new Group(0, 5), new Group(5, 6))))
        .isEqualTo(sumOf4 + 2 * result);
  }

  @Test
  void aStateHasToFitIntoAMessage() {
    long most = (RoundMessages.LARGEST_BYTES - RoundMessages.resultBytes(0)) / 4;

    assertThatCode(() -> new DriverLimits(most, 0, 0, 0).requireMessagesFit(64))
        .doesNotThrowAnyException();
    assertThatExceptionOfType(UsageException.class)
        .isThrownBy(() -> new DriverLimits(most + 1, 0, 0, 0).requireMessagesFit(64))
        .withMessageMatching(
            "Cannot exchange rounds with tasks that stay: expected messages of at most 2,147,482,623 bytes, found 2,147,48[\\d,]+ for [\\d,]+ parameters and updater state; use --rounds job");
  }

  @Test
  void aSumThatDoesNotFitIntoAMessageIsNotFolded() {
    assertThat(SubtreeFolding.of(recipe(List.of(512, 512)), 64).parts(0, 64)).containsExactly(64);
    // 300 million values: results fit, sums do not.
    assertThat(SubtreeFolding.of(recipe(List.of(10_000)), 64).parts(0, 64)).hasSize(64);
  }

  @Test
  void theDriverNeedsMemoryForOneResultAtATime() {
    long least = 28 * VALUES;

    assertThatCode(() -> LIMITS.requireHeap(64, least)).doesNotThrowAnyException();
    assertThatExceptionOfType(UsageException.class)
        .isThrownBy(() -> LIMITS.requireHeap(64, least - 1))
        .withMessage(
            "Cannot average 2,420,766 parameters and updater state: expected spark.driver.memory of at least 67,781,448 bytes, found 67,781,447");
  }

  /**
   * row-rnn-512x2 by muon: 28 x 512, and 512 x 512 three times, which share one room; 512 x 10 goes
   * by adam. In floats, of which products have 516 or 36 padded rows:
   *
   * <pre>
   * 512 x 512   4 products of 516 x 512, 516 x 512 left, 512 x 512 right           1,583,104
   * 28 x 512    2 products of 36 x 512, 2 of 36 x 32, 36 x 512 left, 32 x 512 right   73,984
   * update      512 x 512                                                            262,144
   * </pre>
   *
   * and 12 before the first of each room.
   */
  @Test
  void theRoomOfMuonsProductsIsTheDriversWhereItSteps() {
    Updater.Adam adam = new Updater.Adam(0.9, 0.999, 1e-8);
    Recipe replicas =
        recipe(List.of(512, 512), Sequences.INDEPENDENT, new Muon(0.9, adam, 1, false));
    Recipe driver = replicas.averaging(Averaging.GRADIENTS);
    long parameters = VALUES / 3;

    assertThat(DriverLimits.of(replicas)).isEqualTo(LIMITS);
    DriverLimits limits = DriverLimits.of(driver);
    long room = 4 * (1_583_104 + 73_984 + 262_144 + 2 * 12);
    assertThat(limits).isEqualTo(new DriverLimits(parameters, 0, 2 * parameters, room));
    // With the output's 10 x 512 there is another room.
    Recipe outputs =
        recipe(List.of(512, 512), Sequences.INDEPENDENT, new Muon(0.9, adam, 1, true))
            .averaging(Averaging.GRADIENTS);
    assertThat(DriverLimits.of(outputs).stepBytes() - room)
        .isEqualTo(4 * (3 * 12 * 512 + 2 * 12 * 32 + 32 * 512 + 12));
    // What adam takes steps in is its state.
    assertThat(
            DriverLimits.of(recipe(List.of(512, 512)).averaging(Averaging.GRADIENTS)).stepBytes())
        .isZero();

    long least = (28 + 2 * 12) * parameters + room;
    assertThatCode(() -> limits.requireHeap(64, least)).doesNotThrowAnyException();
    assertThatExceptionOfType(UsageException.class)
        .isThrownBy(() -> limits.requireHeap(64, least - 1))
        .withMessageContaining("of at least %,d bytes, found %,d", least, least - 1);
    long all = (12 + 2 * 12) * parameters + room + limits.roundBytes(folding(64), groups(64, 4));
    assertThat(limits.warnOfHeap(folding(64), groups(64, 4), all)).isFalse();
    assertThat(limits.warnOfHeap(folding(64), groups(64, 4), all - 1)).isTrue();
  }

  @Test
  void warnsOfResultsThatMightAllArriveAtOnce() {
    long heap = 1L << 30;

    assertThat(LIMITS.warnOfHeap(folding(256), groups(256, 256), heap)).isTrue();
    assertThat(LIMITS.warnOfHeap(folding(256), groups(256, 16), heap)).isFalse();
  }

  /** A result has those of its worker, a sum those of all of its own, a state those of all. */
  @Test
  void statesOfStreamsTravelToo() {
    long perWorker = 4 * OF_STREAMS.streamValues();
    for (List<Group> groups : List.of(groups(64, 64), groups(64, 5), groups(64, 2))) {
      assertThat(OF_STREAMS.roundBytes(folding(64), groups))
          .isEqualTo(LIMITS.roundBytes(folding(64), groups) + 64 * perWorker);
    }
    assertThat(OF_STREAMS.stateBytes(64)).isEqualTo(LIMITS.stateBytes(64) + 64 * (4 + perWorker));
    assertThatCode(() -> OF_STREAMS.requireMessagesFit(64)).doesNotThrowAnyException();
    assertThatExceptionOfType(UsageException.class)
        .isThrownBy(() -> OF_STREAMS.requireMessagesFit(10_000))
        .withMessageMatching(
            "Cannot exchange rounds .* for 657,780,766 parameters, updater state and states of streams; use --rounds job");
    assertThat(OF_STREAMS.sumFits(64)).isTrue();
    assertThat(OF_STREAMS.sumFits(10_000)).isFalse();
  }

  @Test
  void theDriverNeedsMemoryForTheStatesOfAllStreams() {
    long least = 28 * VALUES + 12 * 64 * OF_STREAMS.streamValues();

    assertThatCode(() -> OF_STREAMS.requireHeap(64, least)).doesNotThrowAnyException();
    assertThatExceptionOfType(UsageException.class)
        .isThrownBy(() -> OF_STREAMS.requireHeap(64, least - 1))
        .withMessageStartingWith(
            "Cannot average 6,615,070 parameters, updater state and states of streams: expected ");
    List<Group> groups = groups(64, 4);
    long heap = 12 * VALUES + LIMITS.roundBytes(folding(64), groups);
    assertThat(LIMITS.warnOfHeap(folding(64), groups, heap)).isFalse();
    assertThat(OF_STREAMS.warnOfHeap(folding(64), groups, heap)).isTrue();
  }
}
