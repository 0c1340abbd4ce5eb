package io.sparkrnn.spark.rounds;

import io.sparkrnn.spark.jobs.SparkJobException;
import io.sparkrnn.train.Round;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
import org.apache.spark.ExecutorLostFailure;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkStageInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.status.api.v1.TaskData;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.collection.JavaConverters;

/**
 * How long a task may owe its results to a round: {@code spark.rnn.round.timeout}. Then its
 * executor is killed and the cluster manager starts another; Spark runs the task again, and since a
 * round is a pure function, the bits stay as they are.
 *
 * <p>A round may also be slow by nature: each time, the next task of the round may take twice as
 * long.
 *
 * <p>It also ends a round that loses one task's executor again and again: Spark does not count
 * executors that die before they have said that they run their task, and would go on for ever.
 */
final class RoundDeadline implements AutoCloseable {
  /** As often as Spark lets a task fail. */
  static final int MOST_TIMES = 4;

  private static final Logger LOG = LoggerFactory.getLogger(RoundDeadline.class);

  /** A Spark worker lets an executor 10 s to end, and the driver learns of it 5 s later. */
  private static final long DYING_MILLIS = 60_000;

  private final SparkContext context;
  private final Losses losses = new Losses();
  private final int mostLosses;
  private final long timeoutMillis;
  private final Map<String, Long> killedNanos = new HashMap<>();
  private long round;
  private long sinceNanos;
  private int times;

  RoundDeadline(SparkContext context) {
    this.context = context;
    this.timeoutMillis = context.getConf().getTimeAsMs("spark.rnn.round.timeout", "300s");
    this.mostLosses = 4 * context.getConf().getInt("spark.task.maxFailures", 4);
    context.addSparkListener(losses);
  }

  /** How often each task was lost with its executor. */
  private static final class Losses extends SparkListener {
    private final Map<Integer, Integer> byTask = new ConcurrentHashMap<>();

    @Override
    public void onTaskEnd(SparkListenerTaskEnd task) {
      if (task.reason() instanceof ExecutorLostFailure) {
        byTask.merge(task.taskInfo().index(), 1, Integer::sum);
      }
    }
  }

  /** A round begins. */
  synchronized void begin(Round begun) {
    round = begun.number();
    sinceNanos = System.nanoTime();
    times = 0;
    losses.byTask.clear();
  }

  /**
   * Replaces executors that are late.
   *
   * @param jobs the round's
   * @param owes whether the task of a partition owes results
   * @throws SparkJobException if that has not helped
   */
  synchronized void check(int[] jobs, IntPredicate owes) {
    losses.byTask.forEach(
        (task, count) -> {
          if (count >= mostLosses) {
            throw SparkJobException.lostTask(round, task, count);
          }
        });
    long allowedMillis = timeoutMillis << times;
    if (context.isLocal() || millisSince(sinceNanos) <= allowedMillis) {
      return;
    }
    // One executor may run many tasks.
    Map<String, TaskData> late = new LinkedHashMap<>();
    for (TaskData task : runningTasks(jobs)) {
      long runningMillis = System.currentTimeMillis() - task.launchTime().getTime();
      if (owes.test(task.index()) && runningMillis > allowedMillis && !dying(task.executorId())) {
        late.put(task.executorId(), task);
      }
    }
    if (late.isEmpty()) {
      return;
    }
    times++;
    late.forEach((executor, task) -> replace(executor, task, allowedMillis));
    sinceNanos = System.nanoTime();
  }

  private void replace(String executor, TaskData task, long allowedMillis) {
    if (times == MOST_TIMES) {
      throw SparkJobException.lateRound(round, allowedMillis, executor, task.host(), times - 1);
    }
    LOG.warn(
        "Replacing executor {} on {}: expected its results of round {} within {} ms (spark.rnn.round.timeout), found some missing",
        executor,
        task.host(),
        round,
        allowedMillis);
    killedNanos.put(executor, System.nanoTime());
    context.killAndReplaceExecutor(executor);
  }

  private boolean dying(String executor) {
    Long killed = killedNanos.get(executor);
    return killed != null && millisSince(killed) < DYING_MILLIS;
  }

  private List<TaskData> runningTasks(int[] jobs) {
    List<TaskData> running = new ArrayList<>();
    for (int job : jobs) {
      var info = context.statusTracker().getJobInfo(job);
      for (int stage : info.isDefined() ? info.get().stageIds() : new int[0]) {
        SparkStageInfo stageInfo =
            context.statusTracker().getStageInfo(stage).getOrElse(() -> null);
        if (stageInfo != null && stageInfo.numActiveTasks() > 0) {
          JavaConverters.seqAsJavaList(
                  context
                      .statusStore()
                      .taskList(stage, stageInfo.currentAttemptId(), Integer.MAX_VALUE))
              .stream()
              .filter(task -> task.status().equals("RUNNING"))
              .forEach(running::add);
        }
      }
    }
    return running;
  }

  @Override
  public void close() {
    context.removeSparkListener(losses);
  }

  private static long millisSince(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
  }
}
