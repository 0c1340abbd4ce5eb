package io.sparkrnn.spark.jobs;

import io.sparkrnn.train.StopRequest;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.status.api.v1.ExecutorSummary;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.collection.JavaConverters;

/** How many tasks Spark can run at a time. */
public final class ExecutorSlots {
  private static final Pattern LOCAL_CLUSTER =
      Pattern.compile("local-cluster\\[\\s*(\\d+)\\s*,\\s*(\\d+)\\s*,.*");
  private static final long POLL_MILLIS = 20;
  private static final long SETTLED_MILLIS = 200;

  private static final String DRIVER = "driver";
  private static final long SAY_MILLIS = 5_000;
  private static final Logger LOG = LoggerFactory.getLogger(ExecutorSlots.class);

  private final SparkContext context;
  private final SparkConf conf;
  private final StopRequest stop;
  private final long timeoutMillis;
  private OptionalLong noneSinceNanos = OptionalLong.empty();
  private boolean said;

  /**
   * Slots of an application.
   *
   * @param stop asked while there are none
   */
  public ExecutorSlots(SparkContext context, StopRequest stop) {
    this.context = context;
    this.stop = stop;
    this.conf = context.getConf();
    this.timeoutMillis = conf.getTimeAsMs("spark.rnn.slots.timeout", "300s");
  }

  /** Slots of the executors that are registered now. */
  public int available() {
    return context.maxNumConcurrentTasks(context.resourceProfileManager().defaultResourceProfile());
  }

  /**
   * For those who wait for a task, to call now and then: says so when there has been no slot for a
   * moment.
   *
   * @throws SparkJobException when there has been none for {@code spark.rnn.slots.timeout}
   */
  public void requireSome() {
    if (context.isLocal() || available() > 0) {
      noneSinceNanos = OptionalLong.empty();
      said = false;
      return;
    }
    stop.check();
    if (noneSinceNanos.isEmpty()) {
      noneSinceNanos = OptionalLong.of(System.nanoTime());
    }
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - noneSinceNanos.getAsLong());
    String expected =
        "an executor for tasks of %d core(s) (%s)".formatted(cpusPerTask(), TaskCpus.KEY);
    if (millis > timeoutMillis) {
      throw SparkJobException.noSlots(context.master(), expected, timeoutMillis, executors());
    }
    if (!said && millis >= Math.min(SAY_MILLIS, timeoutMillis / 4)) {
      said = true;
      LOG.warn(
          "Waiting up to {} s (spark.rnn.slots.timeout) for executors on {}: expected {}, found {}",
          TimeUnit.MILLISECONDS.toSeconds(timeoutMillis),
          context.master(),
          expected,
          executors());
    }
  }

  private String executors() {
    List<ExecutorSummary> executors =
        JavaConverters.seqAsJavaList(context.statusStore().executorList(true)).stream()
            .filter(executor -> !executor.id().equals(DRIVER))
            .toList();
    if (executors.isEmpty()) {
      return "none; each needs a machine with %s free (spark.executor.memory)"
          .formatted(conf.get("spark.executor.memory", "1g"));
    }
    int largest = executors.stream().mapToInt(ExecutorSummary::totalCores).max().getAsInt();
    return "%d of %d core(s) at most".formatted(executors.size(), largest);
  }

  /** Slots that dynamic allocation would start for tasks that wait; 0 without it. */
  public int allocatable() {
    if (!conf.getBoolean("spark.dynamicAllocation.enabled", false)) {
      return 0;
    }
    long executors = conf.getInt("spark.dynamicAllocation.maxExecutors", Integer.MAX_VALUE);
    long each = Math.max(1, conf.getInt("spark.executor.cores", 1) / cpusPerTask());
    return (int) Math.min(Integer.MAX_VALUE, executors * each);
  }

  /**
   * Waits for executors that are on their way when an application has just begun: for all that the
   * configuration speaks of, where it does; otherwise until no more have come for a moment.
   *
   * @param wanted more need not be waited for
   */
  public void awaitExecutors(int wanted) throws InterruptedException {
    if (context.isLocal() || allocatable() > 0) {
      return;
    }
    long deadline =
        System.nanoTime()
            + TimeUnit.MILLISECONDS.toNanos(
                conf.getTimeAsMs("spark.scheduler.maxRegisteredResourcesWaitingTime", "30s"));
    int configured = configured();
    int before = 0;
    long grownNanos = System.nanoTime();
    while (System.nanoTime() < deadline) {
      stop.check();
      requireSome();
      int now = available();
      if (now > before) {
        grownNanos = System.nanoTime();
        before = now;
      }
      boolean settled =
          now > 0
              && TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - grownNanos) >= SETTLED_MILLIS;
      if (now >= wanted || (configured > 0 ? now >= configured : settled)) {
        return;
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  /** Slots that the configuration speaks of; 0 where it leaves them to the cluster. */
  private int configured() {
    Matcher localCluster = LOCAL_CLUSTER.matcher(context.master());
    if (localCluster.matches()) {
      return Integer.parseInt(localCluster.group(1))
          * (Integer.parseInt(localCluster.group(2)) / cpusPerTask());
    } else if (conf.contains("spark.executor.instances")) {
      return conf.getInt("spark.executor.instances", 0)
          * (conf.getInt("spark.executor.cores", 1) / cpusPerTask());
    }
    return conf.getInt("spark.cores.max", 0) / cpusPerTask();
  }

  private int cpusPerTask() {
    return conf.getInt("spark.task.cpus", 1);
  }
}
