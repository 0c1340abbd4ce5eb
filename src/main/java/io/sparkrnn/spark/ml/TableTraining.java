package io.sparkrnn.spark.ml;

import io.sparkrnn.config.Keys;
import io.sparkrnn.config.RoundsChoice;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.data.DataException;
import io.sparkrnn.data.InputRange;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.KernelProvider;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.spark.data.RddShards;
import io.sparkrnn.spark.data.TableSamples;
import io.sparkrnn.spark.rounds.SparkRounds;
import io.sparkrnn.train.RoundRunner;
import io.sparkrnn.train.StopRequest;
import io.sparkrnn.train.Training;
import java.util.Locale;
import java.util.Map;
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

  /** What was learnt, and of which features. */
  public record Trained(RnnTopology topology, float[] parameters, InputRange inputs) {}

  /**
   * Trains from random parameters.
   *
   * @throws DataException if a row cannot be used, or there are fewer of them than workers
   */
  public Trained run() {
    JavaSparkContext context =
        JavaSparkContext.fromSparkContext(table.sparkSession().sparkContext());
    String description = context.getLocalProperty(DESCRIPTION);
    try (TableSamples samples = TableSamples.read(table, features, timeSteps, classes)) {
      samples.requireRowsFor(configuration.training().workers());
      RnnTopology topology = topology(samples);
      try (RddShards shards =
          RddShards.materialise(
              samples.inOrder(),
              TableSamples.READER,
              configuration.training().workers(),
              topology.network(),
              configuration.spark().shards())) {
        return new Trained(topology, train(context, topology, shards), samples.inputs());
      }
    } finally {
      context.setLocalProperty(DESCRIPTION, description);
    }
  }

  private RnnTopology topology(TableSamples samples) {
    return new RnnTopology(
        "rnn",
        Network.elman(
            timeSteps,
            samples.features() / timeSteps,
            configuration.model().hidden(),
            Activation.valueOf(configuration.model().activation().toUpperCase(Locale.ROOT)),
            classes.orElse(samples.classesFound())));
  }

  private float[] train(JavaSparkContext context, RnnTopology topology, RddShards shards) {
    // Rows are not known to be images.
    Training<TrainingData> training =
        new Training<>(
            configuration.with(Map.of(Keys.of("training.shift-pixels"), "0")),
            shards.data(),
            topology);
    RoundsChoice rounds = configuration.training().rounds();
    String kernels =
        KernelProvider.chooseInLibrary(configuration.training().kernels().toString()).name();
    if (rounds != RoundsChoice.JOB) {
      TURN.lock();
    }
    try (RoundRunner runner =
        SparkRounds.of(
            context,
            rounds,
            training.recipe(),
            kernels,
            shards.data(),
            shards,
            StopRequest.NEVER)) {
      return training.run(kernels, runner, training.randomStart()).evaluated().parameters();
    } finally {
      if (rounds != RoundsChoice.JOB) {
        TURN.unlock();
      }
    }
  }
}
