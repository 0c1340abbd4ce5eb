package io.sparkrnn.spark;

import com.sun.management.OperatingSystemMXBean;
import io.sparkrnn.spark.ml.PreparedTable;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.apache.spark.ml.classification.LogisticRegression;
import org.apache.spark.ml.classification.LogisticRegressionModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * What Spark ML's {@code transform} and {@code fit} cost for 55,000 rows of MNIST in Parquet, in
 * seconds of CPU time of the whole process, warm: medians, smallest and largest of five.
 */
public final class TableCost {
  private static final int ROWS = 55_000;
  private static final int PART = 5_500;
  private static final int TIMES = 5;

  private TableCost() {}

  /** Prints a line for each. */
  public static void main(String[] args) throws IOException {
    Path files = Files.createTempDirectory("table").resolve("mnist");
    SparkSession spark = MnistTable.session();
    try {
      write(spark, files.toString());
      Dataset<Row> table = spark.read().parquet(files.toString());
      transform(table);
      fit(table);
    } finally {
      spark.stop();
    }
  }

  private static void write(SparkSession spark, String files) {
    MnistTable.Images all = MnistTable.first(ROWS);
    for (int from = 0; from < ROWS; from += PART) {
      MnistTable.Images part =
          new MnistTable.Images(
              Arrays.copyOfRange(all.pixels(), from, from + PART),
              Arrays.copyOfRange(all.labels(), from, from + PART));
      MnistTable.of(spark, part)
          .select("features", "label")
          .coalesce(1)
          .write()
          .mode("append")
          .parquet(files);
    }
  }

  private static RnnClassifier rnn() {
    // One minibatch: the rest of a fit is what it costs beside training.
    return new RnnClassifier().setTimeSteps(28).setEpochs(1).setMostMinibatches(1);
  }

  private static void transform(Dataset<Row> table) {
    Dataset<Row> some = table.limit(2_000).cache();
    LogisticRegressionModel regression = new LogisticRegression().setMaxIter(3).fit(some);
    RnnClassificationModel rnn = rnn().fit(some);
    some.unpersist();
    measure("reading", () -> noop(table));
    measure("transform of LogisticRegressionModel", () -> noop(regression.transform(table)));
    measure("transform of RnnClassificationModel", () -> noop(rnn.transform(table)));
  }

  private static void noop(Dataset<Row> table) {
    table.write().format("noop").mode("overwrite").save();
  }

  private static void fit(Dataset<Row> table) {
    measure("fit of a table, but for training", () -> rnn().fit(table));
    Dataset<Row> persisted = table.persist();
    measure("fit of a persisted table, but for training", () -> rnn().fit(persisted));
    persisted.unpersist(true);
    RnnClassifier rnn = rnn();
    try (PreparedTable prepared = rnn.prepare(table)) {
      measure("fit of a prepared table, but for training", () -> rnn.fit(prepared));
    }
  }

  private static void measure(String what, Runnable work) {
    for (int warm = 0; warm < 2; warm++) {
      work.run();
    }
    double[] seconds = new double[TIMES];
    for (int i = 0; i < TIMES; i++) {
      long before = cpuNanos();
      work.run();
      seconds[i] = (cpuNanos() - before) / 1e9;
    }
    Arrays.sort(seconds);
    System.out.printf(
        Locale.ROOT,
        "%-45s %.2f (%.2f to %.2f)%n",
        what,
        seconds[TIMES / 2],
        seconds[0],
        seconds[TIMES - 1]);
  }

  private static long cpuNanos() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
