package io.sparkrnn.spark.jobs;

import io.sparkrnn.train.StopRequest;
import io.sparkrnn.train.TrainingStoppedException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.commons.lang3.concurrent.BasicThreadFactory;
import org.apache.spark.SparkContext;

/**
 * Looks at the jobs of the calling thread while they run, and cancels them when they would wait for
 * ever.
 */
public final class JobWatch implements AutoCloseable {
  private static final long LOOK_AROUND_MILLIS = 1_000;
  private static final AtomicLong JOBS = new AtomicLong();
  private static final ScheduledThreadPoolExecutor LOOKS = looks();

  private final SparkContext context;
  private final String tag = "spark-rnn-" + JOBS.incrementAndGet();
  private final ExecutorSlots slots;
  private final Consumer<int[]> look;
  private final ScheduledFuture<?> looking;
  private volatile RuntimeException failure;

  private static ScheduledThreadPoolExecutor looks() {
    ScheduledThreadPoolExecutor executor =
        new ScheduledThreadPoolExecutor(
            1,
            new BasicThreadFactory.Builder()
                .namingPattern("spark-rnn-job-watch")
                .daemon(true)
                .build());
    executor.setRemoveOnCancelPolicy(true);
    return executor;
  }

  /**
   * Begins to watch the jobs that this thread will run.
   *
   * @param stop asked while there are no executors
   * @param look is given their numbers now and then; a {@link SparkJobException} ends them, and so
   *     does a {@link TrainingStoppedException}
   */
  JobWatch(SparkContext context, StopRequest stop, Consumer<int[]> look) {
    this.context = context;
    this.slots = new ExecutorSlots(context, stop);
    this.look = look;
    this.looking =
        LOOKS.scheduleWithFixedDelay(
            this::look, LOOK_AROUND_MILLIS, LOOK_AROUND_MILLIS, TimeUnit.MILLISECONDS);
    context.addJobTag(tag);
  }

  /**
   * What some work of this thread returns, whose jobs are begun by Spark itself.
   *
   * @throws SparkJobException when there has been no executor for them for too long
   */
  public static <T> T watched(SparkContext context, Callable<T> work) throws Exception {
    try (JobWatch watch = new JobWatch(context, StopRequest.NEVER, jobs -> {})) {
      try {
        return work.call();
      } catch (Exception e) {
        // Scala throws checked exceptions undeclared.
        throw watch.failure().map(Exception.class::cast).orElse(e);
      }
    }
  }

  // Any other exception is of a Spark that has stopped: then the jobs end by themselves.
  private void look() {
    try {
      slots.requireSome();
      look.accept(context.statusTracker().getJobIdsForTag(tag));
    } catch (SparkJobException | TrainingStoppedException e) {
      failure = e;
      context.cancelJobsWithTag(tag);
    }
  }

  /** Why the jobs were cancelled, if they were. */
  Optional<RuntimeException> failure() {
    return Optional.ofNullable(failure);
  }

  @Override
  public void close() {
    looking.cancel(false);
    context.removeJobTag(tag);
  }
}
