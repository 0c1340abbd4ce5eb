package io.sparkrnn.spark.ml;

import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.data.DataFingerprint;
import io.sparkrnn.data.InputRange;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.model.TargetScale;
import io.sparkrnn.run.Topologies;
import io.sparkrnn.spark.data.GivenTables;
import io.sparkrnn.spark.data.RddShards;
import io.sparkrnn.spark.data.TableSamples;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.LongAdder;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Sequences of equal length with one class each, which never pass through the driver: executors
 * read them, and keep those of their workers.
 */
record PlainSamples(
    RddShards shards, int timeSteps, int inputSize, int classes, InputRange range, long size)
    implements PreparedSamples {
  private static final String NAME = "rnn";

  /**
   * Reads a table once.
   *
   * @param features the column of features; the other one is that of the labels
   * @param known which labels are below, where that is known
   * @param keeping where those of workers are kept, and by how many tasks at a time
   * @param skipped counts the rows that cannot be used and are left out; empty: they are refused
   */
  static PlainSamples read(
      Dataset<Row> table,
      String features,
      int timeSteps,
      OptionalInt known,
      int workers,
      RddShards.Keeping keeping,
      Optional<LongAdder> skipped) {
    try (TableSamples samples = TableSamples.read(table, features, timeSteps, known, skipped)) {
      samples.requireRowsFor(workers);
      int inputSize = samples.features() / timeSteps;
      int classes = known.orElse(samples.classesFound());
      // Of any network's shape alone.
      Network network = Network.elman(timeSteps, inputSize, List.of(1), Activation.TANH, classes);
      return new PlainSamples(
          RddShards.materialise(samples.inOrder(), TableSamples.READER, workers, network, keeping),
          timeSteps,
          inputSize,
          classes,
          samples.inputs(),
          samples.rows());
    }
  }

  @Override
  public TrainingData data() {
    return shards.data();
  }

  @Override
  public TargetScale targetScale() {
    return TargetScale.IDENTITY;
  }

  @Override
  public List<DataFingerprint> fingerprints() {
    return shards.sha256s().stream()
        .map(sha256 -> new DataFingerprint(GivenTables.NAME, GivenTables.NAME, sha256, 0))
        .toList();
  }

  @Override
  public RnnTopology topology(RunConfiguration configuration) {
    return Topologies.classifying(NAME, configuration.model(), timeSteps, inputSize, classes);
  }

  @Override
  public ModelFile model(RnnTopology topology, float[] parameters) {
    return new ModelFile(topology, parameters, range.lines());
  }

  @Override
  public void close() {
    shards.close();
  }
}
