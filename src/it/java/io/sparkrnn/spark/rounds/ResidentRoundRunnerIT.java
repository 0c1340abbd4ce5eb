package io.sparkrnn.spark.rounds;

import static io.sparkrnn.spark.rounds.DisturbedRounds.awaitTrue;
import static io.sparkrnn.spark.rounds.SmallTraining.DATA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sparkrnn.Proof;
import io.sparkrnn.config.Averaging;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.spark.shards.WorkerShards;
import io.sparkrnn.train.RoundRunner;
import io.sparkrnn.train.StopRequest;
import io.sparkrnn.train.TrainingState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import scala.collection.JavaConverters;

/** Tasks that stay come to the local engine's bits, whatever happens to them. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ResidentRoundRunnerIT {
  private static ResidentRoundRunner resident(JavaSparkContext context, TrainingData data) {
    return SmallTraining.resident(context, SmallTraining.recipe(data), "portable", data);
  }

  static List<String> masters() {
    return Proof.of(
        List.of(
            "local[1]",
            "local[2]",
            "local[4]",
            "local[16]",
            "local-cluster[2,1,1024]",
            "local-cluster[3,1,512]",
            "local-cluster[2,2,1024]"),
        List.of("local[1]", "local[4]", "local-cluster[3,1,512]"));
  }

  @ParameterizedTest
  @MethodSource("masters")
  void everyMasterGivesTheLocalEnginesBits(String master) {
    try (JavaSparkContext context = SmallTraining.context(master);
        RoundRunner runner = resident(context, DATA)) {
      assertThat(SmallTraining.run(DATA, runner)).isEqualTo(SmallTraining.local(DATA));
    }
  }

  @Test
  void anEvaluationOnTheDriverLeavesTheTasksWhereTheyAre() {
    try (JavaSparkContext context = SmallTraining.context("local[2]");
        RoundRunner runner = resident(context, DATA)) {
      assertThat(SmallTraining.runOverlapping(DATA, runner, 3))
          .isEqualTo(SmallTraining.local(DATA));
      // All rounds of both epochs, and the test evaluation at the end.
      assertThat(context.statusTracker().getJobIdsForGroup(null)).hasSize(2);
    }
    try (JavaSparkContext context = SmallTraining.context("local[2]");
        RoundRunner runner = resident(context, DATA)) {
      assertThat(SmallTraining.run(DATA, runner)).isEqualTo(SmallTraining.local(DATA));
      // The rounds and the evaluation of each epoch, and the test evaluation.
      assertThat(context.statusTracker().getJobIdsForGroup(null)).hasSize(5);
    }
  }

  static List<String> securedMasters() {
    return Proof.of(
        List.of("local[2]", "local-cluster[2,1,1024]"), List.of("local-cluster[2,1,1024]"));
  }

  @ParameterizedTest
  @MethodSource("securedMasters")
  void worksWithAuthenticationAndEncryption(String master) {
    Map<String, String> settings =
        Map.of(
            "spark.authenticate", "true",
            "spark.authenticate.secret", "a secret of this test",
            "spark.network.crypto.enabled", "true");
    try (JavaSparkContext context = SmallTraining.context(master, settings);
        RoundRunner runner = resident(context, DATA)) {
      assertThat(SmallTraining.run(DATA, runner)).isEqualTo(SmallTraining.local(DATA));
    }
  }

  static List<String> mastersThatTryAgain() {
    return Proof.of(List.of("local[2,4]", "local-cluster[2,1,1024]"), List.of("local[2,4]"));
  }

  @ParameterizedTest
  @MethodSource("mastersThatTryAgain")
  void failedTasksLeaveNoTrace(String master) {
    try (JavaSparkContext context = SmallTraining.context(master);
        RoundRunner runner = resident(context, new FirstAttemptFails(DATA))) {
      assertThat(SmallTraining.run(DATA, runner)).isEqualTo(SmallTraining.local(DATA));
    }
  }

  @Test
  void killedExecutorsLeaveNoTrace() {
    List<Long> before = Proof.of(List.of(3L, 6L, 9L), List.of(3L, 9L));
    List<ProcessHandle> killed = new ArrayList<>();
    try (JavaSparkContext context = SmallTraining.context("local-cluster[2,1,1024]");
        RoundRunner resident = resident(context, DATA)) {
      RoundRunner runner =
          DisturbedRounds.before(
              resident,
              before,
              () -> {
                ProcessHandle executor = executorProcesses().get(0);
                killed.add(executor);
                executor.destroyForcibly();
                awaitTrue(() -> !executor.isAlive());
              });
      assertThat(SmallTraining.run(DATA, runner)).isEqualTo(SmallTraining.local(DATA));
    }
    assertThat(killed).hasSameSizeAs(before);
  }

  /** Spark's exception would be a stack trace on the screen. */
  @Test
  void afterAJobThatSparkGaveUpThereIsAnotherAndOneSentence() {
    Map<String, String> settings = Map.of("spark.task.maxFailures", "1");
    List<LogEvent> warnings = new CopyOnWriteArrayList<>();
    Logger log = (Logger) LogManager.getLogger(ResidentRoundRunner.class);
    AbstractAppender appender =
        new AbstractAppender("warnings", null, null, false, Property.EMPTY_ARRAY) {
          @Override
          public void append(LogEvent event) {
            warnings.add(event.toImmutable());
          }
        };
    appender.start();
    try (JavaSparkContext context = SmallTraining.context("local-cluster[2,1,1024]", settings);
        RoundRunner resident = resident(context, DATA)) {
      // Only now: the first context of a JVM configures logging anew.
      log.addAppender(appender);
      RoundRunner runner =
          DisturbedRounds.before(
              resident, List.of(5L), () -> executorProcesses().get(0).destroyForcibly());
      assertThat(SmallTraining.run(DATA, runner)).isEqualTo(SmallTraining.local(DATA));
    } finally {
      log.removeAppender(appender);
    }
    assertThat(warnings)
        .filteredOn(event -> event.getLevel() == Level.WARN)
        .isNotEmpty()
        .allSatisfy(
            event -> {
              assertThat(event.getMessage().getFormattedMessage())
                  .startsWith("Starting the tasks of the workers again: Spark gave up a job: ")
                  .hasLineCount(1);
              assertThat(event.getThrown()).isNull();
            });
  }

  static List<ProcessHandle> executorProcesses() {
    return ProcessHandle.current()
        .descendants()
        .filter(
            process ->
                process.info().commandLine().orElse("").contains("CoarseGrainedExecutorBackend"))
        .toList();
  }

  @Test
  void executorsThatDoNotReturnLeaveTheirWorkersToTheOthers() {
    Map<String, String> settings = Map.of("spark.rnn.exchange.timeout", "2s");
    try (JavaSparkContext context = SmallTraining.context("local-cluster[2,1,1024]", settings);
        RoundRunner resident = resident(context, DATA)) {
      RoundRunner runner =
          DisturbedRounds.before(
              resident,
              List.of(5L),
              () -> {
                awaitTrue(() -> context.sc().getExecutorIds().size() == 2);
                List<String> one = List.of(context.sc().getExecutorIds().apply(0));
                context.sc().killExecutors(JavaConverters.asScalaBuffer(one).toSeq());
                awaitTrue(() -> context.sc().getExecutorIds().size() == 1);
              });
      assertThat(SmallTraining.run(DATA, runner)).isEqualTo(SmallTraining.local(DATA));
    }
  }

  static List<String> cutOffMasters() {
    return Proof.of(List.of("local[2]", "local-cluster[2,1,1024]"), List.of("local[2]"));
  }

  @ParameterizedTest
  @MethodSource("cutOffMasters")
  void withoutAWayToTheDriverThereIsAJobARound(String master) {
    try (JavaSparkContext context = SmallTraining.context(master)) {
      RoundExchange closed =
          new RoundExchange(context.getConf(), DATA.workers(), Averaging.PARAMETERS);
      closed.close();
      try (ResidentRoundRunner resident = resident(context, closed)) {
        assertThatExceptionOfType(ExchangeUnreachableException.class)
            .isThrownBy(() -> SmallTraining.run(DATA, resident))
            .withMessageContaining("expected an answer at 127.0.0.1:" + closed.port());
      }
      RoundRunner runner =
          new SparkRounds(
              context.sc(),
              () -> resident(context, closed),
              Optional.of(
                  () -> SmallTraining.jobs(context, SmallTraining.recipe(DATA), "portable", DATA)));
      try (runner) {
        assertThat(SmallTraining.run(DATA, runner)).isEqualTo(SmallTraining.local(DATA));
      }
    }
  }

  private static ResidentRoundRunner resident(JavaSparkContext context, RoundExchange exchange) {
    return new ResidentRoundRunner(
        context,
        SmallTraining.recipe(DATA),
        "portable",
        DATA,
        WorkerShards.readFrom(context, DATA),
        StopRequest.NEVER,
        exchange);
  }

  @Test
  void withoutAFreePortThereIsAJobARound() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
        JavaSparkContext context =
            SmallTraining.context(
                "local[2]",
                Map.of(
                    "spark.rnn.exchange.port",
                    Integer.toString(taken.getLocalPort()),
                    "spark.port.maxRetries",
                    "0"));
        RoundRunner runner =
            new SparkRounds(
                context.sc(),
                () -> resident(context, DATA),
                Optional.of(
                    () ->
                        SmallTraining.jobs(
                            context, SmallTraining.recipe(DATA), "portable", DATA)))) {
      assertThat(SmallTraining.run(DATA, runner)).isEqualTo(SmallTraining.local(DATA));
    }
  }

  @Test
  void closingLeavesNoThreadAndNoJobBehind() {
    try (JavaSparkContext context = SmallTraining.context("local[2]")) {
      try (RoundRunner runner = resident(context, DATA)) {
        TrainingState start = SmallTraining.start(SmallTraining.recipe(DATA));
        runner.run(start, SmallTraining.plan(DATA).next(start));
        assertThat(context.statusTracker().getActiveJobIds()).hasSize(1);
        assertThat(exchangeThreads()).isNotEmpty();
      }
      awaitTrue(() -> context.statusTracker().getActiveJobIds().length == 0);
      awaitTrue(() -> exchangeThreads().isEmpty());
      assertThat(context.getPersistentRDDs()).isEmpty();
    }
  }

  private static List<String> exchangeThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("rnn.exchange"))
        .toList();
  }
}
