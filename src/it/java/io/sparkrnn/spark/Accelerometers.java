package io.sparkrnn.spark;

import io.sparkrnn.random.SeededRandom;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Made-up series of a three-axis accelerometer, in m/s²: a hand that circles, in 40 time steps of
 * 20 ms. Classes are whether it circles left or right, and whether it speeds up or slows down. It
 * begins anywhere, as fast and as wide as it likes, so that the values of any single time step are
 * distributed alike in all four classes, and so is their mean.
 */
final class Accelerometers {
  static final int TIME_STEPS = 40;
  static final int AXES = 3;
  static final int CLASSES = 4;

  private static final double STEP_SECONDS = 0.02;
  private static final double GRAVITY = 9.81;

  private Accelerometers() {}

  /**
   * A table of {@code series}, {@code [timeStep][axis]} in a vector, and {@code label}, equal for
   * equal seeds.
   */
  static Dataset<Row> table(SparkSession spark, int series, long seed) {
    SeededRandom random = SeededRandom.of(seed, 99);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < series; i++) {
      int label = i % CLASSES;
      rows.add(RowFactory.create(Vectors.dense(features(label, random)), (double) label));
    }
    return spark.createDataFrame(
        rows,
        new StructType(
            new StructField[] {
              DataTypes.createStructField("series", SQLDataTypes.VectorType(), false),
              DataTypes.createStructField("label", DataTypes.DoubleType, false)
            }));
  }

  private static double[] features(int label, SeededRandom random) {
    double direction = label % 2 == 0 ? 1 : -1;
    double slow = between(1, 2, random);
    double fast = slow + between(1, 2, random);
    double width = between(1, 4, random);
    double phase = between(0, 2 * Math.PI, random);
    double tilt = between(-1, 1, random);
    double[] features = new double[TIME_STEPS * AXES];
    for (int step = 0; step < TIME_STEPS; step++) {
      double done = (double) step / (TIME_STEPS - 1);
      double hertz = slow + (fast - slow) * (label < 2 ? done : 1 - done);
      phase += direction * 2 * Math.PI * hertz * STEP_SECONDS;
      features[step * AXES] = width * Math.cos(phase) + noise(random);
      features[step * AXES + 1] = width * Math.sin(phase) + noise(random);
      features[step * AXES + 2] = GRAVITY + tilt + noise(random);
    }
    return features;
  }

  private static double between(double from, double to, SeededRandom random) {
    return from + (to - from) * random.nextDouble();
  }

  private static double noise(SeededRandom random) {
    return 0.3 * random.nextGaussian();
  }
}
