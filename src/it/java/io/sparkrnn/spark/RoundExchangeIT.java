package io.sparkrnn.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sparkrnn.spark.RoundMessages.EndOfStretch;
import io.sparkrnn.spark.RoundMessages.Reply;
import io.sparkrnn.spark.RoundMessages.RunRound;
import io.sparkrnn.spark.WorkerGroups.Group;
import io.sparkrnn.train.Round;
import io.sparkrnn.train.TrainingState;
import io.sparkrnn.train.WorkerResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tasks that are late, repeated or started twice, played by clients of the driver's exchange. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class RoundExchangeIT {
  private static final List<Group> GROUPS = List.of(new Group(0, 2), new Group(2, 3));

  private final ExecutorService tasks = Executors.newCachedThreadPool();
  private final List<ExchangeClient> clients = new ArrayList<>();
  private JavaSparkContext context;
  private RoundExchange exchange;
  private ExchangeEndpoint endpoint;

  @BeforeEach
  void open() {
    // Questions stay open for longer than a connection may be quiet.
    context =
        SmallTraining.context("local[1]", Map.of("spark.rnn.exchange.io.connectionTimeout", "2s"));
    exchange = new RoundExchange(context.getConf(), 3);
    endpoint = exchange.beginStretch(GROUPS);
  }

  @AfterEach
  void close() {
    exchange.close();
    clients.forEach(ExchangeClient::close);
    tasks.shutdownNow();
    context.close();
  }

  private ExchangeClient client(ExchangeEndpoint at) throws InterruptedException {
    ExchangeClient client = new ExchangeClient(at);
    clients.add(client);
    return client;
  }

  private static Round round(long number) {
    return new Round(number, 0, 0, 1, number, false);
  }

  private static TrainingState state(float value) {
    return new TrainingState(new float[] {value, 2}, new float[] {3}, 0, 0, 0, 0, 0, 0);
  }

  private static WorkerResult result(int worker, float value) {
    return new WorkerResult(worker, new float[] {value, 0}, new float[] {1}, 10, 0.5, 1);
  }

  private float[] poll() throws InterruptedException {
    return exchange.poll(60_000).orElseThrow().parameters();
  }

  private static int[] workers(Reply reply) {
    assertThat(reply).isInstanceOf(RunRound.class);
    return ((RunRound) reply).workers();
  }

  @Test
  void theFirstResultOfAWorkerCounts() throws InterruptedException {
    exchange.begin(round(0), state(1));
    ExchangeClient first = client(endpoint);
    ExchangeClient copy = client(endpoint);

    assertThat(((RunRound) first.ask(1)).state().parameters()).containsExactly(1, 2);
    assertThat(workers(copy.ask(1))).isEmpty();
    first.send(0, result(2, 7));
    assertThat(poll()).containsExactly(7, 0);
    copy.send(0, result(2, 8));
    copy.send(0, result(0, 9));
    assertThat(poll()).containsExactly(9, 0);
    assertThat(exchange.poll(0)).isEmpty();
  }

  @Test
  void aRepeatedTaskRunsWhatIsMissing() throws InterruptedException {
    exchange.begin(round(0), state(1));
    ExchangeClient lost = client(endpoint);
    lost.ask(0);
    lost.send(0, result(0, 7));
    poll();
    lost.close();

    assertThat(workers(client(endpoint).ask(0))).containsExactly(1);
  }

  @Test
  void aGroupThatIsDoneIsAnsweredByTheNextRound() throws InterruptedException, ExecutionException {
    exchange.begin(round(0), state(1));
    ExchangeClient client = client(endpoint);
    client.ask(1);
    client.send(0, result(2, 7));
    poll();

    Future<Reply> next = tasks.submit(() -> client.ask(1));
    // Longer than the connection may be quiet, twice.
    Thread.sleep(5_000);
    assertThat(next.isDone()).isFalse();
    exchange.begin(round(1), state(4));
    assertThat(((RunRound) next.get()).round()).isEqualTo(round(1));
    assertThat(((RunRound) next.get()).state().parameters()).containsExactly(4, 2);
  }

  @Test
  void lateResultsAreIgnored() throws InterruptedException {
    exchange.begin(round(0), state(1));
    exchange.begin(round(1), state(1));
    ExchangeClient late = client(endpoint);

    late.send(0, result(2, 7));
    late.send(1, result(2, 8));
    assertThat(poll()).containsExactly(8, 0);
  }

  @Test
  void tasksOfAnOlderStretchEndAndTheirResultsCount()
      throws InterruptedException, ExecutionException {
    exchange.begin(round(0), state(1));
    ExchangeClient waiting = client(endpoint);
    waiting.send(0, result(2, 7));
    poll();
    Future<Reply> reply = tasks.submit(() -> waiting.ask(1));
    ExchangeEndpoint newer = exchange.beginStretch(List.of(new Group(0, 3)));

    assertThat(reply.get()).isEqualTo(new EndOfStretch());
    ExchangeClient late = client(endpoint);
    late.send(0, result(0, 8));
    assertThat(poll()).containsExactly(8, 0);
    assertThat(late.ask(0)).isEqualTo(new EndOfStretch());
    assertThat(workers(client(newer).ask(0))).containsExactly(1);
  }

  @Test
  void aTaskOfAnotherRunEnds() throws InterruptedException {
    exchange.begin(round(0), state(1));
    ExchangeEndpoint other =
        new ExchangeEndpoint(
            endpoint.host(), endpoint.port(), endpoint.run() + 1, endpoint.stretch());

    assertThat(client(other).ask(0)).isEqualTo(new EndOfStretch());
  }

  @Test
  void aDriverThatIsGoneIsNamed() throws InterruptedException {
    exchange.close();

    assertThatExceptionOfType(ExchangeUnreachableException.class)
        .isThrownBy(() -> client(endpoint))
        .withMessageStartingWith(
            "Cannot reach the driver's exchange of rounds: expected an answer at 127.0.0.1:%d, found: "
                .formatted(endpoint.port()));
  }
}
