package io.sparkrnn.spark.rounds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sparkrnn.config.Averaging;
import io.sparkrnn.data.Shard;
import io.sparkrnn.spark.rounds.RoundMessages.Ask;
import io.sparkrnn.spark.rounds.RoundMessages.EndOfStretch;
import io.sparkrnn.spark.rounds.RoundMessages.Reply;
import io.sparkrnn.spark.rounds.RoundMessages.Result;
import io.sparkrnn.spark.rounds.RoundMessages.RunRound;
import io.sparkrnn.spark.shards.WorkerGroups.Group;
import io.sparkrnn.train.ParameterAverage;
import io.sparkrnn.train.Round;
import io.sparkrnn.train.SubtreeSum;
import io.sparkrnn.train.TrainingState;
import io.sparkrnn.train.WorkerResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
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
    exchange = new RoundExchange(context.getConf(), 3, Averaging.PARAMETERS);
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
    return new Round(number, 0, 0, 1, number, false, 1);
  }

  private static TrainingState state(float value) {
    return new TrainingState(new float[] {value, 2}, new float[] {3}, 0, 0, 0, 0, 0, 0);
  }

  private static WorkerResult result(int worker, float value) {
    return new WorkerResult(worker, new float[] {value, 0, 1}, 10, 0.5, 1);
  }

  private void poll() throws InterruptedException {
    assertThat(exchange.poll(60_000)).isTrue();
  }

  /** The first parameter of the average, which sums the workers' where all have equal samples. */
  private float average() {
    return exchange.result().vector()[0];
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
    poll();
    copy.send(0, result(2, 8));
    copy.send(0, result(0, 9));
    poll();
    assertThat(exchange.poll(0)).isFalse();
    assertThat(exchange.isComplete()).isFalse();
    copy.send(0, result(1, 2));
    poll();
    assertThat(exchange.isComplete()).isTrue();
    assertThat(average()).isEqualTo(6);
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
    late.send(1, result(0, 1));
    late.send(1, result(1, 3));
    poll();
    poll();
    poll();
    assertThat(average()).isEqualTo(4);
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
    poll();
    assertThat(late.ask(0)).isEqualTo(new EndOfStretch());
    assertThat(workers(client(newer).ask(0))).containsExactly(1);
  }

  @Test
  void aSumThatOverlapsIsIgnoredAndTheRestIsAskedForAgain() throws InterruptedException {
    exchange.begin(round(0), state(1));
    ExchangeClient old = client(endpoint);
    ExchangeClient task = client(exchange.beginStretch(List.of(new Group(0, 3))));
    assertThat(workers(task.ask(0))).isEmpty();
    old.send(0, result(1, 9));
    poll();
    task.send(0, sum(0, 7, 2, 6));

    assertThat(workers(task.ask(0))).containsExactly(0, 2);
    task.send(0, result(0, 7));
    task.send(0, result(2, 2));
    poll();
    poll();
    assertThat(average()).isEqualTo(6);
  }

  private static SubtreeSum sum(int first, float... values) {
    ParameterAverage sum = ParameterAverage.ofSubtree(first, values.length, Averaging.PARAMETERS);
    for (int i = 0; i < values.length; i++) {
      sum.add(result(first + i, values[i]));
    }
    return sum.sum();
  }

  /**
   * Tasks die with results on their way, are started twice, are regrouped and come late, in random
   * order: every round ends, on the average of all workers' results.
   */
  @Test
  void whateverHappensToTasksTheAverageIsThatOfAllWorkers() {
    int ignored = 0;
    int runs = 300;
    for (int seed = 0; seed < runs; seed++) {
      Random random = new Random(seed);
      int workers = 1 + random.nextInt(40);
      ParameterAverage expected = new ParameterAverage(workers);
      for (int worker = 0; worker < workers; worker++) {
        expected.add(result(worker, 1f / (worker + 1)));
      }
      try (RoundExchange disturbed =
          new RoundExchange(context.getConf(), workers, Averaging.PARAMETERS)) {
        ignored += new Disturbances(disturbed, workers, random).run();
        assertThat(disturbed.result().vector()).isEqualTo(expected.result().vector());
        assertThat(disturbed.result().samples()).isEqualTo(expected.result().samples());
      }
    }
    System.out.printf("%d rounds with random losses, %d messages without effect%n", runs, ignored);
    assertThat(ignored).isGreaterThan(runs);
  }

  /** One round under random disturbances. */
  private static final class Disturbances {
    private final RoundExchange exchange;
    private final int workers;
    private final SubtreeFolding folding;
    private final Random random;
    private final List<Result> onTheirWay = new ArrayList<>();
    private List<Group> groups;
    private ExchangeEndpoint endpoint;

    Disturbances(RoundExchange exchange, int workers, Random random) {
      this.exchange = exchange;
      this.workers = workers;
      this.folding = new SubtreeFolding(workers, 3, Averaging.PARAMETERS);
      this.random = random;
    }

    /** Returns the number of messages that had no effect. */
    int run() {
      regroup();
      exchange.begin(round(0), state(1));
      int steps = 0;
      int ignored = 0;
      while (!exchange.isComplete()) {
        assertThat(steps++).isLessThan(100_000);
        switch (random.nextInt(20)) {
          case 0 -> regroup();
          case 1 -> onTheirWay.removeIf(lost -> random.nextInt(3) == 0);
          case 2, 3, 4, 5, 6, 7, 8 -> ask(random.nextInt(groups.size()));
          default -> ignored += deliver() ? 0 : 1;
        }
      }
      return ignored;
    }

    private void regroup() {
      groups = new ArrayList<>();
      int from = 0;
      while (from < workers) {
        int end = Math.min(workers, from + 1 + random.nextInt(16));
        groups.add(new Group(from, end));
        from = end;
      }
      endpoint = exchange.beginStretch(groups);
    }

    private void ask(int group) {
      Object task = new Object();
      exchange.ask(
          new Ask(endpoint.run(), endpoint.stretch(), group),
          task,
          reply -> {
            if (reply instanceof RunRound todo) {
              int[] lacking =
                  todo.workers().length == 0
                      ? groups.get(group).workers().toArray()
                      : todo.workers();
              folding.run(
                  Arrays.stream(lacking).mapToObj(worker -> new Shard(worker, null)).toList(),
                  shard -> result(shard.worker(), 1f / (shard.worker() + 1)),
                  part -> onTheirWay.add(new Result(endpoint.run(), endpoint.stretch(), 0, part)));
            }
          });
      exchange.forget(task);
    }

    private boolean deliver() {
      if (onTheirWay.isEmpty()) {
        return true;
      }
      exchange.take(onTheirWay.remove(random.nextInt(onTheirWay.size())));
      try {
        return exchange.poll(0);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
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
