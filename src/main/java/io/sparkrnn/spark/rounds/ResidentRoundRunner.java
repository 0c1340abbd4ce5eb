package io.sparkrnn.spark.rounds;

import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.Shard;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.kernel.KernelProvider;
import io.sparkrnn.run.UsageException;
import io.sparkrnn.spark.jobs.ExecutorSlots;
import io.sparkrnn.spark.jobs.Parcel;
import io.sparkrnn.spark.jobs.SparkJobException;
import io.sparkrnn.spark.shards.WorkerGroups;
import io.sparkrnn.spark.shards.WorkerGroups.Group;
import io.sparkrnn.spark.shards.WorkerShards;
import io.sparkrnn.train.Recipe;
import io.sparkrnn.train.Round;
import io.sparkrnn.train.RoundResult;
import io.sparkrnn.train.RoundRunner;
import io.sparkrnn.train.RoundStep;
import io.sparkrnn.train.StopRequest;
import io.sparkrnn.train.TrainingState;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.commons.lang3.exception.ExceptionUtils;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rounds by tasks that stay: one Spark job for all rounds up to the next evaluation on executors,
 * whose tasks each hold a group of workers and meet the driver once a round in its {@link
 * RoundExchange}.
 *
 * <p>A round costs a message up and one down instead of a Spark job. A lost task is run again by
 * Spark and is told what is missing of the current round; when there are fewer slots than tasks for
 * longer than {@code spark.rnn.exchange.timeout}, the workers are grouped anew. All of it leaves
 * the bits as they are, since a round is a pure function.
 */
public final class ResidentRoundRunner implements RoundRunner {
  private static final Logger LOG = LoggerFactory.getLogger(ResidentRoundRunner.class);
  private static final long LOOK_AROUND_MILLIS = 1_000;
  private static final long SLOTS_EVERY_MILLIS = 100;
  private static final long END_MILLIS = 10_000;

  private final JavaSparkContext context;
  private final Recipe recipe;
  private final String kernels;
  private final TrainingData data;
  private final WorkerShards workerShards;
  private final SparkEvaluation evaluation;
  private final SubtreeFolding folding;
  private final RoundStep step;
  private final RoundExchange exchange;
  private final long timeoutMillis;
  private final int mostTasks;

  private final ExecutorSlots executorSlots;
  private final RoundDeadline deadline;

  private int allocatableSlots;
  private int slots;
  private List<Group> groups = List.of();
  private JavaRDD<Parcel<List<Shard>>> shards;
  private ResidentStretch stretch;
  private long slotsSeenNanos;
  private boolean advanced;

  /**
   * A runner.
   *
   * @param kernels the implementation that every task uses, by name
   * @param stop asked within evaluations, and while there are no executors
   * @throws UsageException if the model is too large for a message or for the driver
   */
  ResidentRoundRunner(
      JavaSparkContext context,
      Recipe recipe,
      String kernels,
      TrainingData data,
      WorkerShards shards,
      StopRequest stop) {
    this(context, recipe, kernels, data, shards, stop, Integer.MAX_VALUE);
  }

  /**
   * As the other, with a bound.
   *
   * @param mostTasks that stay, at least 1
   */
  ResidentRoundRunner(
      JavaSparkContext context,
      Recipe recipe,
      String kernels,
      TrainingData data,
      WorkerShards shards,
      StopRequest stop,
      int mostTasks) {
    this(
        context,
        recipe,
        kernels,
        data,
        shards,
        stop,
        openExchange(context, recipe, data.workers()),
        mostTasks);
  }

  private static RoundExchange openExchange(JavaSparkContext context, Recipe recipe, int workers) {
    DriverLimits limits = DriverLimits.of(recipe);
    limits.requireMessagesFit(workers);
    limits.requireHeap(workers, Runtime.getRuntime().maxMemory());
    return new RoundExchange(context.getConf(), workers, recipe.averaging());
  }

  ResidentRoundRunner(
      JavaSparkContext context,
      Recipe recipe,
      String kernels,
      TrainingData data,
      WorkerShards workerShards,
      StopRequest stop,
      RoundExchange exchange) {
    this(context, recipe, kernels, data, workerShards, stop, exchange, Integer.MAX_VALUE);
  }

  private ResidentRoundRunner(
      JavaSparkContext context,
      Recipe recipe,
      String kernels,
      TrainingData data,
      WorkerShards workerShards,
      StopRequest stop,
      RoundExchange exchange,
      int mostTasks) {
    this.mostTasks = mostTasks;
    this.context = context;
    this.recipe = recipe;
    this.kernels = kernels;
    this.data = data;
    this.workerShards = workerShards;
    this.evaluation =
        new SparkEvaluation(context, kernels, recipe.evaluator(), data, stop, mostTasks);
    this.timeoutMillis = context.getConf().getTimeAsMs("spark.rnn.exchange.timeout", "120s");
    this.folding = SubtreeFolding.of(recipe, data.workers());
    this.step = new RoundStep(recipe, KernelProvider.chosenByDriver(kernels));
    this.exchange = exchange;
    this.executorSlots = new ExecutorSlots(context.sc(), stop);
    this.deadline = new RoundDeadline(context.sc());
    this.allocatableSlots = executorSlots.allocatable();
  }

  /**
   * Runs one round.
   *
   * @throws ExchangeUnreachableException if tasks could not talk to the driver; the round may be
   *     run in another way
   */
  @Override
  public RoundResult run(TrainingState state, Round round) {
    try {
      followSlots();
      exchange.begin(round, step.sent(state));
      deadline.begin(round);
      long completeNanos = System.nanoTime();
      while (!exchange.isComplete()) {
        if (stretch == null) {
          start(round);
          completeNanos = System.nanoTime();
        }
        if (exchange.poll(LOOK_AROUND_MILLIS)) {
          completeNanos = System.nanoTime();
        } else if (stretch.isOver()) {
          afterFailure();
        } else {
          executorSlots.requireSome();
          deadline.check(stretch.jobs(), exchange::owes);
          if (isComplete()) {
            completeNanos = System.nanoTime();
          } else if (millisSince(completeNanos) > timeoutMillis) {
            regroup();
          }
        }
      }
      advanced = true;
      return step.result(state, round, exchange.result());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(
          "interrupted while waiting for the results of round " + round.number(), e);
    }
  }

  private void start(Round round) {
    List<Group> wanted = WorkerGroups.of(data.workers(), slots);
    if (!wanted.equals(groups)) {
      // Read anew: tasks would wait spark.locality.wait for the executors that hold other groups.
      forgetShards();
      groups = wanted;
      DriverLimits.of(recipe).warnOfHeap(folding, groups, Runtime.getRuntime().maxMemory());
      shards = workerShards.of(groups);
    }
    context
        .sc()
        .setJobDescription(
            "rounds from epoch %d, round %d".formatted(round.epoch() + 1, round.number()));
    ExchangeEndpoint endpoint = exchange.beginStretch(groups);
    advanced = false;
    stretch =
        new ResidentStretch(
            context.sc(),
            shards,
            new ResidentTask(endpoint, recipe, kernels, folding),
            exchange::wake);
  }

  private void followSlots() throws InterruptedException {
    if (stretch == null) {
      if (slots == 0) {
        executorSlots.awaitExecutors(data.workers());
      }
      slots = Math.min(mostTasks, Math.max(allocatableSlots, executorSlots.available()));
    } else if (groups.size() < data.workers()
        && millisSince(slotsSeenNanos) >= SLOTS_EVERY_MILLIS) {
      slotsSeenNanos = System.nanoTime();
      slots = Math.min(mostTasks, Math.max(slots, executorSlots.available()));
      if (WorkerGroups.of(data.workers(), slots).size() > groups.size()) {
        endStretch();
      }
    }
  }

  private static long millisSince(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
  }

  private boolean isComplete() {
    return executorSlots.available() >= stretch.tasks()
        && stretch.runningTasks() >= stretch.tasks();
  }

  private void regroup() {
    int found = Math.max(1, Math.min(executorSlots.available(), stretch.runningTasks()));
    LOG.warn(
        "Regrouping {} workers: expected {} running tasks, found {} for {} ms",
        data.workers(),
        stretch.tasks(),
        found,
        timeoutMillis);
    slots = found;
    allocatableSlots = 0;
    exchange.endStretch();
    stretch.cancel();
    stretch = null;
  }

  /** A stretch that got somewhere is begun again: its failures are those of many rounds. */
  private void afterFailure() {
    Throwable failure = stretch.failure().orElse(null);
    stretch = null;
    exchange.endStretch();
    if (failure != null) {
      ExchangeUnreachableException unreachable =
          ExceptionUtils.throwableOfType(failure, ExchangeUnreachableException.class);
      if (unreachable != null) {
        throw unreachable;
      }
      RuntimeException translated = SparkJobException.translate(asException(failure));
      if (!advanced || !failedTooOften(failure, translated)) {
        throw translated;
      }
      // Without the exception: Spark has logged what it consists of.
      LOG.warn("Starting the tasks of the workers again: {}", translated.getMessage());
    }
  }

  /** Not cancelled by a user, for example, and not for a reason that would be there again. */
  private static boolean failedTooOften(Throwable failure, RuntimeException translated) {
    return (translated instanceof SparkJobException || translated instanceof IllegalStateException)
        && String.valueOf(failure.getMessage()).contains("times, most recent failure");
  }

  private static Exception asException(Throwable failure) {
    return failure instanceof Exception e ? e : new IllegalStateException(failure);
  }

  /**
   * Evaluates on free slots if half of all are free; otherwise the tasks of the stretch end, and so
   * they do where there shall not be more tasks at a time.
   */
  @Override
  public EvaluationResult evaluate(float[] parameters, Part part) {
    boolean bounded = mostTasks < Integer.MAX_VALUE;
    if (stretch != null && (bounded || executorSlots.available() < 2 * stretch.tasks())) {
      endStretch();
    }
    return evaluation.evaluate(parameters, part);
  }

  private void endStretch() {
    exchange.endStretch();
    stretch.end(END_MILLIS);
    stretch = null;
  }

  private void forgetShards() {
    if (shards != null) {
      shards.unpersist();
    }
  }

  @Override
  public void close() {
    if (stretch != null) {
      endStretch();
    }
    exchange.close();
    forgetShards();
    evaluation.close();
    deadline.close();
  }
}
