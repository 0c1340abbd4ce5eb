package io.sparkrnn.spark;

import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.Shard;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.model.Floats;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.train.LocalRoundRunner;
import io.sparkrnn.train.StopRequest;
import io.sparkrnn.train.Training;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** A training on a table of any size, whose rows are computed. */
final class LargeTable {
  private static final int TIME_STEPS = 100;
  private static final int INPUTS = 28;
  private static final int VALUES = TIME_STEPS * INPUTS;
  private static final int CLASSES = 3;
  private static final int UNITS = 4;
  private static final int WORKERS = 3;
  private static final long SEED = 7;

  private LargeTable() {}

  /** What a table of so many rows takes as floats. */
  static long bytes(int rows) {
    return (long) Float.BYTES * VALUES * rows;
  }

  private static float[] values(long row) {
    SplittableRandom random = new SplittableRandom(row);
    float[] values = new float[VALUES];
    for (int i = 0; i < VALUES; i++) {
      values[i] = random.nextInt() * 0x1p-31f;
    }
    return values;
  }

  private static Vector vector(long row) {
    float[] values = values(row);
    return Vectors.dense(IntStream.range(0, VALUES).mapToDouble(i -> values[i]).toArray());
  }

  private static int label(long row) {
    return (int) (row % CLASSES);
  }

  /** The same, an array for each time step. */
  private static Float[][] nested(long row) {
    float[] values = values(row);
    Float[][] nested = new Float[TIME_STEPS][INPUTS];
    for (int i = 0; i < VALUES; i++) {
      nested[i / INPUTS][i % INPUTS] = values[i];
    }
    return nested;
  }

  /** Trains on so many rows, vectors or nested arrays, and prints the digest of the parameters. */
  public static void main(String[] arguments) {
    SparkSession spark =
        SparkSession.builder().master("local[2]").config("spark.ui.enabled", "false").getOrCreate();
    try {
      boolean nested = arguments[1].equals("nested");
      Dataset<Row> table =
          spark.createDataFrame(
              spark
                  .range(0, Integer.parseInt(arguments[0]), 1, 5)
                  .javaRDD()
                  .map(row -> RowFactory.create(nested ? nested(row) : vector(row), label(row))),
              new StructType()
                  .add(
                      "features",
                      nested
                          ? DataTypes.createArrayType(
                              DataTypes.createArrayType(DataTypes.FloatType))
                          : SQLDataTypes.VectorType())
                  .add("label", DataTypes.IntegerType));
      RnnClassificationModel model =
          new RnnClassifier()
              .setTimeSteps(TIME_STEPS)
              .setHidden(new int[] {UNITS})
              .setActivation("tanh")
              .setEpochs(1)
              .setWorkers(WORKERS)
              .setKernels("portable")
              .setSeed(SEED)
              .fit(table);
      System.out.println("parameters " + Floats.sha256(model.parameters()));
    } finally {
      spark.stop();
    }
  }

  /** The digest of the parameters by the engine without Spark, in memory. */
  static String expected(int rows) {
    TrainingData data = new InOrder(inOrder(rows), WORKERS);
    Training<TrainingData> training =
        new Training<>(
            ConfigurationLoader.parse(
                "training { epochs = 1, workers = %d, seed = %d, shift-pixels = 0 }"
                    .formatted(WORKERS, SEED),
                "test"),
            data,
            new RnnTopology(
                "rnn",
                Network.elman(TIME_STEPS, INPUTS, List.of(UNITS), Activation.TANH, CLASSES)));
    LocalRoundRunner runner =
        new LocalRoundRunner(training.recipe(), Ops.named("portable"), data, StopRequest.NEVER);
    return Floats.sha256(
        training.run("portable", runner, training.randomStart()).evaluated().parameters());
  }

  private static int[] inOrder(int rows) {
    String[] digests = new String[rows];
    for (int row = 0; row < rows; row++) {
      float[] content = Arrays.copyOf(values(row), VALUES + 1);
      content[VALUES] = label(row);
      digests[row] = Floats.sha256(content);
    }
    return IntStream.range(0, rows)
        .boxed()
        .sorted(Comparator.comparing(row -> digests[row]))
        .mapToInt(row -> row)
        .toArray();
  }

  /** Rows by SHA-256 of what they hold, dealt out one by one. */
  private record InOrder(int[] rows, int workers) implements TrainingData {
    @Override
    public int shardSize(int worker) {
      return (rows.length - worker + workers - 1) / workers;
    }

    @Override
    public Shard shard(int worker) {
      float[] values = new float[shardSize(worker) * VALUES];
      int[] labels = new int[shardSize(worker)];
      for (int i = 0; i < labels.length; i++) {
        int row = rows[worker + i * workers];
        System.arraycopy(values(row), 0, values, i * VALUES, VALUES);
        labels[i] = label(row);
      }
      return new Shard(
          worker, SequenceDataset.ofFloats(values, labels, TIME_STEPS, INPUTS, CLASSES));
    }

    @Override
    public int size(Part part) {
      return 0;
    }

    @Override
    public SequenceDataset part(Part part) {
      throw new UnsupportedOperationException("nothing to evaluate");
    }
  }
}
