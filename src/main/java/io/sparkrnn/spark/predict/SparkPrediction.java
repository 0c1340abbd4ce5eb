package io.sparkrnn.spark.predict;

import io.sparkrnn.data.DataException;
import io.sparkrnn.data.InputRange;
import io.sparkrnn.data.images.FilePattern;
import io.sparkrnn.data.images.PixelRules;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.KernelProvider;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.spark.data.Sample;
import io.sparkrnn.storage.FileEntry;
import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.train.Predictor;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Predictions by the executors, from any number of samples to files: {@code OUTPUT/status=ok/...}
 * with what names a row, {@code prediction} and {@code probabilities}, and {@code
 * OUTPUT/status=bad/...} with what names a row and the {@code reason}. Rows stream through the
 * tasks; no task holds more than a minibatch.
 */
public final class SparkPrediction {
  private static final String PREDICTION = "prediction";
  private static final Pattern PATTERN_LETTERS = Pattern.compile("[\\[\\]{}?*\\\\]");
  private static final List<String> ANSWERS =
      List.of(
          PredictionTable.STATUS,
          PREDICTION,
          PredictionTable.PROBABILITIES,
          PredictionTable.REASON);

  private final JavaSparkContext context;
  private final Map<String, String> hadoop;

  /** What samples are read from. */
  public enum Input {
    /** An IDX or NumPy file of images. */
    IDX,
    /** A directory of images, PNG or JPEG. */
    PNG,
    /** Parquet with a column of features or images. */
    PARQUET,
    /** ORC with such a column. */
    ORC,
    /** CSV with a header and a column for each pixel. */
    CSV,
    /** A table of Spark's catalog with such a column. */
    TABLE;

    /** As on the command line. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }

    /**
     * What a location holds, by its name and its first bytes; empty where that is not known.
     *
     * @param from a path or URI
     */
    public static Optional<Input> of(Storage storage, String from) {
      URI uri = Locations.uri(from);
      Optional<FileEntry> entry = storage.status(uri);
      String name = from.toLowerCase(Locale.ROOT).replaceFirst("(/|\\.gz)$", "");
      for (Input known : List.of(PARQUET, ORC, CSV)) {
        if (name.endsWith("." + known)) {
          return Optional.of(known);
        }
      }
      if (entry.isEmpty()) {
        // A pattern, or the name of a table.
        return FilePattern.matches(storage, uri).isEmpty() ? Optional.empty() : Optional.of(PNG);
      }
      if (entry.get().directory() || name.matches(".*\\.(png|jpe?g)")) {
        List<String> inside = entry.get().directory() ? names(storage, uri) : List.of();
        return Stream.of(PARQUET, ORC)
            .filter(known -> inside.stream().anyMatch(file -> file.endsWith("." + known)))
            .findFirst()
            .or(() -> Optional.of(PNG));
      }
      return Optional.of(IDX);
    }

    private static List<String> names(Storage storage, URI directory) {
      return storage.list(directory).stream().map(FileEntry::name).toList();
    }
  }

  /** What is written. */
  public enum Output {
    PARQUET,
    /** With a column for each probability, {@code p0}, {@code p1}, ..., and a header. */
    CSV,
    /** A JSON object a line. */
    JSON;

    /** As on the command line. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What is asked for.
   *
   * @param input null for a table of sequences, which {@link TablePrediction} reads
   * @param features the column of a table of this class's own; empty: where images are, by types
   * @param rules what is done with pixels
   */
  public record Request(
      Input input,
      String from,
      String features,
      PixelRules rules,
      Output output,
      String to,
      String kernels) {}

  /**
   * What came of it.
   *
   * @param reason of one of the rows that were set aside
   * @param inputs of the rows that were predicted
   * @param seconds of reading, predicting and writing, without Spark's start
   */
  public record Counts(
      long predicted, long bad, Optional<String> reason, InputRange inputs, double seconds) {}

  public SparkPrediction(JavaSparkContext context, Map<String, String> hadoop) {
    this.context = context;
    this.hadoop = Map.copyOf(hadoop);
  }

  /**
   * Predicts everything; where classes have names, by these.
   *
   * @throws DataException if the input has a defect that is not one row's, or a column of a table
   *     has the name of one that is written
   */
  public Counts run(ModelFile model, Request request) {
    RnnTopology topology = model.topology();
    long start = System.nanoTime();
    SparkSession session = SparkSession.builder().sparkContext(context.sc()).getOrCreate();
    context.sc().setJobDescription("predictions");
    hadoop.forEach(context.hadoopConfiguration()::set);
    List<StructField> names = new ArrayList<>();
    JavaRDD<Sample> samples;
    try {
      switch (request.input()) {
        case IDX -> {
          names.add(DataTypes.createStructField(PredictionTable.INDEX, DataTypes.LongType, false));
          samples =
              IdxImages.of(context, hadoop, request.from(), topology.network(), request.rules());
        }
        case PNG -> {
          names.add(DataTypes.createStructField("path", DataTypes.StringType, false));
          samples =
              PngImages.of(context, hadoop, request.from(), topology.network(), request.rules());
        }
        default -> {
          ImageTable table =
              new ImageTable(
                  table(session, request), request.features(), request.from(), request.rules());
          names.addAll(table.names());
          samples = table.samples(topology.network());
        }
      }
      PredictionTable.requireFree(names, ANSWERS, request.from());
      PredictionCounts counts = PredictionCounts.in(context.sc());
      write(session, answers(samples, model, request, counts), names, model, request);
      return new Counts(
          counts.predictedRows().value(),
          counts.badRows().value(),
          counts.reason(),
          counts.inputs(),
          (System.nanoTime() - start) / 1e9);
    } catch (Exception e) {
      // Scala throws checked exceptions undeclared.
      throw PredictionFailure.of(e, request);
    }
  }

  private Dataset<Row> table(SparkSession session, Request request) {
    try {
      if (request.input() == Input.TABLE) {
        return session.table(request.from());
      }
      return session
          .read()
          .option("header", true)
          .option("inferSchema", true)
          .format(request.input().toString())
          .load(pathOrPattern(request.from()));
    } catch (Exception e) {
      // As above. A job reads what is under the path to know its columns.
      throw PredictionFailure.ofOpening(e, request);
    }
  }

  /** Spark takes patterns; a path that is there is meant as it is. */
  private String pathOrPattern(String from) {
    Matcher letters = PATTERN_LETTERS.matcher(from);
    return letters.find() && Storage.of(hadoop).status(Locations.uri(from)).isPresent()
        ? letters.replaceAll("\\\\$0")
        : from;
  }

  private JavaRDD<Row> answers(
      JavaRDD<Sample> samples, ModelFile model, Request request, PredictionCounts counts) {
    Broadcast<float[]> broadcast = context.broadcast(model.parameters());
    RnnTopology topology = model.topology();
    List<String> classNames = model.classNames();
    String kernels = request.kernels();
    return samples.mapPartitions(
        part ->
            new PredictionRows(
                part,
                new Predictor(KernelProvider.chosenByDriver(kernels), topology, broadcast.value()),
                classNames,
                counts));
  }

  private static void write(
      SparkSession session,
      JavaRDD<Row> answers,
      List<StructField> names,
      ModelFile model,
      Request request) {
    StructType schema =
        new StructType(names.toArray(StructField[]::new))
            .add(PredictionTable.STATUS, DataTypes.StringType, false)
            .add(
                PREDICTION,
                model.classNames().isEmpty() ? DataTypes.IntegerType : DataTypes.StringType,
                true)
            .add(
                PredictionTable.PROBABILITIES,
                DataTypes.createArrayType(DataTypes.DoubleType, false),
                true)
            .add(PredictionTable.REASON, DataTypes.StringType, true);
    PredictionTable.write(
        session,
        session.createDataFrame(answers, schema),
        Map.of(PredictionTable.PROBABILITIES, model.topology().network().classes()),
        request);
  }
}
