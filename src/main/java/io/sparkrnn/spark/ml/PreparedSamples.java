package io.sparkrnn.spark.ml;

import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.data.DataFingerprint;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.model.TargetScale;
import io.sparkrnn.spark.shards.WorkerShards;
import java.util.List;

/** The samples of a table, ready for any number of trainings. */
interface PreparedSamples extends AutoCloseable {
  TrainingData data();

  WorkerShards shards();

  TargetScale targetScale();

  /** SHA-256 of all that is trained on, in a fixed order. */
  List<DataFingerprint> fingerprints();

  /** How many are trained on. */
  long size();

  /** The network that a configuration asks for. */
  RnnTopology topology(RunConfiguration configuration);

  /** With what has been learnt of the samples beside parameters. */
  ModelFile model(RnnTopology topology, float[] parameters);

  @Override
  void close();
}
