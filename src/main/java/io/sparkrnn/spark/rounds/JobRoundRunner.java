package io.sparkrnn.spark.rounds;

import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.Shard;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.kernel.KernelProvider;
import io.sparkrnn.model.FloatArrays;
import io.sparkrnn.spark.jobs.ExecutorSlots;
import io.sparkrnn.spark.jobs.Parcel;
import io.sparkrnn.spark.jobs.ResultStream;
import io.sparkrnn.spark.rounds.RoundTask.ByBroadcast;
import io.sparkrnn.spark.rounds.RoundTask.StateOfRound;
import io.sparkrnn.spark.rounds.RoundTask.WithTask;
import io.sparkrnn.spark.shards.WorkerGroups;
import io.sparkrnn.spark.shards.WorkerGroups.Group;
import io.sparkrnn.spark.shards.WorkerShards;
import io.sparkrnn.train.ParameterAverage;
import io.sparkrnn.train.Recipe;
import io.sparkrnn.train.Round;
import io.sparkrnn.train.RoundPart;
import io.sparkrnn.train.RoundResult;
import io.sparkrnn.train.RoundRunner;
import io.sparkrnn.train.RoundStep;
import io.sparkrnn.train.StopRequest;
import io.sparkrnn.train.TrainingState;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * Rounds as Spark jobs of one stage, a task a worker, or of many workers a task a group; works with
 * any number of slots.
 */
public final class JobRoundRunner implements RoundRunner {
  /** Above 1,000 KiB Spark warns of large tasks, in every round. */
  private static final long LARGEST_WITH_TASK_BYTES = 900 * 1024;

  /** From here on starting a task for each would be most of a round. */
  private static final int MANY_WORKERS = 64;

  /**
   * So that faster executors may take more of many workers, and a lost task is not half a round.
   */
  private static final int TASKS_PER_SLOT = 4;

  private final JavaSparkContext context;
  private final Recipe recipe;
  private final String kernels;
  private final int workers;
  private final StopRequest stop;
  private final SubtreeFolding folding;
  private final RoundStep step;
  private final JavaRDD<Parcel<List<Shard>>> shards;
  private final SparkEvaluation evaluation;
  private final RoundDeadline deadline;
  private final long runner = ThreadLocalRandom.current().nextLong();
  private Broadcast<Parcel<TrainingState>> stateOfRound;
  private Broadcast<Parcel<TrainingState>> olderState;

  /**
   * A runner.
   *
   * @param kernels the implementation that every task uses, by name
   * @param stop asked within evaluations, and while there are no executors
   */
  public JobRoundRunner(
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
   * @param mostTasks of a round, at least 1
   */
  JobRoundRunner(
      JavaSparkContext context,
      Recipe recipe,
      String kernels,
      TrainingData data,
      WorkerShards shards,
      StopRequest stop,
      int mostTasks) {
    List<Group> groups = groups(context, data.workers(), stop, mostTasks);
    this.stop = stop;
    this.context = context;
    this.recipe = recipe;
    this.kernels = kernels;
    this.workers = data.workers();
    this.folding = SubtreeFolding.of(recipe, workers);
    this.step = new RoundStep(recipe, KernelProvider.chosenByDriver(kernels));
    this.shards = shards.of(groups);
    this.evaluation =
        new SparkEvaluation(context, kernels, recipe.evaluator(), data, stop, mostTasks);
    this.deadline = new RoundDeadline(context.sc());
    DriverLimits limits = DriverLimits.of(recipe);
    long heapBytes = Runtime.getRuntime().maxMemory();
    limits.requireResultsFit(context.getConf(), folding, groups);
    limits.requireHeap(workers, heapBytes);
    limits.warnOfHeap(folding, groups, heapBytes);
  }

  private static List<Group> groups(
      JavaSparkContext context, int workers, StopRequest stop, int mostTasks) {
    int slots = workers < MANY_WORKERS ? workers : slots(context, workers, stop);
    int tasks = (int) Math.min(workers, (long) TASKS_PER_SLOT * slots);
    return WorkerGroups.of(workers, Math.min(tasks, mostTasks));
  }

  private static int slots(JavaSparkContext context, int workers, StopRequest stop) {
    ExecutorSlots slots = new ExecutorSlots(context.sc(), stop);
    try {
      slots.awaitExecutors(workers);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for executors", e);
    }
    int found = Math.max(slots.available(), slots.allocatable());
    return found == 0 ? workers : found;
  }

  @Override
  public RoundResult run(TrainingState state, Round round) {
    context
        .sc()
        .setJobDescription("epoch %d, round %d".formatted(round.epoch() + 1, round.number()));
    ParameterAverage average = step.average(workers);
    deadline.begin(round);
    try {
      ResultStream.forEach(
          shards,
          new RoundTask(runner, recipe, kernels, folding, round, ship(step.sent(state))),
          (List<RoundPart> parts) -> parts.forEach(average::add),
          stop,
          jobs -> deadline.check(jobs, task -> true));
    } finally {
      if (olderState != null) {
        // Not this round's: a speculative copy of one of its tasks may still be reading it.
        olderState.destroy();
      }
      olderState = stateOfRound;
      stateOfRound = null;
    }
    return step.result(state, round, average.result());
  }

  private StateOfRound ship(TrainingState state) {
    long bytes =
        (long) Float.BYTES * state.vector().length + FloatArrays.bytes(state.streamStates());
    if (bytes <= LARGEST_WITH_TASK_BYTES) {
      return new WithTask(state);
    }
    stateOfRound = context.broadcast(new Parcel<>(state));
    return new ByBroadcast(stateOfRound);
  }

  @Override
  public EvaluationResult evaluate(float[] parameters, Part part) {
    return evaluation.evaluate(parameters, part);
  }

  @Override
  public void close() {
    shards.unpersist();
    evaluation.close();
    deadline.close();
    Replicas.forget(runner);
    if (olderState != null) {
      olderState.destroy();
    }
  }
}
