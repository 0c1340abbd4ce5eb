package io.sparkrnn.spark;

import io.sparkrnn.config.TaskName;
import io.sparkrnn.export.ModelFile;
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
import io.sparkrnn.spark.ml.TargetParams;
import io.sparkrnn.spark.ml.TrainingColumns;
import io.sparkrnn.spark.ml.TrainingParams;
import io.sparkrnn.spark.ml.UidInConstruction;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.spark.SparkContext;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.regression.Regressor;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructType;

/**
 * Brings sequences to numbers in Spark ML: one a sequence in {@code labelCol}, several in {@link
 * #setLabelCols}, or where these columns hold arrays, one for each time step. Of a table of
 * readings, with a {@code timeCol}, it forecasts. Sequences, rows and refusals are as those of
 * {@link RnnClassifier}; numbers are standardised unless {@code standardise} says otherwise.
 */
public final class RnnRegressor extends Regressor<Vector, RnnRegressor, RnnRegressionModel>
    implements NetworkParams<RnnRegressor>,
        TargetParams<RnnRegressor>,
        TableParams<RnnRegressor>,
        TrainingParams<RnnRegressor>,
        FitParams<RnnRegressor>,
        DefaultParamsWritable {
  private static final long serialVersionUID = 1L;

  // Set by the superclass's constructor, through uid().
  private String uid;

  private final KeyParams keys = new KeyParams(this);
  // Neither saved nor sent.
  private transient ModelFile initial;

  /** A regressor with defaults for all. */
  public RnnRegressor() {
    this(Identifiable$.MODULE$.randomUID("rnnRegressor"));
  }

  /** As above, with the uid of another one. */
  public RnnRegressor(String uid) {
    this(UidInConstruction.begin(uid));
  }

  private RnnRegressor(UidInConstruction construction) {
    construction.end();
    KeyedParams.addTo(keys);
    TargetParams.addTo(keys);
    setDefault(hidden(), new int[] {64});
    setDefault(cell(), "lstm");
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

  /**
   * A model whose parameters training starts from. It is not saved with this regressor; {@link
   * #setInitialModel(String)} is.
   */
  public RnnRegressor setInitialModel(RnnRegressionModel model) {
    initial = model.file();
    return this;
  }

  @Override
  public RnnRegressor copy(ParamMap extra) {
    RnnRegressor copy = defaultCopy(extra);
    copy.initial = initial;
    return copy;
  }

  @Override
  public StructType transformSchema(StructType schema) {
    FitRequest request = request(Optional.empty());
    return hasOneNumber(schema)
        ? TrainingColumns.transformed(schema, request, super::transformSchema)
        : TrainingColumns.transformed(
            schema, request, with -> with.add(getPredictionCol(), DataTypes.DoubleType));
  }

  /** Whether Spark ML knows what the label is. */
  private boolean hasOneNumber(StructType schema) {
    boolean there = List.of(schema.fieldNames()).contains(getLabelCol());
    return !isSet(labelCols())
        && (!there || schema.apply(getLabelCol()).dataType() instanceof NumericType);
  }

  private FitRequest request(Optional<ModelFile> start) {
    return new FitRequest(
        keys,
        isSet(timeCol()) ? TaskName.FORECAST : TaskName.REGRESS,
        getFeaturesCol(),
        isSet(labelCols()) ? List.of(getLabelCols()) : List.of(getLabelCol()),
        OptionalInt.empty(),
        start);
  }

  private FitRequest request(SparkContext context) {
    return request(InitialModels.of(keys, initial, context));
  }

  /** As {@link RnnClassifier#prepare}. */
  public PreparedTable prepare(Dataset<?> dataset) {
    transformSchema(dataset.schema());
    return PreparedTable.of(dataset, request(dataset.sparkSession().sparkContext()));
  }

  /** Trains on a table that {@link #prepare} has read. */
  public RnnRegressionModel fit(PreparedTable table) {
    FitRequest request = request(table.context().sc());
    return copyValues(trained(table, request).setParent(this), ParamMap.empty());
  }

  /** As Spark ML's own do, but for targets that are not one number. */
  @Override
  public RnnRegressionModel fit(Dataset<?> dataset) {
    transformSchema(dataset.schema());
    return hasOneNumber(dataset.schema())
        ? super.fit(dataset)
        : copyValues(train(dataset).setParent(this), ParamMap.empty());
  }

  @Override
  public RnnRegressionModel train(Dataset<?> dataset) {
    FitRequest request = request(dataset.sparkSession().sparkContext());
    try (PreparedTable table = KeptTables.take(dataset, request)) {
      return trained(table, request);
    }
  }

  private RnnRegressionModel trained(PreparedTable table, FitRequest request) {
    TableTraining.Trained trained = TableTraining.run(table, request);
    return new RnnRegressionModel(uid(), trained);
  }

  /** Reads what {@link #write} wrote. */
  public static MLReader<RnnRegressor> read() {
    return new DefaultParamsReader<>();
  }

  /** Reads what {@code save} wrote. */
  public static RnnRegressor load(String path) {
    return read().load(path);
  }
}
