package io.sparkrnn.spark.rounds;

import io.sparkrnn.model.FloatArrays;
import io.sparkrnn.train.Round;
import io.sparkrnn.train.RoundPart;
import io.sparkrnn.train.SubtreeSum;
import io.sparkrnn.train.TrainingState;
import io.sparkrnn.train.VectorLayout;
import io.sparkrnn.train.WorkerResult;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.Function;

/**
 * What tasks and driver say to each other, as bytes: little-endian, arrays as an int length and
 * their floats or doubles.
 *
 * <p>Every request begins with an int of magic number and version, the run (long), the stretch
 * (int) and its kind (byte); every reply with the magic number and its kind.
 */
final class RoundMessages {
  /** The last byte is the version; driver and executors must agree. */
  static final int MAGIC = 0x53524E_06;

  /** A message is an array of bytes, which Spark's transport puts into a frame of its own. */
  static final long LARGEST_BYTES = Integer.MAX_VALUE - 1024L;

  /** Workers without a list of numbers: all of the group. */
  private static final int ALL = -1;

  private static final byte ASK = 1;
  private static final byte RESULT = 2;
  private static final byte PING = 3;
  private static final byte ROUND = 4;
  private static final byte END = 5;
  private static final byte PONG = 6;
  private static final byte SUM = 7;

  private static final int HEADER_BYTES = Integer.BYTES + Long.BYTES + Integer.BYTES + 1;

  private RoundMessages() {}

  /** What a task says. */
  sealed interface Request {
    /** A random number of the runner. */
    long run();

    /** Counts the runner's Spark jobs. */
    int stretch();
  }

  /** A group of workers asks what to do; answered once there is something. */
  record Ask(long run, int stretch, int group) implements Request {}

  /** What a task brings back from a round; not answered. */
  record Result(long run, int stretch, long round, RoundPart part) implements Request {}

  /** Asks whether the driver is there, and tells Spark's transport that this connection is. */
  record Ping(long run, int stretch) implements Request {}

  /** What the driver says. */
  sealed interface Reply {}

  /**
   * Run a round.
   *
   * @param workers of the group whose results are missing; empty for all of the group
   */
  record RunRound(int[] workers, Round round, TrainingState state) implements Reply {}

  /** The stretch is over, or another one has begun. */
  record EndOfStretch() implements Reply {}

  /** The driver is there. */
  record Pong() implements Reply {}

  static ByteBuffer encode(Request request) {
    if (request instanceof Result message) {
      return message.part() instanceof SubtreeSum sum
          ? encode(message, sum)
          : encode(message, (WorkerResult) message.part());
    } else if (request instanceof Ask ask) {
      return header(ask, ASK, HEADER_BYTES + Integer.BYTES).putInt(ask.group()).flip();
    }
    return header(request, PING, HEADER_BYTES).flip();
  }

  private static ByteBuffer encode(Result message, WorkerResult result) {
    long streamBytes = FloatArrays.bytes(result.streamStates()) - noStreamsBytes(1);
    ByteBuffer buffer =
        header(message, RESULT, resultBytes(result.values()) + streamBytes)
            .putLong(message.round())
            .putInt(result.worker())
            .putLong(result.samples())
            .putDouble(result.lossSum())
            .putDouble(result.lossWeight())
            .putLong(result.computeNanos());
    FloatArrays.put(buffer, result.streamStates());
    put(buffer, result.vector());
    return buffer.flip();
  }

  private static ByteBuffer encode(Result message, SubtreeSum sum) {
    long streamBytes = FloatArrays.bytes(sum.streamStates()) - noStreamsBytes(sum.workers());
    ByteBuffer buffer =
        header(message, SUM, sumBytes(sum.values(), sum.workers()) + streamBytes)
            .putLong(message.round())
            .putInt(sum.firstWorker())
            .putInt(sum.workers())
            .putLong(sum.samples())
            .putDouble(sum.lossSum())
            .putDouble(sum.lossWeight());
    for (long nanos : sum.workerNanos()) {
      buffer.putLong(nanos);
    }
    FloatArrays.put(buffer, sum.streamStates());
    buffer.putInt(sum.values());
    buffer.asDoubleBuffer().put(sum.vector());
    return buffer.position(buffer.limit()).flip();
  }

  /** Of a worker's result without streams, and about those of a state; other fields are few. */
  static long resultBytes(long values) {
    return HEADER_BYTES
        + 5 * Long.BYTES
        + 2 * Integer.BYTES
        + noStreamsBytes(1)
        + Float.BYTES * values;
  }

  private static long noStreamsBytes(int workers) {
    return FloatArrays.bytes(new float[workers][]);
  }

  /** Of a folded subtree without streams. */
  static long sumBytes(long values, int workers) {
    return HEADER_BYTES
        + 4 * Long.BYTES
        + 3 * Integer.BYTES
        + (long) Long.BYTES * workers
        + noStreamsBytes(workers)
        + Double.BYTES * values;
  }

  /**
   * A request from bytes that may be used again afterwards.
   *
   * @throws ExchangeMessageException if it is none of this version
   */
  static Request decodeRequest(ByteBuffer bytes) {
    return decode(
        bytes,
        buffer -> {
          long run = buffer.getLong();
          int stretch = buffer.getInt();
          byte kind = buffer.get();
          return switch (kind) {
            case ASK -> new Ask(run, stretch, buffer.getInt());
            case RESULT, SUM -> new Result(run, stretch, buffer.getLong(), part(kind, buffer));
            case PING -> new Ping(run, stretch);
            default -> throw unknownKind(kind);
          };
        });
  }

  private static <T> T decode(ByteBuffer bytes, Function<ByteBuffer, T> body) {
    ByteBuffer buffer = bytes.order(ByteOrder.LITTLE_ENDIAN);
    try {
      requireMagic(buffer);
      T message = body.apply(buffer);
      if (buffer.hasRemaining()) {
        throw unreadable("its end", "%d more bytes".formatted(buffer.remaining()));
      }
      return message;
    } catch (BufferUnderflowException e) {
      throw unreadable("more bytes", "its end");
    }
  }

  private static RoundPart part(byte kind, ByteBuffer buffer) {
    int firstWorker = buffer.getInt();
    int workers = kind == SUM ? buffer.getInt() : 1;
    long samples = buffer.getLong();
    double lossSum = buffer.getDouble();
    double lossWeight = buffer.getDouble();
    long[] workerNanos = longs(buffer, workers);
    float[][] streams = streamStates(buffer, workers);
    return kind == SUM
        ? new SubtreeSum(
            firstWorker,
            workers,
            doubles(buffer),
            samples,
            lossSum,
            lossWeight,
            streams,
            workerNanos)
        : new WorkerResult(
            firstWorker, floats(buffer), samples, lossSum, lossWeight, streams[0], workerNanos[0]);
  }

  private static float[][] streamStates(ByteBuffer buffer, int workers) {
    float[][] states = streamStates(buffer);
    if (states.length != workers) {
      throw unreadable("states of %d workers".formatted(workers), String.valueOf(states.length));
    }
    return states;
  }

  private static float[][] streamStates(ByteBuffer buffer) {
    try {
      return FloatArrays.get(buffer);
    } catch (IllegalArgumentException e) {
      throw unreadable("stream states that fit", e.getMessage());
    }
  }

  static ByteBuffer encode(Reply reply) {
    if (reply instanceof RunRound message) {
      TrainingState state = message.state();
      int workerBytes = Integer.BYTES * (1 + message.workers().length);
      int streamBytes = Math.toIntExact(FloatArrays.bytes(state.streamStates()));
      ByteBuffer buffer =
          replyHeader(
              ROUND,
              workerBytes
                  + streamBytes
                  + 2 * Long.BYTES
                  + 3 * Integer.BYTES
                  + 1
                  + Double.BYTES
                  + 5 * Long.BYTES
                  + 4 * Integer.BYTES
                  + Math.multiplyExact(Float.BYTES, state.vector().length));
      buffer.putInt(message.workers().length == 0 ? ALL : message.workers().length);
      for (int worker : message.workers()) {
        buffer.putInt(worker);
      }
      Round round = message.round();
      buffer.putLong(round.number()).putInt(round.epoch()).putInt(round.firstMinibatch());
      buffer.putInt(round.iterations()).putLong(round.firstIteration());
      buffer.put((byte) (round.lastOfEpoch() ? 1 : 0)).putDouble(round.plateauFactor());
      buffer.putLong(state.round()).putInt(state.epoch()).putInt(state.minibatch());
      buffer.putLong(state.iteration()).putDouble(state.epochLossSum());
      buffer.putDouble(state.epochLossWeight());
      buffer.putLong(state.epochSamples()).putInt(state.layout().parameters());
      FloatArrays.put(buffer, state.streamStates());
      put(buffer, state.vector());
      return buffer.flip();
    }
    return replyHeader(reply instanceof Pong ? PONG : END, 0).flip();
  }

  /**
   * A reply from bytes that may be used again afterwards.
   *
   * @throws ExchangeMessageException if it is none of this version
   */
  static Reply decodeReply(ByteBuffer bytes) {
    return decode(
        bytes,
        buffer -> {
          byte kind = buffer.get();
          return switch (kind) {
            case ROUND -> runRound(buffer);
            case END -> new EndOfStretch();
            case PONG -> new Pong();
            default -> throw unknownKind(kind);
          };
        });
  }

  private static RunRound runRound(ByteBuffer buffer) {
    int count = buffer.getInt();
    int[] workers = new int[count == ALL ? 0 : requireFits(buffer, count, Integer.BYTES)];
    for (int i = 0; i < workers.length; i++) {
      workers[i] = buffer.getInt();
    }
    Round round =
        new Round(
            buffer.getLong(),
            buffer.getInt(),
            buffer.getInt(),
            buffer.getInt(),
            buffer.getLong(),
            buffer.get() != 0,
            buffer.getDouble());
    long roundsDone = buffer.getLong();
    int epoch = buffer.getInt();
    int minibatch = buffer.getInt();
    long iteration = buffer.getLong();
    double epochLossSum = buffer.getDouble();
    double epochLossWeight = buffer.getDouble();
    long epochSamples = buffer.getLong();
    int parameters = buffer.getInt();
    float[][] streams = streamStates(buffer);
    float[] vector = floats(buffer);
    return new RunRound(
        workers,
        round,
        new TrainingState(
            vector,
            new VectorLayout(parameters, vector.length - parameters, 0),
            roundsDone,
            epoch,
            minibatch,
            iteration,
            epochLossSum,
            epochLossWeight,
            epochSamples,
            List.of(),
            streams));
  }

  private static ByteBuffer header(Request request, byte kind, long bytes) {
    return ByteBuffer.allocate(Math.toIntExact(bytes))
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(MAGIC)
        .putLong(request.run())
        .putInt(request.stretch())
        .put(kind);
  }

  private static ByteBuffer replyHeader(byte kind, int bodyBytes) {
    return ByteBuffer.allocate(Integer.BYTES + 1 + bodyBytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(MAGIC)
        .put(kind);
  }

  private static void put(ByteBuffer buffer, float[] values) {
    buffer.putInt(values.length);
    buffer.asFloatBuffer().put(values);
    buffer.position(buffer.position() + Float.BYTES * values.length);
  }

  private static float[] floats(ByteBuffer buffer) {
    float[] values = new float[requireFits(buffer, buffer.getInt(), Float.BYTES)];
    buffer.asFloatBuffer().get(values);
    buffer.position(buffer.position() + Float.BYTES * values.length);
    return values;
  }

  private static double[] doubles(ByteBuffer buffer) {
    double[] values = new double[requireFits(buffer, buffer.getInt(), Double.BYTES)];
    buffer.asDoubleBuffer().get(values);
    buffer.position(buffer.position() + Double.BYTES * values.length);
    return values;
  }

  private static long[] longs(ByteBuffer buffer, int count) {
    long[] values = new long[requireFits(buffer, count, Long.BYTES)];
    for (int i = 0; i < values.length; i++) {
      values[i] = buffer.getLong();
    }
    return values;
  }

  /** Checked before anything of that length is allocated. */
  private static int requireFits(ByteBuffer buffer, int count, int bytesEach) {
    if (count < 0 || (long) count * bytesEach > buffer.remaining()) {
      throw unreadable(
          "at most %d values".formatted(buffer.remaining() / bytesEach),
          "a length of %d".formatted(count));
    }
    return count;
  }

  private static void requireMagic(ByteBuffer buffer) {
    int magic = buffer.getInt();
    if (magic != MAGIC) {
      throw unreadable(
          "it to begin with 0x%08x".formatted(MAGIC),
          "0x%08x; driver and executors must run the same version".formatted(magic));
    }
  }

  private static ExchangeMessageException unknownKind(byte kind) {
    return unreadable("a kind of 1 to 7", String.valueOf(kind));
  }

  private static ExchangeMessageException unreadable(String expected, String found) {
    return new ExchangeMessageException(
        "Cannot read a message of the exchange of rounds: expected %s, found %s"
            .formatted(expected, found));
  }
}
