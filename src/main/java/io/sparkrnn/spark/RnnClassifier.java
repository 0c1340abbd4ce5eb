package io.sparkrnn.spark;

import io.sparkrnn.config.ConfigurationException;
import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.config.TaskName;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.model.ModelZoo;
import io.sparkrnn.spark.jobs.SparkJobException;
import io.sparkrnn.spark.ml.ClassParams;
import io.sparkrnn.spark.ml.FitParams;
import io.sparkrnn.spark.ml.FitRequest;
import io.sparkrnn.spark.ml.InitialModels;
import io.sparkrnn.spark.ml.KeptTables;
import io.sparkrnn.spark.ml.KeyParams;
import io.sparkrnn.spark.ml.KeyedParams;
import io.sparkrnn.spark.ml.NetworkParams;
import io.sparkrnn.spark.ml.PreparedTable;
import io.sparkrnn.spark.ml.TableParams;
import io.sparkrnn.spark.ml.TableTraining;
import io.sparkrnn.spark.ml.TrainingColumns;
import io.sparkrnn.spark.ml.TrainingParams;
import io.sparkrnn.spark.ml.UidInConstruction;
import io.sparkrnn.train.TrainingDivergedException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.spark.ml.classification.ProbabilisticClassifier;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MetadataUtils;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.Option;

/**
 * Classifies sequences in Spark ML: recurrent layers and a dense layer over their states, trained
 * by several workers as by the program.
 *
 * <p>A row's features are one sequence: {@code [timeStep][input]} flat, as a vector or an array of
 * numbers, or an array of arrays, vectors or structures; {@link TableParams} says what else columns
 * may mean. A label is a whole number from 0. Classes are as many as the label column's metadata
 * say, else one more than the largest label. Equal rows and params give equal bits, in whatever
 * order and partitions the rows come, on any number of executors.
 *
 * <p>{@code fit} throws {@link io.sparkrnn.data.DataException} for a row that cannot be used,
 * {@link ConfigurationException} for params that cannot, both of them {@link
 * IllegalArgumentException}s as Spark ML's are, {@link SparkJobException} where Spark gives up, and
 * {@link TrainingDivergedException}.
 */
public final class RnnClassifier
    extends ProbabilisticClassifier<Vector, RnnClassifier, RnnClassificationModel>
    implements NetworkParams<RnnClassifier>,
        ClassParams<RnnClassifier>,
        TableParams<RnnClassifier>,
        TrainingParams<RnnClassifier>,
        FitParams<RnnClassifier>,
        DefaultParamsWritable {
  private static final long serialVersionUID = 1L;

  // Set by the superclass's constructor, through uid().
  private String uid;

  private final KeyParams keys = new KeyParams(this);
  // Neither saved nor sent.
  private transient ModelFile initial;

  /** A classifier with defaults for all but {@link #setTimeSteps}. */
  public RnnClassifier() {
    this(Identifiable$.MODULE$.randomUID("rnnClassifier"));
  }

  /** As above, with the uid of another one. */
  public RnnClassifier(String uid) {
    this(UidInConstruction.begin(uid));
  }

  private RnnClassifier(UidInConstruction construction) {
    construction.end();
    KeyedParams.addTo(keys);
    ClassParams.addTo(keys);
    String model = ConfigurationLoader.defaults().model().name();
    Network topology = ModelZoo.find(model).orElseThrow().network();
    setDefault(hidden(), topology.hidden().stream().mapToInt(units -> units).toArray());
    setDefault(activation(), topology.activation().name().toLowerCase(Locale.ROOT));
    setDefault(cell(), "elman");
    setDefault(standardise(), "none");
  }

  @Override
  public String uid() {
    if (uid == null) {
      uid = UidInConstruction.get();
    }
    return uid;
  }

  @Override
  public KeyParams keyParams() {
    return keys;
  }

  /** What is trained by; what columns mean is no part of it. */
  RunConfiguration configuration() {
    return keys.configuration(Map.of());
  }

  /**
   * A model whose parameters training starts from. It is not saved with this classifier; {@link
   * #setInitialModel(String)} is.
   */
  public RnnClassifier setInitialModel(RnnClassificationModel model) {
    initial = model.file();
    return this;
  }

  @Override
  public RnnClassifier copy(ParamMap extra) {
    RnnClassifier copy = defaultCopy(extra);
    copy.initial = initial;
    return copy;
  }

  @Override
  public StructType transformSchema(StructType schema) {
    return TrainingColumns.transformed(
        schema, request(OptionalInt.empty(), Optional.empty()), super::transformSchema);
  }

  private FitRequest request(OptionalInt classes, Optional<ModelFile> start) {
    return new FitRequest(
        keys, TaskName.CLASSIFY, getFeaturesCol(), List.of(getLabelCol()), classes, start);
  }

  private FitRequest request(Dataset<?> dataset) {
    Option<Object> classes = MetadataUtils.getNumClasses(dataset.schema().apply(getLabelCol()));
    return request(
        classes.isDefined() ? OptionalInt.of((Integer) classes.get()) : OptionalInt.empty(),
        InitialModels.of(keys, initial, dataset.sparkSession().sparkContext()));
  }

  /**
   * Reads a table once for all the fits that follow: {@link #fit(PreparedTable)}. Only params that
   * say nothing of columns, workers and preparation may change between them.
   */
  public PreparedTable prepare(Dataset<?> dataset) {
    transformSchema(dataset.schema());
    Dataset<Row> labelled =
        dataset.withColumn(
            getLabelCol(),
            functions.col(getLabelCol()).cast(DataTypes.DoubleType),
            dataset.schema().apply(getLabelCol()).metadata());
    return PreparedTable.of(labelled, request(labelled));
  }

  /** Trains on a table that {@link #prepare} has read. */
  public RnnClassificationModel fit(PreparedTable table) {
    FitRequest request =
        request(table.classes(), InitialModels.of(keys, initial, table.context().sc()));
    RnnClassificationModel model = trained(table, request);
    return copyValues(model.setParent(this), ParamMap.empty());
  }

  /** Called by {@code fit}, with labels that are doubles. */
  @Override
  public RnnClassificationModel train(Dataset<?> dataset) {
    FitRequest request = request(dataset);
    try (PreparedTable table = KeptTables.take(dataset, request)) {
      return trained(table, request);
    }
  }

  private RnnClassificationModel trained(PreparedTable table, FitRequest request) {
    TableTraining.Trained trained = TableTraining.run(table, request);
    return new RnnClassificationModel(uid(), trained);
  }

  /** Reads what {@link #write} wrote. */
  public static MLReader<RnnClassifier> read() {
    return new DefaultParamsReader<RnnClassifier>() {
      @Override
      public RnnClassifier load(String path) {
        return super.load(path).asItWasSaved();
      }
    };
  }

  /** Earlier versions averaged parameters alone, and had a default for all that is open now. */
  private RnnClassifier asItWasSaved() {
    return getDefault(epochs()).isDefined() && !isSet(averaging())
        ? setAveraging("parameters")
        : this;
  }

  /** Reads what {@code save} wrote. */
  public static RnnClassifier load(String path) {
    return read().load(path);
  }
}
