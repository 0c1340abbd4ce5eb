package io.sparkrnn.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.config.ScheduleConfiguration;
import io.sparkrnn.config.ScheduleName;
import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.NetworkShape;
import io.sparkrnn.kernel.PortableRnnKernels;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.train.LearningRateSchedule;
import io.sparkrnn.train.LocalRoundRunner;
import io.sparkrnn.train.Recipe;
import io.sparkrnn.train.Round;
import io.sparkrnn.train.RoundPlan;
import io.sparkrnn.train.RoundResult;
import io.sparkrnn.train.RoundRunner;
import io.sparkrnn.train.TrainingLoop;
import io.sparkrnn.train.TrainingState;
import io.sparkrnn.train.Updater;
import java.io.File;
import java.net.URI;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The same seed and configuration give the same bits, wherever and on however many executors the
 * rounds run.
 */
class BitIdentityIT {
  private static final String VECTOR_MODULE = "--add-modules=jdk.incubator.vector";
  private static final int EPOCHS = 2;
  private static final int MINIBATCH = 16;
  // Shards of unequal size, with a short last minibatch; an odd number of workers.
  private static final TrainingData DATA = new SyntheticData(5, 1203, 6, 7, 4);
  private static final RnnTopology TOPOLOGY =
      new RnnTopology("test", new NetworkShape(6, 7, List.of(9, 5), Activation.TANH, 4));

  private record Outcome(String parametersSha256, EvaluationResult evaluation) {}

  private static Recipe recipe(TrainingData data) {
    Updater updater = new Updater.Adam(0.9, 0.999, 1e-8);
    long iterations = (long) EPOCHS * data.minibatchesPerEpoch(MINIBATCH);
    LearningRateSchedule schedule =
        new LearningRateSchedule(
            new ScheduleConfiguration(ScheduleName.COSINE, 3, 0.5, 100, 0.0), 0.01, iterations);
    return new Recipe(TOPOLOGY, MINIBATCH, 1, updater, schedule, 1.0, 1e-4, 42);
  }

  private static Outcome train(TrainingData data, RoundRunner runner) {
    Recipe recipe = recipe(data);
    RoundPlan plan = new RoundPlan(data.minibatchesPerEpoch(MINIBATCH), 4, 2);
    TrainingState end =
        new TrainingLoop(
                new TrainingLoop.Options(EPOCHS, plan, recipe.schedule(), 1, false, () -> false),
                runner,
                state -> URI.create("none:" + state.round()),
                List.of())
            .run(
                TrainingState.initial(
                    ParameterInitializer.ORTHOGONAL.initialise(TOPOLOGY, 42), recipe.updater()));
    return new Outcome(end.parametersSha256(), runner.evaluate(end.parameters(), Part.TEST));
  }

  private static Outcome local(TrainingData data) {
    return train(data, new LocalRoundRunner(recipe(data), new PortableRnnKernels(), data));
  }

  private static JavaSparkContext context(String master, String executorOptions) {
    String classes = String.join(File.pathSeparator, classPathOfThisProject());
    return new JavaSparkContext(
        new SparkConf()
            .setMaster(master)
            .setAppName("bit identity")
            .set("spark.ui.enabled", "false")
            .set("spark.driver.host", "127.0.0.1")
            .set("spark.executor.memory", "384m")
            .set("spark.testing.reservedMemory", "67108864")
            .set("spark.executor.extraClassPath", classes)
            .set("spark.executor.extraJavaOptions", executorOptions));
  }

  private static List<String> classPathOfThisProject() {
    return List.of(
        new File("target/classes").getAbsolutePath(),
        new File("target/test-classes").getAbsolutePath());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "local[1]                | portable",
        "local[1]                | vector",
        "local[2]                | vector",
        "local[4]                | vector",
        "local-cluster[2,1,1024] | vector",
        "local-cluster[16,1,512] | vector"
      })
  void everyMasterGivesTheLocalEnginesBits(String master, String kernels) {
    Outcome expected = local(DATA);
    try (JavaSparkContext context = context(master, VECTOR_MODULE);
        RoundRunner runner = new JobRoundRunner(context, recipe(DATA), kernels, DATA)) {
      assertThat(train(DATA, runner)).isEqualTo(expected);
    }
    assertThat(expected.evaluation().accuracy()).isGreaterThan(0.9);
  }

  @Test
  void executorsWithoutTheVectorModuleGiveTheSameBits() {
    try (JavaSparkContext context = context("local-cluster[2,1,1024]", "");
        RoundRunner runner = new JobRoundRunner(context, recipe(DATA), "vector", DATA)) {
      assertThat(train(DATA, runner)).isEqualTo(local(DATA));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"local[2,4]", "local-cluster[2,1,1024]"})
  void failedTasksAndLostShardsLeaveNoTrace(String master) {
    Outcome expected = local(DATA);
    TrainingData failing = new FirstAttemptFails(DATA);
    try (JavaSparkContext context = context(master, VECTOR_MODULE);
        JobRoundRunner spark = new JobRoundRunner(context, recipe(DATA), "vector", failing)) {
      RoundRunner losing = new LosesShards(context, spark, List.of(3L, 9L));
      assertThat(train(DATA, losing)).isEqualTo(expected);
    }
  }

  /** Drops the cached shards before some rounds, as executors under memory pressure do. */
  private record LosesShards(JavaSparkContext context, RoundRunner runner, List<Long> before)
      implements RoundRunner {
    @Override
    public RoundResult run(TrainingState state, Round round) {
      if (before.contains(round.number())) {
        assertThat(context.getPersistentRDDs()).isNotEmpty();
        for (JavaRDD<?> rdd : context.getPersistentRDDs().values()) {
          context.sc().env().blockManager().master().removeRdd(rdd.id(), true);
        }
      }
      return runner.run(state, round);
    }

    @Override
    public EvaluationResult evaluate(float[] parameters, Part part) {
      return runner.evaluate(parameters, part);
    }

    @Override
    public void close() {}
  }

  @Test
  void runs256LogicalWorkersOnTwoCores() {
    TrainingData many = new SyntheticData(256, 256 * 16 + 100, 6, 7, 4);
    try (JavaSparkContext context = context("local[2]", VECTOR_MODULE);
        RoundRunner runner = new JobRoundRunner(context, recipe(many), "vector", many)) {
      assertThat(train(many, runner)).isEqualTo(local(many));
    }
  }
}
