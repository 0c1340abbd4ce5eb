package io.sparkrnn.spark.rounds;

import static io.sparkrnn.spark.rounds.DisturbedRounds.awaitTrue;
import static io.sparkrnn.spark.rounds.SmallTraining.DATA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sparkrnn.Build;
import io.sparkrnn.ForkedJvm;
import io.sparkrnn.FullProof;
import io.sparkrnn.Proof;
import io.sparkrnn.config.RoundsChoice;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.spark.StandaloneCluster;
import io.sparkrnn.spark.SyntheticData;
import io.sparkrnn.spark.jobs.SparkJobException;
import io.sparkrnn.spark.rounds.SmallTraining.Outcome;
import io.sparkrnn.train.Recipe;
import io.sparkrnn.train.RoundRunner;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Executors that are killed, stopped, slow or missing: the local engine's bits, or one sentence.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class ExecutorFailureIT {
  private static final long SEED = 20_261_125;
  private static final Disturbed AVERAGING_PARAMETERS =
      Disturbed.of(SmallTraining.recipe(DATA), DATA, 8);
  private static final Outcome EXPECTED = AVERAGING_PARAMETERS.expected();

  private static final TrainingData OF_EIGHT = new SyntheticData(8, 1203, 6, 7, 4);
  private static final Disturbed AVERAGING_GRADIENTS =
      Disturbed.of(SmallTraining.muon(OF_EIGHT), OF_EIGHT, 16);

  @TempDir private static Path directory;
  private static StandaloneCluster cluster;

  @BeforeAll
  static void start() throws IOException {
    cluster = cluster("cluster", 2);
  }

  private static StandaloneCluster cluster(String name, int workers) throws IOException {
    return StandaloneCluster.start(
        Files.createDirectory(directory.resolve(name)), workers, Map.of());
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  private static JavaSparkContext context(StandaloneCluster on, Map<String, String> settings) {
    Map<String, String> all =
        new HashMap<>(
            Map.of(
                "spark.executor.memory", "512m",
                "spark.executor.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
                // That an executor has gone is known when its connection has.
                "spark.standalone.executorRemoveDelayOnDisconnection", "100ms"));
    all.putAll(settings);
    return SmallTraining.context(on.master(), all);
  }

  /** Both ways of running rounds, or one of them for the sample. */
  static List<RoundsChoice> ways() {
    return Proof.of(
        List.of(RoundsChoice.RESIDENT, RoundsChoice.JOB), List.of(RoundsChoice.RESIDENT));
  }

  /** What Spark says about it. */
  private static final class Losses extends SparkListener {
    private final AtomicInteger executors = new AtomicInteger();
    private final AtomicInteger tasks = new AtomicInteger();

    @Override
    public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
      executors.incrementAndGet();
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd task) {
      if (!task.taskInfo().successful()) {
        tasks.incrementAndGet();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void oneIsKilledInARandomRound(RoundsChoice choice) throws IOException {
    kill(choice.toString(), AVERAGING_PARAMETERS, cluster, choice, Proof.times(25, 2), 1);
  }

  @ParameterizedTest
  @EnumSource(names = {"JOB", "RESIDENT"})
  @FullProof
  void fiveAreKilledInOneRun(RoundsChoice choice) throws IOException {
    kill(choice.toString(), AVERAGING_PARAMETERS, cluster, choice, 5, 5);
  }

  /** Eight workers on one executor or several: 25 kills together. */
  @ParameterizedTest
  @CsvSource({"1, 9", "2, 8", "3, 8"})
  @FullProof
  void oneIsKilledWhereGradientsAreAveraged(int executors, int runs) throws IOException {
    String name = "gradients-" + executors;
    try (StandaloneCluster several = cluster(name, executors)) {
      kill(name, AVERAGING_GRADIENTS, several, RoundsChoice.RESIDENT, runs, 1);
    }
  }

  /**
   * A training that is disturbed.
   *
   * @param rounds in any of which an executor may be killed
   * @param expected what the local engine comes to
   */
  private record Disturbed(Recipe recipe, TrainingData data, int rounds, Outcome expected) {
    static Disturbed of(Recipe recipe, TrainingData data, int rounds) {
      return new Disturbed(recipe, data, rounds, SmallTraining.local(recipe, data));
    }

    RoundRunner on(JavaSparkContext context, RoundsChoice choice, TrainingData recorded) {
      return choice == RoundsChoice.JOB
          ? SmallTraining.jobs(context, recipe, "portable", recorded)
          : SmallTraining.resident(context, recipe, "portable", recorded);
    }
  }

  /**
   * Kills executors in run after run of one application.
   *
   * @param name of what it writes
   */
  private static void kill(
      String name,
      Disturbed training,
      StandaloneCluster on,
      RoundsChoice choice,
      int runs,
      int killsPerRun)
      throws IOException {
    Random random = new Random(SEED + choice.ordinal() + killsPerRun + on.workers());
    RecordedReads data =
        RecordedReads.in(
            directory.resolve("reads-%s-%d".formatted(name, killsPerRun)), training.data());
    Losses losses = new Losses();
    ConcurrentLinkedQueue<ProcessHandle> killed = new ConcurrentLinkedQueue<>();
    List<List<Long>> all = new ArrayList<>();
    int rebuilt = 0;
    try (JavaSparkContext context = context(on, Map.of())) {
      context.sc().addSparkListener(losses);
      int executors = on.workers();
      for (int run = 0; run < runs; run++) {
        awaitTrue(() -> context.sc().getExecutorIds().size() == executors);
        List<Long> during =
            random
                .longs(0, training.rounds())
                .distinct()
                .limit(killsPerRun)
                .sorted()
                .boxed()
                .toList();
        int readsBefore = data.lines().size();
        try (RoundRunner rounds = training.on(context, choice, data)) {
          RoundRunner disturbed =
              DisturbedRounds.during(
                  rounds, during, () -> killed.add(killOne(on, context, random)));
          assertThat(SmallTraining.run(training.recipe(), data, disturbed))
              .as("seed %d, %s", SEED, during)
              .isEqualTo(training.expected());
        }
        rebuilt += data.lines().size() - readsBefore - data.workers();
        all.add(during);
      }
      awaitTrue(() -> losses.executors.get() >= runs * killsPerRun);
    }
    System.out.printf(
        "SIGKILL of executors, %s: %d kills in %d runs (seed %d, rounds %s), %d tasks lost, %d shards read again, all identical%n",
        name, killed.size(), runs, SEED, all, losses.tasks.get(), rebuilt);
    assertThat(killed).hasSize(runs * killsPerRun).doesNotHaveDuplicates();
    assertThat(losses.tasks).hasPositiveValue();
    assertThat(rebuilt).isPositive();
  }

  /** One of those that Spark knows of, within the first moments of a round. */
  private static ProcessHandle killOne(
      StandaloneCluster on, JavaSparkContext context, Random random) {
    String application = context.sc().applicationId();
    awaitTrue(() -> !on.executors(application).isEmpty());
    List<ProcessHandle> executors = on.executors(application);
    ProcessHandle executor = executors.get(random.nextInt(executors.size()));
    pause(random.nextInt(20));
    executor.destroyForcibly();
    awaitTrue(() -> !executor.isAlive());
    return executor;
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aStoppedOneIsReplaced(RoundsChoice choice) {
    Losses losses = new Losses();
    List<ProcessHandle> stopped = new ArrayList<>();
    try (JavaSparkContext context = context(cluster, Map.of("spark.rnn.round.timeout", "5s"))) {
      context.sc().addSparkListener(losses);
      String application = context.sc().applicationId();
      try (RoundRunner rounds = SmallTraining.rounds(choice, context, DATA)) {
        RoundRunner disturbed =
            DisturbedRounds.during(
                rounds,
                List.of(3L),
                () -> {
                  awaitTrue(() -> cluster.executors(application).size() == 2);
                  ProcessHandle executor = cluster.executors(application).get(0);
                  ForkedJvm.signal("STOP", executor);
                  stopped.add(executor);
                });
        assertThat(SmallTraining.run(DATA, disturbed)).isEqualTo(EXPECTED);
      }
      awaitTrue(() -> !stopped.get(0).isAlive());
      awaitTrue(() -> losses.executors.get() >= 1);
    }
    System.out.printf("SIGSTOP of an executor, %s: 1 replaced, identical%n", choice);
  }

  @ParameterizedTest
  @MethodSource("ways")
  @FullProof
  void roundsThatAreLateOnAnyExecutorEndTheRun(RoundsChoice choice) throws IOException {
    RecordedReads slow =
        new RecordedReads(
            DATA, Files.createFile(directory.resolve("slow-" + choice)).toString(), 600);
    Losses losses = new Losses();
    try (JavaSparkContext context = context(cluster, Map.of("spark.rnn.round.timeout", "500ms"));
        RoundRunner rounds = SmallTraining.rounds(choice, context, slow)) {
      context.sc().addSparkListener(losses);
      assertThatExceptionOfType(SparkJobException.class)
          .isThrownBy(() -> SmallTraining.run(slow, rounds))
          .withMessageMatching(
              "Cannot complete round 0: expected its results within 4000 ms \\(spark.rnn.round.timeout\\), found some missing from executor \\d+ on 127.0.0.1 after executors had been replaced 3 times");
      awaitTrue(() -> losses.executors.get() >= 3);
    }
  }

  private static void assertNoSlots(
      StandaloneCluster on, int seconds, Map<String, String> settings, String found) {
    Map<String, String> all = new HashMap<>(Map.of("spark.rnn.slots.timeout", seconds + "s"));
    all.putAll(settings);
    for (RoundsChoice choice : ways()) {
      try (JavaSparkContext context = context(on, all);
          RoundRunner rounds = SmallTraining.rounds(choice, context, DATA)) {
        assertThatExceptionOfType(SparkJobException.class)
            .isThrownBy(() -> SmallTraining.run(DATA, rounds))
            .withMessage(
                "Cannot run tasks on %s: expected an executor for tasks of %s core(s) (spark.task.cpus) within %d s (spark.rnn.slots.timeout), found %s",
                on.master(), settings.getOrDefault("spark.task.cpus", "1"), seconds, found);
      }
    }
  }

  @Test
  void withoutSparkWorkersTheWaitHasAnEnd() throws IOException {
    try (StandaloneCluster empty = cluster("empty", 0)) {
      assertNoSlots(
          empty, 4, Map.of(), "none; each needs a machine with 512m free (spark.executor.memory)");
    }
  }

  @Test
  @FullProof
  void executorsThatAreTooLargeAreNotAwaitedForEver() {
    assertNoSlots(
        cluster,
        4,
        Map.of("spark.executor.memory", "100g"),
        "none; each needs a machine with 100g free (spark.executor.memory)");
  }

  @Test
  @FullProof
  void tasksThatAreTooLargeAreNotAwaitedForEver() {
    assertNoSlots(cluster, 20, Map.of("spark.task.cpus", "2"), "2 of 1 core(s) at most");
  }

  @ParameterizedTest
  @MethodSource("ways")
  void executorsThatVanishAreNotAwaitedForEver(RoundsChoice choice) throws IOException {
    try (StandaloneCluster vanishing = cluster("vanishing-" + choice, 1);
        JavaSparkContext context = context(vanishing, Map.of("spark.rnn.slots.timeout", "15s"));
        RoundRunner rounds = SmallTraining.rounds(choice, context, DATA)) {
      AtomicBoolean vanished = new AtomicBoolean();
      RoundRunner disturbed =
          DisturbedRounds.during(
              rounds,
              List.of(3L),
              () -> {
                vanishing.killWorkers();
                vanished.set(true);
              });
      assertThatExceptionOfType(SparkJobException.class)
          .isThrownBy(() -> SmallTraining.run(DATA, disturbed))
          .withMessageEndingWith(
              "within 15 s (spark.rnn.slots.timeout), found none; each needs a machine with 512m free (spark.executor.memory)");
      assertThat(vanished).isTrue();
    }
  }

  /** As an executor on an older Java does: a class of the newest version stands before ours. */
  @ParameterizedTest
  @MethodSource("ways")
  @FullProof
  void executorsOnAnOlderJavaAreNamed(RoundsChoice choice) throws IOException {
    Path classes = directory.resolve("newer-" + choice);
    String name = "io/sparkrnn/train/Replica.class";
    byte[] bytes = Files.readAllBytes(Build.resolve("classes").resolve(name));
    // The major version follows the magic and minor ones.
    bytes[7] = 99;
    Files.createDirectories(classes.resolve(name).getParent());
    Files.write(classes.resolve(name), bytes);
    String classPath = classes + File.pathSeparator + SmallTraining.CLASSES;
    try (JavaSparkContext context =
            context(cluster, Map.of("spark.executor.extraClassPath", classPath));
        RoundRunner rounds = SmallTraining.rounds(choice, context, DATA)) {
      assertThatExceptionOfType(SparkJobException.class)
          .isThrownBy(() -> SmallTraining.run(DATA, rounds))
          .withMessage(
              "Cannot run tasks: expected Java 17 on all executors, found an older one; set spark.executorEnv.JAVA_HOME");
    }
  }
}
