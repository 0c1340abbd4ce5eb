package io.sparkrnn.spark.rounds;

import static io.sparkrnn.spark.rounds.SmallTraining.DATA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sparkrnn.Proof;
import io.sparkrnn.data.EvaluationData;
import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.PortableOps;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.train.LocalRoundRunner;
import io.sparkrnn.train.Recipe;
import io.sparkrnn.train.Round;
import io.sparkrnn.train.RoundResult;
import io.sparkrnn.train.RoundRunner;
import io.sparkrnn.train.StopRequest;
import io.sparkrnn.train.TrainingState;
import io.sparkrnn.train.TrainingStoppedException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The same seed and configuration give the same bits, wherever and on however many executors the
 * rounds run.
 */
class BitIdentityIT {
  private static final String VECTOR_MODULE = "--add-modules=jdk.incubator.vector";

  private static JavaSparkContext context(String master, String executorOptions) {
    return SmallTraining.context(
        master, Map.of("spark.executor.extraJavaOptions", executorOptions));
  }

  static List<Arguments> masters() {
    return Proof.of(
        List.of(
            Arguments.of("local[1]", "portable"),
            Arguments.of("local[1]", "vector"),
            Arguments.of("local[2]", "vector"),
            Arguments.of("local[4]", "vector"),
            Arguments.of("local-cluster[2,1,1024]", "vector"),
            Arguments.of("local-cluster[16,1,512]", "vector")),
        List.of(
            Arguments.of("local[1]", "portable"),
            Arguments.of("local[4]", "vector"),
            Arguments.of("local-cluster[3,1,512]", "vector")));
  }

  @ParameterizedTest
  @MethodSource("masters")
  void everyMasterGivesTheLocalEnginesBits(String master, String kernels) {
    SmallTraining.Outcome expected = SmallTraining.local(DATA);
    try (JavaSparkContext context = context(master, VECTOR_MODULE);
        RoundRunner runner =
            SmallTraining.jobs(context, SmallTraining.recipe(DATA), kernels, DATA)) {
      assertThat(SmallTraining.run(DATA, runner)).isEqualTo(expected);
    }
    assertThat(expected.evaluation().accuracy()).isGreaterThan(0.9);
  }

  @Test
  void executorsWithoutTheVectorModuleGiveTheSameBits() {
    try (JavaSparkContext context = context("local-cluster[2,1,1024]", SmallTraining.FAST_JVM);
        RoundRunner runner =
            SmallTraining.jobs(context, SmallTraining.recipe(DATA), "vector", DATA)) {
      assertThat(SmallTraining.run(DATA, runner)).isEqualTo(SmallTraining.local(DATA));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"local[2,4]", "local-cluster[2,1,1024]"})
  void failedTasksAndLostShardsLeaveNoTrace(String master) {
    SmallTraining.Outcome expected = SmallTraining.local(DATA);
    TrainingData failing = new FirstAttemptFails(DATA);
    try (JavaSparkContext context = SmallTraining.context(master);
        JobRoundRunner spark =
            SmallTraining.jobs(context, SmallTraining.recipe(DATA), "portable", failing)) {
      // As executors under memory pressure do.
      RoundRunner losing =
          DisturbedRounds.before(
              spark,
              List.of(3L, 9L),
              () -> {
                assertThat(context.getPersistentRDDs()).isNotEmpty();
                for (JavaRDD<?> rdd : context.getPersistentRDDs().values()) {
                  context.sc().env().blockManager().master().removeRdd(rdd.id(), true);
                }
              });
      assertThat(SmallTraining.run(DATA, losing)).isEqualTo(expected);
    }
  }

  /** Of one sample, which comes when nobody waits for it any more. */
  private record LateEvaluationData() implements EvaluationData {
    private static final CountDownLatch ASKED_FOR = new CountDownLatch(1);
    private static final CountDownLatch GIVEN_UP = new CountDownLatch(1);

    @Override
    public int size(Part part) {
      return 1;
    }

    @Override
    public SequenceDataset part(Part part) {
      ASKED_FOR.countDown();
      try {
        GIVEN_UP.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return DATA.part(part);
    }
  }

  @Test
  void aRequestToStopEndsAnEvaluation() {
    StopRequest stop = () -> LateEvaluationData.ASKED_FOR.getCount() == 0;
    RnnTopology topology = SmallTraining.recipe(DATA).topology();
    try (JavaSparkContext context = context("local[2]", VECTOR_MODULE);
        SparkEvaluation evaluation =
            new SparkEvaluation(context, "portable", topology, new LateEvaluationData(), stop)) {
      assertThatExceptionOfType(TrainingStoppedException.class)
          .isThrownBy(() -> evaluation.evaluate(new float[1], Part.TEST));
    } finally {
      LateEvaluationData.GIVEN_UP.countDown();
    }
  }

  @Test
  void aStateThatIsTooLargeToGoWithTheTasksGivesTheSameBits() {
    Recipe small = SmallTraining.recipe(DATA);
    RnnTopology wide =
        new RnnTopology("wide", Network.elman(6, 7, List.of(300), Activation.TANH, 4));
    Recipe recipe =
        new Recipe(
            wide,
            small.minibatchSize(),
            1,
            small.updater(),
            small.schedule(),
            small.clipNorm(),
            small.l2(),
            small.seed());
    TrainingState state =
        TrainingState.initial(
            ParameterInitializer.ORTHOGONAL.initialise(wide, 42), recipe.updater());
    Round round = SmallTraining.plan(DATA).next(state);
    RoundRunner local = new LocalRoundRunner(recipe, new PortableOps(), DATA, StopRequest.NEVER);
    RoundResult expected = local.run(state, round);
    try (JavaSparkContext context = context("local[2]", VECTOR_MODULE);
        RoundRunner runner = SmallTraining.jobs(context, recipe, "portable", DATA)) {
      for (int i = 0; i < 3; i++) {
        RoundResult result = runner.run(state, round);
        assertThat(result.vector()).isEqualTo(expected.vector());
      }
    }
  }
}
