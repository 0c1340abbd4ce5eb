package io.sparkrnn.spark.rounds;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sparkrnn.spark.rounds.RoundMessages.Ask;
import io.sparkrnn.spark.rounds.RoundMessages.Result;
import io.sparkrnn.train.RoundPart;
import io.sparkrnn.train.SubtreeSum;
import io.sparkrnn.train.WorkerResult;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.apache.spark.SparkConf;
import org.apache.spark.network.TransportContext;
import org.apache.spark.network.buffer.ManagedBuffer;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.client.TransportClientFactory;
import org.apache.spark.network.protocol.OneWayMessage;
import org.apache.spark.network.server.NoOpRpcHandler;

/**
 * The tasks of a stretch without any computation: each answers a round at once by a prepared
 * message, over a connection of its own. A process of its own; reads a stretch from each line of
 * its input and plays it to its end.
 */
final class SimulatedExecutors {
  private static final int THREADS = 2;

  // Where a round and a worker's number are in an encoded result.
  private static final int ROUND_AT = 17;
  private static final int WORKER_AT = ROUND_AT + Long.BYTES;
  private static final int PATCHED_BYTES = WORKER_AT + Integer.BYTES;

  /**
   * A stretch to play.
   *
   * @param workersPerTask 1: a task sends a result; more: a sum over so many workers
   */
  record Stretch(ExchangeEndpoint endpoint, int tasks, int workersPerTask, int values) {

    static Stretch parse(String line) {
      String[] words = line.split(" ");
      int[] sizes = Arrays.stream(words).skip(4).mapToInt(Integer::parseInt).toArray();
      return new Stretch(
          new ExchangeEndpoint(
              words[0],
              Integer.parseInt(words[1]),
              Long.parseLong(words[2]),
              Integer.parseInt(words[3])),
          sizes[0],
          sizes[1],
          sizes[2]);
    }

    String line() {
      return "%s %d %d %d %d %d %d"
          .formatted(
              endpoint.host(),
              endpoint.port(),
              endpoint.run(),
              endpoint.stretch(),
              tasks,
              workersPerTask,
              values);
    }

    private RoundPart part() {
      return workersPerTask == 1
          ? new WorkerResult(0, new float[values], 64, 1, 1)
          : new SubtreeSum(0, workersPerTask, new double[values], 64, 1, new long[workersPerTask]);
    }
  }

  /** A message whose first bytes are its own, and all others those of the prepared one. */
  private static final class Prepared extends ManagedBuffer {
    private final ByteBuf bytes;

    Prepared(ByteBuf message, long round, int worker) {
      ByteBuf patched = Unpooled.buffer(PATCHED_BYTES).writeBytes(message, 0, PATCHED_BYTES);
      patched.setLongLE(ROUND_AT, round).setIntLE(WORKER_AT, worker);
      this.bytes =
          Unpooled.wrappedBuffer(
              patched,
              message.retainedSlice(PATCHED_BYTES, message.readableBytes() - PATCHED_BYTES));
    }

    @Override
    public long size() {
      return bytes.readableBytes();
    }

    @Override
    public ByteBuffer nioByteBuffer() {
      throw new UnsupportedOperationException();
    }

    @Override
    public InputStream createInputStream() {
      throw new UnsupportedOperationException();
    }

    @Override
    public ManagedBuffer retain() {
      bytes.retain();
      return this;
    }

    @Override
    public ManagedBuffer release() {
      bytes.release();
      return this;
    }

    @Override
    public Object convertToNetty() {
      return bytes.duplicate().retain();
    }

    /** Of Spark 4. */
    @SuppressWarnings("unused")
    public Object convertToNettyForSsl() {
      return convertToNetty();
    }
  }

  private SimulatedExecutors() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      play(Stretch.parse(line));
    }
  }

  private static void play(Stretch stretch) throws IOException, InterruptedException {
    ByteBuffer encoded =
        RoundMessages.encode(
            new Result(stretch.endpoint().run(), stretch.endpoint().stretch(), 0, stretch.part()));
    ByteBuf message = Unpooled.directBuffer(encoded.remaining()).writeBytes(encoded);
    List<TransportClient> connections = new ArrayList<>();
    CountDownLatch ended = new CountDownLatch(stretch.tasks());
    try (TransportContext transport =
            new TransportContext(
                ExchangeEndpoint.transport(new SparkConf(false), THREADS), new NoOpRpcHandler());
        TransportClientFactory factory = transport.createClientFactory()) {
      for (int task = 0; task < stretch.tasks(); task++) {
        TransportClient connection =
            factory.createUnmanagedClient(stretch.endpoint().host(), stretch.endpoint().port());
        connections.add(connection);
        ask(stretch, connection, task, message, ended);
      }
      ended.await();
      connections.forEach(TransportClient::close);
    }
    message.release();
  }

  private static void ask(
      Stretch stretch,
      TransportClient connection,
      int task,
      ByteBuf message,
      CountDownLatch ended) {
    Ask ask = new Ask(stretch.endpoint().run(), stretch.endpoint().stretch(), task);
    connection.sendRpc(
        RoundMessages.encode(ask),
        new RpcResponseCallback() {
          @Override
          public void onSuccess(ByteBuffer reply) {
            ByteBuffer bytes = reply.order(ByteOrder.LITTLE_ENDIAN);
            // Magic number, kind, no list of workers; an end is nothing but the first two.
            int roundAt = Integer.BYTES + 1 + Integer.BYTES;
            if (bytes.remaining() < roundAt + Long.BYTES) {
              ended.countDown();
              return;
            }
            long round = bytes.getLong(bytes.position() + roundAt);
            int worker = task * stretch.workersPerTask();
            connection
                .getChannel()
                .writeAndFlush(new OneWayMessage(new Prepared(message, round, worker)));
            ask(stretch, connection, task, message, ended);
          }

          @Override
          public void onFailure(Throwable failure) {
            // The driver has closed the exchange.
            ended.countDown();
          }
        });
  }
}
