package io.sparkrnn.spark.ml;

import io.sparkrnn.config.ConfigurationException;
import io.sparkrnn.config.Keys;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.config.ShardsChoice;
import io.sparkrnn.config.TableConfiguration;
import io.sparkrnn.config.TaskName;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.spark.data.GivenTables;
import io.sparkrnn.spark.data.RddShards;
import io.sparkrnn.spark.data.SequenceTables;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.LongAdder;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * A table that has been read, checked and dealt out to workers: any number of fits may follow, and
 * none of them reads it again. It takes memory until it is closed.
 */
public final class PreparedTable implements AutoCloseable {
  private static final String INPUTS = "table.inputs";
  private static final String DESCRIPTION = "spark.job.description";

  private final Settings settings;
  private final JavaSparkContext context;
  private final PreparedSamples samples;
  private final long skipped;
  private int users = 1;

  /** What decides about the samples that a table becomes. */
  record Settings(
      boolean plain,
      TaskName task,
      TableConfiguration table,
      OptionalInt classes,
      boolean counts,
      OptionalInt timeSteps,
      Optional<String> validationIndicator,
      boolean skipping,
      int workers,
      ShardsChoice shards,
      Optional<Preparation> initial) {
    static Settings of(boolean plain, FitRequest request) {
      RunConfiguration sequences = request.configuration(false);
      return new Settings(
          plain,
          request.task(),
          sequences.table(),
          request.classes(),
          sequences.model().loss().equals("poisson"),
          request.timeSteps(),
          request.validationIndicator(),
          request.skipsInvalid(),
          sequences.training().workers(),
          sequences.spark().shards(),
          request.initial().flatMap(ModelFile::preparation));
    }
  }

  private PreparedTable(
      Settings settings, JavaSparkContext context, PreparedSamples samples, long skipped) {
    this.settings = settings;
    this.context = context;
    this.samples = samples;
    this.skipped = skipped;
  }

  /**
   * Reads a table once.
   *
   * @throws io.sparkrnn.data.DataException if a row cannot be used
   * @throws ConfigurationException if params contradict each other
   */
  public static PreparedTable of(Dataset<?> dataset, FitRequest request) {
    JavaSparkContext context =
        JavaSparkContext.fromSparkContext(dataset.sparkSession().sparkContext());
    String description = context.getLocalProperty(DESCRIPTION);
    context.sc().setJobDescription("reading the table to train on");
    try {
      return read(context, dataset, request);
    } finally {
      context.setLocalProperty(DESCRIPTION, description);
    }
  }

  private static PreparedTable read(
      JavaSparkContext context, Dataset<?> dataset, FitRequest request) {
    boolean flat = TrainingColumns.areFlat(dataset.schema(), request);
    boolean plain = request.isPlain(flat);
    RunConfiguration configuration = request.configuration(plain);
    Settings settings = Settings.of(plain, request);
    Optional<LongAdder> skipped =
        request.skipsInvalid() ? Optional.of(new LongAdder()) : Optional.empty();
    List<String> indicator = request.validationIndicator().stream().toList();
    Dataset<Row> rows =
        inTasks(TrainingColumns.of(dataset, request, indicator), request.mostTasks());
    RddShards.Keeping keeping = new RddShards.Keeping(settings.shards(), request.mostTasks());
    PreparedSamples samples =
        plain
            ? PlainSamples.read(
                rows,
                request.featuresCol(),
                timeSteps(request),
                request.classes(),
                configuration.training().workers(),
                keeping,
                skipped)
            : new SequenceSamples(
                SequenceTables.read(
                    tables(rows, request, skipped),
                    withInputs(configuration, TrainingColumns.inputs(rows, request)),
                    request.initial().filter(model -> model.preparation().isPresent()),
                    keeping));
    return new PreparedTable(settings, context, samples, skipped.map(LongAdder::sum).orElse(0L));
  }

  private static Dataset<Row> inTasks(Dataset<Row> rows, int mostTasks) {
    return mostTasks == Integer.MAX_VALUE ? rows : rows.coalesce(mostTasks);
  }

  private static int timeSteps(FitRequest request) {
    return request
        .timeSteps()
        .orElseThrow(
            () -> new ConfigurationException("timeSteps", "expected a whole number, found none"));
  }

  private static GivenTables tables(
      Dataset<Row> rows, FitRequest request, Optional<LongAdder> skipped) {
    Optional<String> indicator = request.validationIndicator();
    return new GivenTables(
        indicator.map(name -> TrainingColumns.where(rows, name, false)).orElse(rows),
        indicator.map(name -> TrainingColumns.where(rows, name, true)),
        request.timeSteps(),
        skipped);
  }

  private static RunConfiguration withInputs(RunConfiguration configuration, OptionalInt inputs) {
    return inputs.isEmpty()
        ? configuration
        : configuration.with(Map.of(Keys.of(INPUTS), String.valueOf(inputs.getAsInt())));
  }

  /** Rows that could not be used and were left out. */
  public long skippedRows() {
    return skipped;
  }

  /** Samples to train on. */
  public long size() {
    return samples.size();
  }

  /** Which labels are below, where the column's metadata said so. */
  public OptionalInt classes() {
    return settings.classes();
  }

  /** The application of the table. */
  public JavaSparkContext context() {
    return context;
  }

  boolean isPlain() {
    return settings.plain();
  }

  PreparedSamples samples() {
    return samples;
  }

  /** Demands that a training be one of this table. */
  void requireFor(FitRequest request) {
    // What is plain is flat; what is not can be trained on in any way.
    Settings asked = Settings.of(settings.plain() && request.isPlain(true), request);
    if (!asked.equals(settings)) {
      throw new ConfigurationException(
          "prepared table",
          "expected the columns, workers and preparation that it was made with, found others");
    }
  }

  /** The same, for one more to close. */
  PreparedTable shared() {
    return sharedIfOpen()
        .orElseThrow(
            () -> new IllegalStateException("expected a table that is open, found a closed one"));
  }

  /** Likewise; empty once all have closed it. */
  synchronized Optional<PreparedTable> sharedIfOpen() {
    if (users == 0) {
      return Optional.empty();
    }
    users++;
    return Optional.of(this);
  }

  /** Lets go of the memory that it takes. */
  @Override
  public synchronized void close() {
    if (users > 0 && --users == 0) {
      samples.close();
    }
  }
}
