package io.sparkrnn.spark.rounds;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.data.TrainingData;
import io.sparkrnn.kernel.PortableOps;
import io.sparkrnn.spark.SyntheticData;
import io.sparkrnn.train.LocalRoundRunner;
import io.sparkrnn.train.Round;
import io.sparkrnn.train.RoundResult;
import io.sparkrnn.train.RoundRunner;
import io.sparkrnn.train.StopRequest;
import io.sparkrnn.train.TrainingState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.spark.SparkStageInfo;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** 1,024 logical workers on two slots come to the local engine's bits, in both ways. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ManyWorkersIT {
  private static final int WORKERS = 1024;
  private static final int ROUNDS = 3;
  private static final TrainingData DATA = new SyntheticData(WORKERS, WORKERS * 32 + 100, 6, 7, 4);

  /** Each round from where the one before has ended. */
  private static List<String> run(RoundRunner runner) {
    List<String> states = new ArrayList<>();
    TrainingState state = SmallTraining.start(SmallTraining.recipe(DATA));
    for (int number = 0; number < ROUNDS; number++) {
      RoundResult result = runner.run(state, new Round(number, 0, number, 1, number, false, 1));
      state =
          new TrainingState(
              result.vector(),
              state.layout(),
              number + 1,
              0,
              number + 1,
              number + 1,
              result.lossSum(),
              result.samples(),
              List.of());
      states.add(
          "%s %d samples, loss %s, updater %08x"
              .formatted(
                  state.parametersSha256(),
                  result.samples(),
                  result.lossSum(),
                  Arrays.hashCode(state.updaterState())));
    }
    return states;
  }

  @Test
  void runs1024LogicalWorkersOnTwoSlots() {
    List<String> expected =
        run(
            new LocalRoundRunner(
                SmallTraining.recipe(DATA), new PortableOps(), DATA, StopRequest.NEVER));
    try (JavaSparkContext context = SmallTraining.context("local[2]")) {
      try (RoundRunner resident =
          SmallTraining.resident(context, SmallTraining.recipe(DATA), "portable", DATA)) {
        assertThat(run(resident)).isEqualTo(expected);
      }
      try (RoundRunner jobs =
          SmallTraining.jobs(context, SmallTraining.recipe(DATA), "portable", DATA)) {
        assertThat(run(jobs)).isEqualTo(expected);
      }
      int[] tasks = tasksOfJobs(context);
      System.out.printf(
          "%d workers on two slots: %d rounds in each way, by jobs of %s tasks%n",
          WORKERS, ROUNDS, Arrays.toString(tasks));
      // Tasks that stay for all rounds, then a job a round.
      assertThat(tasks).containsExactlyInAnyOrder(2, 8, 8, 8);
    }
    // The longest workers have one sample more than two minibatches; all others weigh nothing.
    assertThat(expected.get(2)).contains(" 100 samples");
  }

  private static int[] tasksOfJobs(JavaSparkContext context) {
    return IntStream.of(context.statusTracker().getJobIdsForGroup(null))
        .flatMap(job -> IntStream.of(context.statusTracker().getJobInfo(job).stageIds()))
        .mapToObj(stage -> context.statusTracker().getStageInfo(stage))
        .mapToInt(SparkStageInfo::numTasks)
        .toArray();
  }
}
