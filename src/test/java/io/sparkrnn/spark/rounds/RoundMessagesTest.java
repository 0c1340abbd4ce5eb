package io.sparkrnn.spark.rounds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sparkrnn.spark.rounds.RoundMessages.Ask;
import io.sparkrnn.spark.rounds.RoundMessages.EndOfStretch;
import io.sparkrnn.spark.rounds.RoundMessages.Ping;
import io.sparkrnn.spark.rounds.RoundMessages.Pong;
import io.sparkrnn.spark.rounds.RoundMessages.Reply;
import io.sparkrnn.spark.rounds.RoundMessages.Request;
import io.sparkrnn.spark.rounds.RoundMessages.Result;
import io.sparkrnn.spark.rounds.RoundMessages.RunRound;
import io.sparkrnn.train.Round;
import io.sparkrnn.train.SubtreeSum;
import io.sparkrnn.train.TrainingState;
import io.sparkrnn.train.VectorLayout;
import io.sparkrnn.train.WorkerResult;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RoundMessagesTest {
  private static final float[] ODD_VALUES = {
    0f, -0f, Float.MIN_VALUE, Float.NaN, Float.NEGATIVE_INFINITY, 1e-3f, -7.25f
  };
  private static final Round ROUND = new Round(1L << 40, 3, 17, 9, (1L << 41) + 1, true, 0.1);
  private static final TrainingState STATE =
      new TrainingState(ODD_VALUES, new float[] {4f}, 1L << 40, 3, 17, 99, 0.1, 12_345);
  private static final Result RESULT =
      new Result(Long.MIN_VALUE, 3, 41, new WorkerResult(255, ODD_VALUES, 640, 0.3, 77));

  private static final Result SUM =
      new Result(
          7,
          4,
          41,
          new SubtreeSum(
              64,
              4,
              new double[] {1 / 3.0, -0.0, Double.NaN, 2},
              9,
              0.3,
              new long[] {77, -1, 0, Long.MAX_VALUE}));

  static List<Request> requests() {
    float[][] streams = {ODD_VALUES, null, {}, {1}};
    double[] values = {1, 2};
    long[] nanos = new long[4];
    return List.of(
        new Ask(-1, 2, 7),
        RESULT,
        new Result(1, 3, 41, new WorkerResult(2, ODD_VALUES, 640, 0.3, 77.5, ODD_VALUES, 77)),
        SUM,
        new Result(7, 4, 41, new SubtreeSum(64, 4, values, 9, 0.3, 0.25, streams, nanos)),
        new Ping(5, 0));
  }

  static List<Reply> replies() {
    return List.of(
        new RunRound(new int[0], ROUND, STATE),
        new RunRound(new int[] {3, 5}, ROUND, STATE),
        new RunRound(
            new int[] {3},
            ROUND,
            new TrainingState(
                ODD_VALUES,
                new VectorLayout(ODD_VALUES.length, 0, 0),
                5,
                3,
                17,
                99,
                0.1,
                0.7,
                12_345,
                List.of(),
                new float[][] {{1}, null, ODD_VALUES})),
        new EndOfStretch(),
        new Pong());
  }

  private static boolean equalBits(float left, float right) {
    return Float.floatToRawIntBits(left) == Float.floatToRawIntBits(right);
  }

  private static boolean equalBits(double left, double right) {
    return Double.doubleToRawLongBits(left) == Double.doubleToRawLongBits(right);
  }

  @ParameterizedTest
  @MethodSource("requests")
  void requestsComeBackAsTheyWent(Request request) {
    assertThat(RoundMessages.decodeRequest(RoundMessages.encode(request)))
        .usingRecursiveComparison()
        .withEqualsForType(RoundMessagesTest::equalBits, Float.class)
        .withEqualsForType(RoundMessagesTest::equalBits, Double.class)
        .isEqualTo(request);
  }

  @ParameterizedTest
  @MethodSource("replies")
  void repliesComeBackAsTheyWent(Reply reply) {
    assertThat(RoundMessages.decodeReply(RoundMessages.encode(reply)))
        .usingRecursiveComparison()
        .withEqualsForType(RoundMessagesTest::equalBits, Float.class)
        .isEqualTo(reply);
  }

  @ParameterizedTest
  @MethodSource("requests")
  void aShortenedOrLengthenedRequestIsRefused(Request request) {
    ByteBuffer bytes = RoundMessages.encode(request);
    assertEveryTruncationIsRefused(bytes, RoundMessages::decodeRequest);
    ByteBuffer longer = ByteBuffer.allocate(bytes.limit() + 1).put(bytes).position(0);
    assertThatExceptionOfType(ExchangeMessageException.class)
        .isThrownBy(() -> RoundMessages.decodeRequest(longer))
        .withMessageContaining("found 1 more bytes");
  }

  @ParameterizedTest
  @MethodSource("replies")
  void aShortenedReplyIsRefused(Reply reply) {
    assertEveryTruncationIsRefused(RoundMessages.encode(reply), RoundMessages::decodeReply);
  }

  private static void assertEveryTruncationIsRefused(
      ByteBuffer bytes, Consumer<ByteBuffer> decoder) {
    for (int length = 0; length < bytes.limit(); length++) {
      ByteBuffer shortened = bytes.duplicate().limit(length);
      assertThatExceptionOfType(ExchangeMessageException.class)
          .isThrownBy(() -> decoder.accept(shortened));
    }
  }

  @Test
  void anotherVersionIsRefused() {
    ByteBuffer bytes = RoundMessages.encode(new Ping(1, 1));
    bytes.put(0, (byte) 1);

    assertThatExceptionOfType(ExchangeMessageException.class)
        .isThrownBy(() -> RoundMessages.decodeRequest(bytes))
        .withMessageContaining("expected it to begin with 0x53524e06, found 0x53524e01");
  }

  @Test
  void anAbsurdLengthIsRefusedBeforeItIsAllocated() {
    ByteBuffer bytes = RoundMessages.encode(RESULT);
    int lengthOfVector = bytes.limit() - 4 * ODD_VALUES.length - 4;
    bytes.putInt(lengthOfVector, Integer.MAX_VALUE);

    assertThatExceptionOfType(ExchangeMessageException.class)
        .isThrownBy(() -> RoundMessages.decodeRequest(bytes))
        .withMessageContaining("found a length of 2147483647");
  }

  @Test
  void sizesAreKnownBefore() {
    assertThat(RoundMessages.encode(RESULT).limit())
        .isEqualTo((int) RoundMessages.resultBytes(ODD_VALUES.length));
    assertThat(RoundMessages.encode(SUM).limit()).isEqualTo((int) RoundMessages.sumBytes(4, 4));
    int state = ODD_VALUES.length + 1;
    assertThat((long) RoundMessages.encode(replies().get(0)).limit())
        .isBetween(RoundMessages.resultBytes(state), RoundMessages.resultBytes(state) + 64);
  }

  @Test
  void sizesOfStatesOfStreamsAreKnownBefore() {
    float[] values = new float[7];
    float[][] streams = {new float[5], new float[5], new float[5]};
    DriverLimits limits = new DriverLimits(values.length, 5, 0, 0);
    WorkerResult result = new WorkerResult(1, values, 9, 0.5, 0.5, streams[1], 3);
    assertThat((long) RoundMessages.encode(new Result(7, 4, 41, result)).limit())
        .isEqualTo(limits.partBytes(1));
    SubtreeSum sum = new SubtreeSum(0, 3, new double[7], 9, 0.5, 0.5, streams, new long[3]);
    assertThat((long) RoundMessages.encode(new Result(7, 4, 41, sum)).limit())
        .isEqualTo(limits.partBytes(3));
    TrainingState state =
        new TrainingState(
            values, new VectorLayout(7, 0, 0), 1, 0, 1, 1, 0.5, 9, 9, List.of(), streams);
    RunRound round = new RunRound(new int[0], new Round(1, 0, 1, 1, 1, false, 1), state);
    assertThat((long) RoundMessages.encode(round).limit())
        .isBetween(limits.stateBytes(3), limits.stateBytes(3) + 64);
  }
}
