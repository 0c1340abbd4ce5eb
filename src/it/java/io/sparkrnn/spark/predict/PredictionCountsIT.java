package io.sparkrnn.spark.predict;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;

/** Rows of tasks that failed and ran again, or ran twice, are counted once. */
class PredictionCountsIT {
  private static final int TASKS = 4;

  private static PredictionCounts count(SparkConf conf, int attemptsThatFail) {
    try (JavaSparkContext context = new JavaSparkContext(conf.setAppName("counts"))) {
      PredictionCounts counts = PredictionCounts.in(context.sc());
      context
          .parallelize(List.of(0, 1, 2, 3), TASKS)
          .foreach(
              number -> {
                TaskContext task = TaskContext.get();
                for (int row = 0; row < 10; row++) {
                  counts.predicted();
                  counts.bad("reason");
                }
                if (task.attemptNumber() < attemptsThatFail) {
                  throw new IllegalStateException("this attempt was made to fail");
                }
                if (attemptsThatFail == 0 && number == 0 && task.attemptNumber() == 0) {
                  // Long enough for its copy to overtake it.
                  Thread.sleep(3_000);
                }
              });
      assertThat(counts.reason()).contains("reason");
      return counts;
    }
  }

  @Test
  void tasksThatFailedRunAgain() {
    PredictionCounts counts = count(new SparkConf().setMaster("local[2,4]"), 2);
    assertThat(counts.predictedRows().value()).isEqualTo(10 * TASKS);
    assertThat(counts.badRows().value()).isEqualTo(10 * TASKS);
  }

  @Test
  void copiesOfSlowTasks() {
    SparkConf conf =
        new SparkConf()
            .setMaster("local[2,4]")
            .set("spark.speculation", "true")
            .set("spark.speculation.quantile", "0.5")
            .set("spark.speculation.minTaskRuntime", "10ms");
    PredictionCounts counts = count(conf, 0);
    assertThat(counts.predictedRows().value()).isEqualTo(10 * TASKS);
    assertThat(counts.badRows().value()).isEqualTo(10 * TASKS);
  }
}
