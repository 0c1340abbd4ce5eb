package io.sparkrnn.spark.rounds;

import io.sparkrnn.data.Shard;
import io.sparkrnn.spark.jobs.Parcel;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.spark.FutureAction;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkStageInfo;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.AsyncRDDActions;
import scala.Function1;
import scala.collection.Iterator;
import scala.collection.JavaConverters;
import scala.concurrent.ExecutionContext$;
import scala.runtime.BoxedUnit;

/** The Spark job whose tasks stay for many rounds, a task a group of workers. */
final class ResidentStretch {
  private static final String INTERRUPT_ON_CANCEL = "spark.job.interruptOnCancel";

  private final SparkContext context;
  private final int tasks;
  private final FutureAction<BoxedUnit> job;
  private final CountDownLatch over = new CountDownLatch(1);
  private volatile Throwable failure;

  /** What a task does; Spark ships it, so it must be serializable. */
  private interface SerializableFunction1<A, B> extends Function1<A, B>, Serializable {}

  /**
   * Submits the job and returns.
   *
   * @param groups a partition a task: the shards of its workers
   * @param whenOver called when the job has ended, in whatever way
   */
  ResidentStretch(
      SparkContext context,
      JavaRDD<Parcel<List<Shard>>> groups,
      ResidentTask task,
      Runnable whenOver) {
    this.context = context;
    this.tasks = groups.getNumPartitions();
    SerializableFunction1<Iterator<Parcel<List<Shard>>>, BoxedUnit> run =
        elements -> {
          task.run(elements.next().value());
          return BoxedUnit.UNIT;
        };
    String before = context.getLocalProperty(INTERRUPT_ON_CANCEL);
    // A cancelled task may be waiting for the driver.
    context.setLocalProperty(INTERRUPT_ON_CANCEL, "true");
    try {
      this.job = new AsyncRDDActions<>(groups.rdd(), groups.classTag()).foreachPartitionAsync(run);
    } finally {
      context.setLocalProperty(INTERRUPT_ON_CANCEL, before);
    }
    job.onComplete(
        result -> {
          if (result.isFailure()) {
            failure = result.failed().get();
          }
          over.countDown();
          whenOver.run();
          return BoxedUnit.UNIT;
        },
        ExecutionContext$.MODULE$.fromExecutor(Runnable::run));
  }

  int tasks() {
    return tasks;
  }

  int[] jobs() {
    return JavaConverters.seqAsJavaList(job.jobIds()).stream()
        .mapToInt(id -> (Integer) id)
        .toArray();
  }

  /** Tasks that Spark says are running. */
  int runningTasks() {
    int running = 0;
    for (int id : jobs()) {
      var info = context.statusTracker().getJobInfo(id);
      for (int stage : info.isDefined() ? info.get().stageIds() : new int[0]) {
        SparkStageInfo stageInfo =
            context.statusTracker().getStageInfo(stage).getOrElse(() -> null);
        running += stageInfo == null ? 0 : stageInfo.numActiveTasks();
      }
    }
    return running;
  }

  boolean isOver() {
    return over.getCount() == 0;
  }

  /** Why the job has failed, if it has. */
  Optional<Throwable> failure() {
    return Optional.ofNullable(failure);
  }

  /** Waits for tasks that have been told to end; interrupts those that do not. */
  void end(long millis) {
    try {
      if (!over.await(millis, TimeUnit.MILLISECONDS)) {
        cancel();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      cancel();
    }
  }

  void cancel() {
    job.cancel();
  }
}
