package io.sparkrnn.spark;

import io.sparkrnn.config.ConfigurationException;
import io.sparkrnn.data.DataException;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.KernelProvider;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.model.OutputUnits;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.spark.data.FeatureTable;
import io.sparkrnn.spark.ml.AnsweredRows;
import io.sparkrnn.spark.ml.TrainingSummary;
import io.sparkrnn.spark.ml.UidInConstruction;
import io.sparkrnn.storage.CorruptFileException;
import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.train.Predictor;
import java.net.URI;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.ml.classification.ProbabilisticClassificationModel;
import org.apache.spark.ml.linalg.DenseVector;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWriter;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;
import scala.Option;
import scala.Tuple3;

/**
 * What an {@link RnnClassifier} has learnt. Raw predictions are the logarithms of the
 * probabilities: each is as high as its class is probable, which evaluators and {@code OneVsRest}
 * count on.
 *
 * <p>It is saved as Spark ML's metadata and, beside them, {@code model.srnn}, which the program's
 * commands read, too; on {@code file:} and {@code hdfs:}. Reading throws {@link
 * io.sparkrnn.storage.StorageException} for anything that is missing or damaged, and {@link
 * DataException} for what another class has saved.
 */
public final class RnnClassificationModel
    extends ProbabilisticClassificationModel<Vector, RnnClassificationModel> implements MLWritable {
  private static final long serialVersionUID = 1L;
  private static final String FILE = "model.srnn";
  private static final String DOING = "predict rows";

  // Set by the superclass's constructor, through uid().
  private String uid;

  private final RnnTopology topology;
  private final float[] parameters;
  private final Map<String, String> provenance;
  private final Preparation preparation;
  private transient TrainingSummary summary;
  // Those that no thread is using; made where they are needed.
  private transient ConcurrentLinkedQueue<Predictor> idle;

  RnnClassificationModel(String uid, ModelFile model) {
    this(UidInConstruction.begin(uid), model);
  }

  private RnnClassificationModel(UidInConstruction construction, ModelFile model) {
    construction.end();
    this.topology = model.topology();
    this.parameters = model.parameters();
    this.provenance = Map.copyOf(model.provenance());
    this.preparation = model.preparation().orElse(null);
  }

  /** The model as a file has it. */
  ModelFile file() {
    return new ModelFile(topology, parameters, provenance, Optional.ofNullable(preparation));
  }

  RnnClassificationModel withSummary(TrainingSummary found) {
    summary = found;
    return this;
  }

  /** Whether this model was trained here, and not read. */
  public boolean hasSummary() {
    return summary != null;
  }

  /**
   * What {@code fit} did.
   *
   * @throws IllegalStateException if this model was read, or trained by an earlier program
   */
  public TrainingSummary summary() {
    if (summary == null) {
      throw new IllegalStateException(
          "expected a model that was trained here, found one without a summary");
    }
    return summary;
  }

  @Override
  public String uid() {
    if (uid == null) {
      uid = UidInConstruction.get();
    }
    return uid;
  }

  @Override
  public int numFeatures() {
    return topology.network().timeSteps() * topology.network().inputSize();
  }

  @Override
  public int numClasses() {
    return topology.network().classes();
  }

  /** The network, for example {@code 30 x 3 -> 32 tanh -> 4}. */
  @Override
  public String toString() {
    return "RnnClassificationModel: uid=%s, %s".formatted(uid(), topology.summary());
  }

  /** A copy of the parameters, flat, in DL4J's order. */
  public float[] parameters() {
    return parameters.clone();
  }

  @Override
  public RnnClassificationModel copy(ParamMap extra) {
    RnnClassificationModel copy = new RnnClassificationModel(uid(), file()).withSummary(summary);
    return copyValues(copy, extra).setParent(parent());
  }

  @Override
  public StructType transformSchema(StructType schema) {
    return FeatureTable.withVector(schema, getFeaturesCol(), DOING, super::transformSchema);
  }

  /**
   * Appends what it predicts, a minibatch at a time. A row whose features have another number or
   * are not finite ends the job that needs it with a {@link DataException}.
   */
  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    StructType all = transformSchema(dataset.schema());
    if (isDefined(thresholds()) && getThresholds().length != numClasses()) {
      throw new ConfigurationException(
          "thresholds",
          "expected one for each of %d classes, found %d"
              .formatted(numClasses(), getThresholds().length));
    }
    StructType schema = dataset.schema();
    for (String column : answers().keySet()) {
      schema = schema.add(all.apply(column));
    }
    int features = schema.fieldIndex(getFeaturesCol());
    MapPartitionsFunction<Row, Row> predict =
        rows -> new AnsweredRows(rows, features, predictor(), List.copyOf(answers().values()));
    // An encoder of rows loses what other stages have said about columns.
    Column[] columns =
        Arrays.stream(schema.fields())
            .map(
                field ->
                    functions
                        .col("`" + field.name().replace("`", "``") + "`")
                        .as(field.name(), field.metadata()))
            .toArray(Column[]::new);
    return dataset.toDF().mapPartitions(predict, Encoders.row(schema)).select(columns);
  }

  /** What each column that is wanted makes of the outputs, in the order of Spark ML. */
  private Map<String, Function<Vector, Object>> answers() {
    Map<String, Function<Vector, Object>> answers = new LinkedHashMap<>();
    answers.put(getRawPredictionCol(), RnnClassificationModel::logProbabilities);
    // Of the outputs themselves, whose bits they share with the program's own.
    answers.put(getProbabilityCol(), this::raw2probability);
    answers.put(getPredictionCol(), this::raw2prediction);
    answers.remove("");
    return answers;
  }

  private Predictor predictor() {
    return new Predictor(Ops.named(KernelProvider.choose("auto").name()), topology, parameters);
  }

  /**
   * The logarithms of the probabilities: {@code [class]}; for many rows {@link #transform} is
   * faster.
   */
  @Override
  public Vector predictRaw(Vector features) {
    return logProbabilities(outputs(features));
  }

  @Override
  public Vector predictProbability(Vector features) {
    return raw2probability(outputs(features));
  }

  @Override
  public double predict(Vector features) {
    return raw2prediction(outputs(features));
  }

  private Vector outputs(Vector features) {
    float[] values = AnsweredRows.values(features, numFeatures());
    Predictor predictor = idle().poll();
    if (predictor == null) {
      predictor = predictor();
    }
    predictor.put(0, values);
    predictor.run(1);
    Vector outputs = Vectors.dense(predictor.logits(0));
    idle().add(predictor);
    return outputs;
  }

  private static Vector logProbabilities(Vector outputs) {
    double[] values = outputs.toArray().clone();
    Predictor.logSoftmax(values);
    return Vectors.dense(values);
  }

  private synchronized ConcurrentLinkedQueue<Predictor> idle() {
    if (idle == null) {
      idle = new ConcurrentLinkedQueue<>();
    }
    return idle;
  }

  @Override
  public Vector raw2probabilityInPlace(Vector raw) {
    if (raw instanceof DenseVector dense) {
      OutputUnits.softmax(dense.values());
      return dense;
    }
    throw new IllegalArgumentException("expected a dense vector of outputs, found " + raw);
  }

  /**
   * Of no use here: Spark's own models with a training summary call it. The superclasses' methods
   * of this name differ in their return types alone, so Java demands one of ours.
   */
  @Override
  @SuppressWarnings({"rawtypes", "unchecked"})
  public Tuple3 findSummaryModel() {
    throw new UnsupportedOperationException("RnnClassificationModel has no training summary");
  }

  @Override
  public MLWriter write() {
    return new MLWriter() {
      @Override
      public void saveImpl(String path) {
        Map<String, String> hadoop = hadoop(sc());
        DefaultParamsWriter.saveMetadata(
            RnnClassificationModel.this, path, sc(), Option.empty(), Option.empty());
        Map<String, String> lines = new HashMap<>(provenance);
        lines.put("uid", uid());
        Storage.of(hadoop)
            .overwrite(file(path, hadoop), file().withProvenance(lines).encode(uid()));
      }
    };
  }

  /** Reads what {@link #write} wrote. */
  public static MLReader<RnnClassificationModel> read() {
    return new MLReader<>() {
      @Override
      public RnnClassificationModel load(String path) {
        Map<String, String> hadoop = hadoop(sc());
        URI file = file(path, hadoop);
        return withMetadata(path, sc(), ModelFile.read(Storage.of(hadoop), file), file);
      }
    };
  }

  private static RnnClassificationModel withMetadata(
      String path, SparkContext context, ModelFile read, URI file) {
    if (!read.topology().trainable()) {
      throw new CorruptFileException(
          "Cannot read %s: expected a network with an output layer, found %s"
              .formatted(Storage.describe(file), read.topology().summary()));
    }
    if (!read.topology().network().isPlain()) {
      throw new CorruptFileException(
          "Cannot read %s: expected plain Elman layers under a softmax, found %s"
              .formatted(Storage.describe(file), read.topology().summary()));
    }
    try {
      DefaultParamsReader.Metadata metadata =
          DefaultParamsReader.loadMetadata(path, context, RnnClassificationModel.class.getName());
      RnnClassificationModel model = new RnnClassificationModel(metadata.uid(), read);
      metadata.getAndSetParams(model, Option.empty());
      return model;
    } catch (Exception e) {
      // Scala throws checked exceptions undeclared.
      String message =
          "Cannot read %s/metadata: expected Spark ML's metadata of an RnnClassificationModel, found %s"
              .formatted(path, String.valueOf(e.getMessage()).lines().findFirst().orElse("none"));
      // Spark's word for metadata of another class.
      throw e instanceof IllegalArgumentException
          ? new DataException(message)
          : new CorruptFileException(message);
    }
  }

  /** Reads what {@code save} wrote. */
  public static RnnClassificationModel load(String path) {
    return read().load(path);
  }

  private static URI file(String path, Map<String, String> hadoop) {
    return Storage.resolve(Locations.hadoopUri(path, hadoop), FILE);
  }

  private static Map<String, String> hadoop(SparkContext context) {
    Map<String, String> properties = new HashMap<>();
    context
        .hadoopConfiguration()
        .forEach(entry -> properties.put(entry.getKey(), entry.getValue()));
    return properties;
  }
}
