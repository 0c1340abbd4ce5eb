package io.sparkrnn.spark.ml;

import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.data.DataFingerprint;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.model.TargetScale;
import io.sparkrnn.run.Topologies;
import io.sparkrnn.spark.data.SequenceTables;
import io.sparkrnn.spark.data.TableData;
import io.sparkrnn.spark.shards.WorkerShards;
import java.util.List;

/** Sequences of any kind, which the driver has read or which lie on executors' disks. */
record SequenceSamples(SequenceTables.Placed placed) implements PreparedSamples {
  private TableData sequences() {
    return placed.data();
  }

  @Override
  public TrainingData data() {
    return sequences();
  }

  @Override
  public WorkerShards shards() {
    return placed.shards();
  }

  @Override
  public TargetScale targetScale() {
    return sequences().preparation().map(Preparation::targets).orElse(TargetScale.IDENTITY);
  }

  @Override
  public List<DataFingerprint> fingerprints() {
    return sequences().fingerprints();
  }

  @Override
  public long size() {
    return sequences().trainingSize();
  }

  @Override
  public RnnTopology topology(RunConfiguration configuration) {
    return Topologies.of(configuration, sequences());
  }

  @Override
  public ModelFile model(RnnTopology topology, float[] parameters) {
    return new ModelFile(
        topology, parameters, sequences().inputRange().lines(), sequences().preparation());
  }

  @Override
  public void close() {
    placed.release().run();
  }
}
