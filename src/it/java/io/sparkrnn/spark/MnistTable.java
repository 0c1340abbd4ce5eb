package io.sparkrnn.spark;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** The first training images of MNIST as rows of a table. */
final class MnistTable {
  static final int TIME_STEPS = 28;
  static final int PIXELS = 28 * 28;

  private MnistTable() {}

  /** Spark in this JVM. */
  static SparkSession session() {
    return SparkSession.builder()
        .master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", 2)
        .getOrCreate();
  }

  /** Pixels from 0 to 1 as floats, row by row, and labels. */
  record Images(float[][] pixels, int[] labels) {}

  static Images first(int count) {
    byte[] pixels = bytes("train-images-idx3-ubyte.gz", 16, count * PIXELS);
    byte[] labels = bytes("train-labels-idx1-ubyte.gz", 8, count);
    Images images = new Images(new float[count][PIXELS], new int[count]);
    for (int i = 0; i < count; i++) {
      images.labels()[i] = labels[i];
      for (int p = 0; p < PIXELS; p++) {
        images.pixels()[i][p] = Byte.toUnsignedInt(pixels[i * PIXELS + p]) / 255f;
      }
    }
    return images;
  }

  private static byte[] bytes(String name, int header, int count) {
    try (InputStream in =
        new GZIPInputStream(
            MnistTable.class.getResourceAsStream("/io/sparkrnn/data/mnist/" + name))) {
      in.readNBytes(header);
      return in.readNBytes(count);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A table of {@code features}, a vector, {@code array}, the same as floats, and {@code label}.
   */
  static Dataset<Row> of(SparkSession spark, Images images) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < images.labels().length; i++) {
      double[] values = new double[PIXELS];
      List<Float> array = new ArrayList<>();
      for (int p = 0; p < PIXELS; p++) {
        values[p] = images.pixels()[i][p];
        array.add(images.pixels()[i][p]);
      }
      rows.add(RowFactory.create(Vectors.dense(values), array, images.labels()[i]));
    }
    return spark.createDataFrame(
        rows,
        new StructType(
            new StructField[] {
              DataTypes.createStructField("features", SQLDataTypes.VectorType(), true),
              DataTypes.createStructField(
                  "array", DataTypes.createArrayType(DataTypes.FloatType, true), true),
              DataTypes.createStructField("label", DataTypes.IntegerType, true)
            }));
  }
}
