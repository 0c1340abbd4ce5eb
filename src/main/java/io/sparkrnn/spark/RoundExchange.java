package io.sparkrnn.spark;

import io.sparkrnn.spark.RoundMessages.Ask;
import io.sparkrnn.spark.RoundMessages.EndOfStretch;
import io.sparkrnn.spark.RoundMessages.Ping;
import io.sparkrnn.spark.RoundMessages.Pong;
import io.sparkrnn.spark.RoundMessages.Reply;
import io.sparkrnn.spark.RoundMessages.Request;
import io.sparkrnn.spark.RoundMessages.Result;
import io.sparkrnn.spark.RoundMessages.RunRound;
import io.sparkrnn.spark.WorkerGroups.Group;
import io.sparkrnn.train.Round;
import io.sparkrnn.train.TrainingState;
import io.sparkrnn.train.WorkerResult;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
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
 * takes results.
 *
 * <p>It keeps no account of tasks. A group that asks while the round lacks a result of one of its
 * workers is told to run these; any other is answered when the next round begins. So a task that
 * was lost, repeated or started twice does what is missing, and the first result of a worker
 * counts. A task's results and its next question come over one connection, hence in order.
 */
final class RoundExchange implements AutoCloseable {
  private static final Map<Long, RoundExchange> OPEN = new ConcurrentHashMap<>();

  private final long run = ThreadLocalRandom.current().nextLong();
  private final int workers;
  private final String host;
  private final TransportContext transport;
  private final TransportServer server;
  private final BlockingQueue<Optional<WorkerResult>> results = new LinkedBlockingQueue<>();

  // Guarded by this.
  private final List<Waiting> waiting = new ArrayList<>();
  private int stretch;
  private List<Group> groups = List.of();
  private RunRound current;
  // Encoded once for all groups; null as long as none has asked over the network.
  private ByteBuffer currentBytes;
  private final BitSet missing = new BitSet();

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
  RoundExchange(SparkConf conf, int workers) {
    this.workers = workers;
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
    results.removeIf(Optional::isPresent);
    current = new RunRound(new int[0], round, state);
    currentBytes = null;
    missing.set(0, workers);
    List<Waiting> asked = List.copyOf(waiting);
    waiting.clear();
    asked.forEach(this::answer);
  }

  /**
   * The next result of the round, each worker's once, or empty after a while or a call of {@link
   * #wake}.
   */
  Optional<WorkerResult> poll(long millis) throws InterruptedException {
    Optional<WorkerResult> result = results.poll(millis, TimeUnit.MILLISECONDS);
    return result == null ? Optional.empty() : result;
  }

  /** Whether the round lacks results of a group. */
  synchronized boolean owes(int group) {
    return group < groups.size() && groups.get(group).workers().anyMatch(missing::get);
  }

  /** Ends a {@link #poll}. */
  void wake() {
    results.add(Optional.empty());
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
    int[] lacking = group.workers().filter(missing::get).toArray();
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
    WorkerResult result = message.result();
    // Of an earlier stretch, too: a result depends on nothing but the round.
    if (message.run() == run
        && current != null
        && message.round() == current.round().number()
        && missing.get(result.worker())) {
      requireLength("parameters", current.state().parameters(), result.parameters());
      requireLength("updater state", current.state().updaterState(), result.updaterState());
      missing.clear(result.worker());
      results.add(Optional.of(result));
    }
  }

  private static void requireLength(String what, float[] expected, float[] found) {
    if (found.length != expected.length) {
      throw new ExchangeMessageException(
          "Cannot take a worker's result: expected %d floats of %s, found %d"
              .formatted(expected.length, what, found.length));
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
      if (RoundMessages.decodeRequest(bytes) instanceof Result result) {
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
