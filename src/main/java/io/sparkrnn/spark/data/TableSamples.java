package io.sparkrnn.spark.data;

import io.sparkrnn.data.DataException;
import io.sparkrnn.data.InputRange;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.model.Floats;
import io.sparkrnn.spark.data.SampleReader.Samples;
import io.sparkrnn.spark.jobs.Parcel;
import io.sparkrnn.spark.jobs.ResultStream;
import io.sparkrnn.spark.jobs.SparkJobException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalInt;
import java.util.Spliterators;
import java.util.stream.StreamSupport;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * The rows of a table as samples to train on, checked and kept by Spark, in the order of SHA-256 of
 * what they hold: Spark promises no order of a table's rows, so theirs must not be part of the
 * result.
 */
public final class TableSamples implements AutoCloseable {
  private final JavaPairRDD<String, Parcel<Samples>> samples;
  private final Extent extent;

  /** What the rows of a partition, or of all, have in common. */
  private record Extent(long rows, int shortest, int longest, int largestLabel, InputRange inputs)
      implements Serializable {
    Extent and(Extent other) {
      return new Extent(
          rows + other.rows,
          Math.min(shortest, other.shortest),
          Math.max(longest, other.longest),
          Math.max(largestLabel, other.largestLabel),
          inputs.and(other.inputs));
    }
  }

  private TableSamples(JavaPairRDD<String, Parcel<Samples>> samples, Extent extent) {
    this.samples = samples;
    this.extent = extent;
  }

  /**
   * Reads a table once.
   *
   * @param table a column of features, {@code [timeStep][input]} in an array or a vector, and one
   *     of labels, doubles
   * @param features which column is that of the features
   * @param classes which labels are below, where that is known
   * @throws DataException if there are no rows, or one is not of the form of the others
   */
  public static TableSamples read(
      Dataset<Row> table, String features, int timeSteps, OptionalInt classes) {
    int mostClasses = classes.orElse(SequenceDataset.MAX_CLASSES);
    JavaPairRDD<String, Parcel<Samples>> samples =
        new FeatureTable(table, features, "train on rows")
            .samples()
            .mapPartitionsWithIndex(
                (partition, rows) -> read(rows, partition, timeSteps, mostClasses), false)
            .mapToPair(sample -> new Tuple2<>(digest(sample.value()), sample))
            .setName("samples")
            .persist(StorageLevel.MEMORY_AND_DISK());
    try {
      return new TableSamples(samples, extent(samples.values()));
    } catch (RuntimeException e) {
      samples.unpersist();
      throw e;
    }
  }

  private static Iterator<Parcel<Samples>> read(
      Iterator<Sample> rows, int partition, int timeSteps, int mostClasses) {
    RowReader reader = new RowReader(partition, timeSteps, mostClasses);
    return StreamSupport.stream(Spliterators.spliteratorUnknownSize(rows, 0), false)
        .map(row -> new Parcel<>(reader.read(row)))
        .iterator();
  }

  private static String digest(Samples sample) {
    float[] content = Arrays.copyOf(sample.values(), sample.values().length + 1);
    // Labels are far below what a float holds exactly.
    content[content.length - 1] = sample.labels()[0];
    return Floats.sha256(content);
  }

  private static Extent extent(JavaRDD<Parcel<Samples>> samples) {
    List<Extent> found = new ArrayList<>();
    ResultStream.forEach(samples.mapPartitions(TableSamples::extents), found::add);
    Extent extent =
        found.stream()
            .reduce(Extent::and)
            .orElseThrow(
                () -> new DataException("Cannot train on rows: expected at least one, found none"));
    if (extent.shortest() != extent.longest()) {
      throw new DataException(
          "Cannot train on rows: expected as many features in all of them, found %d and %d"
              .formatted(extent.shortest(), extent.longest()));
    }
    return extent;
  }

  private static Iterator<Extent> extents(Iterator<Parcel<Samples>> samples) {
    return StreamSupport.stream(Spliterators.spliteratorUnknownSize(samples, 0), false)
        .map(Parcel::value)
        .map(
            s ->
                new Extent(
                    1,
                    s.values().length,
                    s.values().length,
                    s.labels()[0],
                    InputRange.of(s.values())))
        .reduce(Extent::and)
        .stream()
        .iterator();
  }

  /**
   * Demands enough of them.
   *
   * @throws DataException if there are fewer than workers
   */
  public void requireRowsFor(int workers) {
    if (extent.rows() < workers) {
      throw new DataException(
          "Cannot train on rows: expected at least one for each of %d workers, found %d"
              .formatted(workers, extent.rows()));
    }
  }

  /** Of all features. */
  public InputRange inputs() {
    return extent.inputs();
  }

  /** Features of a row. */
  public int features() {
    return extent.longest();
  }

  /** One more than the largest label. */
  public int classesFound() {
    return extent.largestLabel() + 1;
  }

  /** The samples in the order of their SHA-256. */
  public JavaRDD<Parcel<Samples>> inOrder() {
    return SparkJobException.translated(() -> samples.sortByKey().values());
  }

  @Override
  public void close() {
    samples.unpersist();
  }

  /** Reads the rows of a partition, one after another. */
  private static final class RowReader {
    private final int partition;
    private final int timeSteps;
    private final int mostClasses;
    private long row;
    private int features = -1;

    RowReader(int partition, int timeSteps, int mostClasses) {
      this.partition = partition;
      this.timeSteps = timeSteps;
      this.mostClasses = mostClasses;
    }

    /** One row, whose only name is its label. */
    Samples read(Sample found) {
      if (features < 0 && found.problem() == null) {
        features = found.values().length;
        if (features == 0 || features % timeSteps != 0) {
          throw refused(
              "expected a multiple of %d values (time steps), found %d"
                  .formatted(timeSteps, features));
        }
      }
      Sample sample = found.checked(features);
      if (sample.problem() != null) {
        throw refused(sample.problem());
      }
      Samples read = new Samples(sample.values(), new int[] {label(sample)}, timeSteps);
      row++;
      return read;
    }

    private int label(Sample sample) {
      Object label = sample.names()[0];
      if (label instanceof Double number
          && number >= 0
          && number < mostClasses
          && number == Math.rint(number)) {
        return number.intValue();
      }
      throw refused(
          "expected a whole number from 0 to %d as label, found %s"
              .formatted(mostClasses - 1, label));
    }

    private DataException refused(String why) {
      return new DataException(
          "Cannot train on row %d of partition %d: %s".formatted(row, partition, why));
    }
  }

  /** What the shards are made of. */
  public static final SampleReader<Parcel<Samples>> READER =
      new SampleReader<>() {
        private static final long serialVersionUID = 1L;

        @Override
        public int count(Parcel<Samples> sample) {
          return 1;
        }

        @Override
        public long values(Parcel<Samples> sample) {
          return sample.value().values().length;
        }

        @Override
        public Samples read(Parcel<Samples> sample, long number, int partition) {
          return sample.value();
        }
      };
}
