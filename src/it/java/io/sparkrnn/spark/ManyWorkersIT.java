package io.sparkrnn.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.data.TrainingData;
import io.sparkrnn.train.RoundRunner;
import java.util.Arrays;
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
  // Three minibatches of the longest worker: two rounds, then one.
  private static final TrainingData DATA = new SyntheticData(WORKERS, WORKERS * 32 + 100, 6, 7, 4);

  @Test
  void runs1024LogicalWorkersOnTwoSlots() {
    SmallTraining.Outcome expected = SmallTraining.local(DATA);
    try (JavaSparkContext context = SmallTraining.context("local[2]")) {
      try (RoundRunner resident =
          new ResidentRoundRunner(context, SmallTraining.recipe(DATA), "portable", DATA)) {
        assertThat(SmallTraining.run(DATA, resident)).isEqualTo(expected);
      }
      try (RoundRunner jobs =
          new JobRoundRunner(context, SmallTraining.recipe(DATA), "portable", DATA)) {
        assertThat(SmallTraining.run(DATA, jobs)).isEqualTo(expected);
      }
      int[] tasks = tasksOfJobs(context);
      System.out.printf("%d workers on two slots: jobs of %s tasks%n", WORKERS, Arrays.toString(tasks));
      // Resident tasks, tasks of rounds as jobs, blocks of evaluations.
      assertThat(tasks).containsOnly(2, 8, 33);
    }
  }

  private static int[] tasksOfJobs(JavaSparkContext context) {
    return IntStream.of(context.statusTracker().getJobIdsForGroup(null))
        .flatMap(job -> IntStream.of(context.statusTracker().getJobInfo(job).stageIds()))
        .mapToObj(stage -> context.statusTracker().getStageInfo(stage))
        .mapToInt(SparkStageInfo::numTasks)
        .toArray();
  }
}
