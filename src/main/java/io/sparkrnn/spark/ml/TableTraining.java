package io.sparkrnn.spark.ml;

import io.sparkrnn.config.RoundsChoice;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.data.DataException;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.KernelProvider;
import io.sparkrnn.kernel.NetworkShape;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.spark.data.RddShards;
import io.sparkrnn.spark.data.TableSamples;
import io.sparkrnn.spark.rounds.SparkRounds;
import io.sparkrnn.train.CheckpointCadence;
import io.sparkrnn.train.CheckpointWriter;
import io.sparkrnn.train.Recipe;
import io.sparkrnn.train.RoundRunner;
import io.sparkrnn.train.StopRequest;
import io.sparkrnn.train.TrainingLoop;
import io.sparkrnn.train.TrainingSetup;
import io.sparkrnn.train.TrainingState;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * A training on a table, in a Spark application that others use, too.
 *
 * @param features the column of features; the other one is that of the labels
 * @param classes which labels are below, where that is known
 */
public record TableTraining(
    RunConfiguration configuration,
    Dataset<Row> table,
    String features,
    int timeSteps,
    OptionalInt classes) {
  private static final String DESCRIPTION = "spark.job.description";

  // Tasks that stay take all slots there are; two trainings at a time would each get some of those
  // that they need, and wait for the rest.
  private static final ReentrantLock TURN = new ReentrantLock(true);

  /** What was learnt. */
  public record Trained(RnnTopology topology, float[] parameters) {}

  /**
   * Trains from random parameters to the last epoch.
   *
   * @throws DataException if a row cannot be used, or there are fewer of them than workers
   */
  public Trained run() {
    JavaSparkContext context =
        JavaSparkContext.fromSparkContext(table.sparkSession().sparkContext());
    String description = context.getLocalProperty(DESCRIPTION);
    try (TableSamples samples = TableSamples.read(table, features, timeSteps, classes)) {
      RnnTopology topology = topology(samples);
      try (RddShards shards =
          RddShards.materialise(
              samples.inOrder(),
              TableSamples.READER,
              configuration.training().workers(),
              topology.shape())) {
        return new Trained(topology, train(context, topology, shards));
      }
    } finally {
      context.setLocalProperty(DESCRIPTION, description);
    }
  }

  private RnnTopology topology(TableSamples samples) {
    return new RnnTopology(
        "rnn",
        new NetworkShape(
            timeSteps,
            samples.features() / timeSteps,
            configuration.model().hidden(),
            Activation.valueOf(configuration.model().activation().toUpperCase(Locale.ROOT)),
            classes.orElse(samples.classesFound())));
  }

  private float[] train(JavaSparkContext context, RnnTopology topology, RddShards shards) {
    TrainingSetup setup = new TrainingSetup(configuration, shards.data(), topology);
    Recipe recipe = setup.recipe();
    RoundsChoice rounds = configuration.training().rounds();
    String kernels = KernelProvider.choose(configuration.training().kernels().toString()).name();
    TrainingLoop.Options options =
        new TrainingLoop.Options(
            configuration.training().epochs(),
            setup.plan(),
            recipe.schedule(),
            CheckpointCadence.ofEpochs(Integer.MAX_VALUE),
            Optional.empty(),
            StopRequest.NEVER);
    TrainingState start = TrainingState.initial(setup.randomParameters(), recipe.updater());
    if (rounds != RoundsChoice.JOB) {
      TURN.lock();
    }
    try (RoundRunner runner =
        SparkRounds.of(
            context, rounds, recipe, kernels, shards.data(), shards, StopRequest.NEVER)) {
      return new TrainingLoop(options, runner, CheckpointWriter.NONE, List.of())
          .run(start)
          .parameters();
    } finally {
      if (rounds != RoundsChoice.JOB) {
        TURN.unlock();
      }
    }
  }
}
