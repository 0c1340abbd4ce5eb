package io.sparkrnn.spark.rounds;

import io.sparkrnn.config.Averaging;
import io.sparkrnn.run.UsageException;
import io.sparkrnn.spark.rounds.RoundMessages.Ask;
import io.sparkrnn.spark.rounds.RoundMessages.EndOfStretch;
import io.sparkrnn.spark.rounds.RoundMessages.Ping;
import io.sparkrnn.spark.rounds.RoundMessages.Pong;
import io.sparkrnn.spark.rounds.RoundMessages.Reply;
import io.sparkrnn.spark.rounds.RoundMessages.Request;
import io.sparkrnn.spark.rounds.RoundMessages.Result;
import io.sparkrnn.spark.rounds.RoundMessages.RunRound;
import io.sparkrnn.spark.shards.WorkerGroups.Group;
import io.sparkrnn.train.ParameterAverage;
import io.sparkrnn.train.Round;
import io.sparkrnn.train.RoundPart;
import io.sparkrnn.train.RoundResult;
import io.sparkrnn.train.TrainingState;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.network.TransportContext;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.crypto.AuthServerBootstrap;
import org.apache.spark.network.server.OneForOneStreamManager;
import org.apache.spark.network.server.RpcHandler;
import org.apache.spark.network.server.StreamManager;
import org.apache.spark.network.server.TransportServer;
import org.apache.spark.network.server.TransportServerBootstrap;
import org.apache.spark.network.util.TransportConf;
import org.apache.spark.util.Utils;
import scala.Function1;
import scala.Tuple2;

/**
 * The driver's side of resident workers: hands the state of a round to every group that asks, and
 * folds results as they arrive, in the threads that receive them: a driver that folds more slowly
 * than it could receive lets the senders wait instead of keeping their results.
 *
 * <p>It keeps no account of tasks. A group that asks while the round lacks a result of one of its
 * workers is told to run these; any other is answered when the next round begins. So a task that
 * was lost, repeated or started twice does what is missing, and the first result of a worker
 * counts: a sum of which one is already there is ignored, and what it would have brought for the
 * others is still missing when its task asks again. A task's results and its next question come
 * over one connection, hence in order.
 */
final class RoundExchange implements AutoCloseable {
  private static final Map<Long, RoundExchange> OPEN = new ConcurrentHashMap<>();

  private final long run = ThreadLocalRandom.current().nextLong();
  private final int workers;
  private final Averaging averaging;
  private final String host;
  private final TransportContext transport;
  private final TransportServer server;
  // True: a result has been folded; false: somebody else wakes the runner.
  private final BlockingQueue<Boolean> events = new LinkedBlockingQueue<>();

  // Guarded by this.
  private final List<Waiting> waiting = new ArrayList<>();
  private int stretch;
  private List<Group> groups = List.of();
  private RunRound current;
  // Encoded once for all groups; null as long as none has asked over the network.
  private ByteBuffer currentBytes;
  private ParameterAverage average;
  private Error failure;

  /**
   * Who waits for something to do.
   *
   * @param asker whom a lost connection belongs to
   */
  private record Waiting(int group, Object asker, Consumer<Reply> callback) {}

  /**
   * Starts to listen where the driver does, at {@code spark.rnn.exchange.port}.
   *
   * @throws ExchangeUnreachableException if there is no free port
   */
  RoundExchange(SparkConf conf, int workers, Averaging averaging) {
    this.workers = workers;
    this.averaging = averaging;
    this.host = conf.get("spark.driver.host");
    TransportConf settings = ExchangeEndpoint.transport(conf, 0);
    this.transport = new TransportContext(settings, new Handler());
    SecurityManager security = SparkEnv.get().securityManager();
    List<TransportServerBootstrap> bootstraps =
        security.isAuthenticationEnabled()
            ? List.of(new AuthServerBootstrap(settings, security))
            : List.of();
    String bindAddress = conf.get("spark.driver.bindAddress", host);
    Function1<Object, Tuple2<TransportServer, Object>> start =
        port -> {
          TransportServer started = transport.createServer(bindAddress, (Integer) port, bootstraps);
          return new Tuple2<>(started, started.getPort());
        };
    int port = conf.getInt("spark.rnn.exchange.port", 0);
    try {
      this.server = Utils.startServiceOnPort(port, start, conf, "the exchange of rounds")._1();
    } catch (Exception e) {
      transport.close();
      throw new ExchangeUnreachableException(bindAddress, port, e.getMessage());
    }
    OPEN.put(run, this);
  }

  /** The exchange of a runner that is in this JVM. */
  static Optional<RoundExchange> inThisJvm(long run) {
    return Optional.ofNullable(OPEN.get(run));
  }

  /** Begins another stretch; tasks of an older one are told to end. */
  synchronized ExchangeEndpoint beginStretch(List<Group> newGroups) {
    endStretch();
    groups = newGroups;
    return new ExchangeEndpoint(host, server.getPort(), run, stretch);
  }

  /** Tells all tasks to end, now or when they ask. */
  synchronized void endStretch() {
    stretch++;
    groups = List.of();
    waiting.forEach(ask -> ask.callback().accept(new EndOfStretch()));
    waiting.clear();
  }

  /** Hands a round to every group, and forgets the one before. */
  synchronized void begin(Round round, TrainingState state) {
    events.removeIf(result -> result);
    current = new RunRound(new int[0], round, state);
    currentBytes = null;
    average = new ParameterAverage(workers, averaging);
    List<Waiting> asked = List.copyOf(waiting);
    waiting.clear();
    asked.forEach(this::answer);
  }

  /**
   * Waits for another result of the round, but not for longer than a while or a call of {@link
   * #wake}.
   *
   * @return whether there is one
   * @throws UsageException if the memory was not enough for it
   */
  boolean poll(long millis) throws InterruptedException {
    Boolean result = events.poll(millis, TimeUnit.MILLISECONDS);
    requireNoFailure();
    return Boolean.TRUE.equals(result);
  }

  /** Whether the round lacks results of a group. */
  synchronized boolean owes(int group) {
    return group < groups.size() && groups.get(group).workers().anyMatch(average::isMissing);
  }

  /** Ends a {@link #poll}. */
  void wake() {
    events.add(false);
  }

  /** Whether every worker's result is there. */
  synchronized boolean isComplete() {
    return average.isComplete();
  }

  /** The average of the round, once it is complete. */
  synchronized RoundResult result() {
    return average.result();
  }

  // An average that ran out of memory halfway is good for nothing.
  private synchronized void requireNoFailure() {
    if (failure instanceof OutOfMemoryError) {
      throw new UsageException(
          "Cannot average a round: expected spark.driver.memory to be enough for the results of %d workers, found %,d bytes"
              .formatted(workers, Runtime.getRuntime().maxMemory()));
    } else if (failure != null) {
      throw failure;
    }
  }

  private synchronized void fail(Error error) {
    failure = error;
    wake();
  }

  int port() {
    return server.getPort();
  }

  @Override
  public void close() {
    OPEN.remove(run);
    endStretch();
    server.close();
    transport.close();
  }

  private void answer(Waiting ask) {
    Group group = groups.get(ask.group());
    int[] lacking = group.workers().filter(average::isMissing).toArray();
    if (lacking.length == 0) {
      waiting.add(ask);
    } else if (lacking.length == group.end() - group.from()) {
      ask.callback().accept(current);
    } else {
      ask.callback().accept(new RunRound(lacking, current.round(), current.state()));
    }
  }

  private synchronized ByteBuffer encoded(Reply reply) {
    if (reply != current) {
      return RoundMessages.encode(reply);
    }
    if (currentBytes == null) {
      currentBytes = RoundMessages.encode(current);
    }
    return currentBytes.duplicate();
  }

  /**
   * Answers, now or when there is something to do.
   *
   * @param asker to be forgotten when it is gone
   */
  synchronized void ask(Ask request, Object asker, Consumer<Reply> callback) {
    if (isCurrent(request)) {
      answer(new Waiting(request.group(), asker, callback));
    } else {
      callback.accept(new EndOfStretch());
    }
  }

  synchronized void forget(Object asker) {
    waiting.removeIf(ask -> ask.asker().equals(asker));
  }

  private boolean isCurrent(Request request) {
    return request.run() == run && request.stretch() == stretch && !groups.isEmpty();
  }

  synchronized void take(Result message) {
    // Of an earlier stretch, too: a result depends on nothing but the round.
    if (message.run() == run
        && current != null
        && message.round() == current.round().number()
        && failure == null) {
      requireLength(message.part());
      try {
        if (average.add(message.part())) {
          events.add(true);
        }
      } catch (Error e) {
        fail(e);
        throw e;
      }
    }
  }

  private void requireLength(RoundPart part) {
    int expected = current.state().vector().length;
    if (part.values() != expected) {
      throw new ExchangeMessageException(
          "Cannot take a worker's result: expected %d values, found %d"
              .formatted(expected, part.values()));
    }
  }

  private final class Handler extends RpcHandler {
    private final StreamManager noStreams = new OneForOneStreamManager();

    // What is decoded has been copied: the bytes are Netty's again when this returns.
    @Override
    public void receive(TransportClient client, ByteBuffer bytes, RpcResponseCallback callback) {
      Request request = RoundMessages.decodeRequest(bytes);
      if (request instanceof Ask ask) {
        ask(ask, client, reply -> callback.onSuccess(encoded(reply)));
      } else {
        callback.onSuccess(
            RoundMessages.encode(request instanceof Ping ? new Pong() : new EndOfStretch()));
      }
    }

    @Override
    public void receive(TransportClient client, ByteBuffer bytes) {
      Request request;
      try {
        request = RoundMessages.decodeRequest(bytes);
      } catch (Error e) {
        fail(e);
        throw e;
      }
      if (request instanceof Result result) {
        take(result);
      }
    }

    @Override
    public void channelInactive(TransportClient client) {
      forget(client);
    }

    @Override
    public StreamManager getStreamManager() {
      return noStreams;
    }
  }
}
