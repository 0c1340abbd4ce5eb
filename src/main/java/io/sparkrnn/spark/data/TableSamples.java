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
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Spliterators;
import java.util.concurrent.atomic.LongAdder;
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
  private record Extent(
      long rows, long skipped, int shortest, int longest, int largestLabel, InputRange inputs)
      implements Serializable {
    static final Extent OF_SKIPPED = new Extent(0, 1, Integer.MAX_VALUE, 0, -1, InputRange.EMPTY);

    static Extent of(Samples sample) {
      int length = sample.values().length;
      return new Extent(1, 0, length, length, sample.labels()[0], InputRange.of(sample.values()));
    }

    Extent and(Extent other) {
      return new Extent(
          rows + other.rows,
          skipped + other.skipped,
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
   * @param skipped counts the rows that cannot be used and are left out; empty: they are refused
   * @throws DataException if there are no rows, or one is not of the form of the others
   */
  public static TableSamples read(
      Dataset<Row> table,
      String features,
      int timeSteps,
      OptionalInt classes,
      Optional<LongAdder> skipped) {
    boolean skipping = skipped.isPresent();
    int mostClasses = classes.orElse(SequenceDataset.MAX_CLASSES);
    JavaPairRDD<String, Parcel<Samples>> samples =
        new FeatureTable(table, features, "train on rows")
            .samples()
            .mapPartitionsWithIndex(
                (partition, rows) -> read(rows, partition, timeSteps, mostClasses, skipping), false)
            .mapToPair(sample -> new Tuple2<>(digest(sample.value()), sample))
            .setName("samples")
            .persist(StorageLevel.MEMORY_AND_DISK());
    try {
      Extent extent = extent(samples.values());
      skipped.ifPresent(count -> count.add(extent.skipped()));
      return new TableSamples(samples, extent);
    } catch (RuntimeException e) {
      samples.unpersist();
      throw e;
    }
  }

  private static Iterator<Parcel<Samples>> read(
      Iterator<Sample> rows, int partition, int timeSteps, int mostClasses, boolean skipping) {
    RowReader reader = new RowReader(partition, timeSteps, mostClasses);
    return StreamSupport.stream(Spliterators.spliteratorUnknownSize(rows, 0), false)
        .map(row -> new Parcel<>(skipping ? reader.readOrSkip(row) : reader.read(row)))
        .iterator();
  }

  private static String digest(Samples sample) {
    if (sample == null) {
      return "";
    }
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
            .filter(all -> all.rows() > 0)
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
        .map(parcel -> parcel.value())
        .map(sample -> sample == null ? Extent.OF_SKIPPED : Extent.of(sample))
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

  /** How many can be used. */
  public long rows() {
    return extent.rows();
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
    JavaPairRDD<String, Parcel<Samples>> used =
        extent.skipped() == 0 ? samples : samples.filter(pair -> pair._2().value() != null);
    return SparkJobException.translated(() -> used.sortByKey().values());
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
        int length = found.values().length;
        if (length == 0 || length % timeSteps != 0) {
          throw refused(
              "expected a multiple of %d values (time steps), found %d"
                  .formatted(timeSteps, length));
        }
        features = length;
      }
      Sample sample = found.checked(features);
      if (sample.problem() != null) {
        throw refused(sample.problem());
      }
      Samples read = new Samples(sample.values(), new int[] {label(sample)}, timeSteps);
      row++;
      return read;
    }

    /** Null for a row that cannot be used. */
    Samples readOrSkip(Sample found) {
      try {
        return read(found);
      } catch (DataException e) {
        row++;
        return null;
      }
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
