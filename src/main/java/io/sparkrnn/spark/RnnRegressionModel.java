package io.sparkrnn.spark;

import io.sparkrnn.data.DataException;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.spark.ml.AddedColumns;
import io.sparkrnn.spark.ml.ColumnModel;
import io.sparkrnn.spark.ml.InputColumns;
import io.sparkrnn.spark.ml.Invalid;
import io.sparkrnn.spark.ml.ModelDirectory;
import io.sparkrnn.spark.ml.ModelParams;
import io.sparkrnn.spark.ml.NumberAnswers;
import io.sparkrnn.spark.ml.TrainedParams;
import io.sparkrnn.spark.ml.TrainingSummary;
import io.sparkrnn.spark.ml.UidInConstruction;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.regression.RegressionModel;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * A network that gives each sequence numbers, in the units of the data. The prediction is that of
 * the first target; of quantiles, that of the level next to a half. A network of several outputs
 * has all of them in a column more, an array: those of the first target first.
 *
 * <p>Saved and read as {@link RnnClassificationModel} is.
 */
public final class RnnRegressionModel extends RegressionModel<Vector, RnnRegressionModel>
    implements MLWritable, TrainedParams {
  private static final long serialVersionUID = 1L;

  // Set by the superclass's constructor, through uid().
  private String uid;

  private final ColumnModel model;
  private final Param<String> handleInvalid = ModelParams.handleInvalid(this);
  private final Param<String> predictionsCol =
      new Param<>(this, "predictionsCol", "Column of all outputs, where there are several.");
  private transient Param<?>[] params;
  private transient TrainingSummary summary;

  /** Nothing learnt: by it, tools find the class. */
  public RnnRegressionModel() {
    this(UidInConstruction.begin(Identifiable$.MODULE$.randomUID("rnnRegressor")), null);
  }

  RnnRegressionModel(String uid, ModelFile model) {
    this(UidInConstruction.begin(uid), new ColumnModel(model));
  }

  private RnnRegressionModel(UidInConstruction construction, ColumnModel model) {
    construction.end();
    this.model = model;
    setDefault(predictionsCol, "predictions");
  }

  /** The model as a file has it. */
  ModelFile file() {
    return model.file();
  }

  RnnRegressionModel withSummary(TrainingSummary found) {
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
    return TrainingSummary.required(summary);
  }

  @Override
  public String uid() {
    if (uid == null) {
      uid = UidInConstruction.get();
    }
    return uid;
  }

  /** Its own, and those of the estimator that it was trained with. */
  @Override
  public Param<?>[] params() {
    if (params == null) {
      params = ModelParams.with(super.params(), new RnnRegressor(uid()));
    }
    return params;
  }

  @Override
  public Params model() {
    return this;
  }

  @Override
  public int numFeatures() {
    return model.numbers();
  }

  /** Numbers that it gives each sequence. */
  public int numOutputs() {
    return model.network().classes();
  }

  /** The network. */
  @Override
  public String toString() {
    return "RnnRegressionModel: uid=%s, %s"
        .formatted(uid(), model == null ? "nothing learnt" : model.summary());
  }

  /** A copy of the parameters, flat, in DL4J's order. */
  public float[] parameters() {
    return model.file().parameters().clone();
  }

  /** {@code error} (the default), {@code skip} or {@code keep}: rows that cannot be read. */
  public RnnRegressionModel setHandleInvalid(String value) {
    set(handleInvalid, value);
    return this;
  }

  /** {@link #setHandleInvalid}. */
  public String getHandleInvalid() {
    return getOrDefault(handleInvalid);
  }

  /** {@link #setHandleInvalid}. */
  public Param<String> handleInvalid() {
    return handleInvalid;
  }

  /** Column of all outputs, where there are several; empty for none. */
  public RnnRegressionModel setPredictionsCol(String value) {
    set(predictionsCol, value);
    return this;
  }

  /** {@link #setPredictionsCol}. */
  public String getPredictionsCol() {
    return getOrDefault(predictionsCol);
  }

  /** {@link #setPredictionsCol}. */
  public Param<String> predictionsCol() {
    return predictionsCol;
  }

  @Override
  public RnnRegressionModel copy(ParamMap extra) {
    RnnRegressionModel copy = new RnnRegressionModel(UidInConstruction.begin(uid()), model);
    copy.withSummary(summary);
    return copyValues(copy, extra).setParent(parent());
  }

  private AddedColumns added(StructType schema) {
    return new AddedColumns(
        model, InputColumns.of(this, getFeaturesCol(), schema), Invalid.named(getHandleInvalid()));
  }

  private boolean addsAll() {
    return numOutputs() > 1 && !getPredictionsCol().isEmpty();
  }

  @Override
  public StructType transformSchema(StructType schema) {
    StructType made = added(schema).schema(schema, getFeaturesCol(), super::transformSchema);
    return addsAll()
        ? ModelParams.append(made, getPredictionsCol(), ModelParams.array(DataTypes.DoubleType))
        : made;
  }

  /** Adds what it predicts, as {@link RnnClassificationModel#transform} does. */
  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    StructType all = transformSchema(dataset.schema());
    List<StructField> fields = new ArrayList<>();
    if (!getPredictionCol().isEmpty()) {
      fields.add(all.apply(getPredictionCol()));
    }
    if (addsAll()) {
      fields.add(all.apply(getPredictionsCol()));
    }
    return added(dataset.schema())
        .to(dataset, fields, new NumberAnswers(model, !getPredictionCol().isEmpty(), addsAll()));
  }

  /**
   * Of one sequence.
   *
   * @throws DataException if it cannot be read
   */
  @Override
  public double predict(Vector features) {
    return NumberAnswers.first(model, model.said(model.outputs(features)[0]));
  }

  /**
   * All outputs of one sequence.
   *
   * @throws DataException if it cannot be read
   */
  public double[] predictAll(Vector features) {
    return model.said(model.outputs(features)[0]);
  }

  @Override
  public MLWriter write() {
    return ModelDirectory.writer(this, model);
  }

  /** Reads what {@link #write} wrote. */
  public static MLReader<RnnRegressionModel> read() {
    return ModelDirectory.reader(
        RnnRegressionModel.class,
        RnnRegressionModel::fits,
        "a network that gives each sequence numbers",
        RnnRegressionModel::new);
  }

  private static boolean fits(Network network) {
    return !network.head().loss().ofClasses() && network.head().reads() != Reads.EVERY;
  }

  /** Reads what {@code save} wrote. */
  public static RnnRegressionModel load(String path) {
    return read().load(path);
  }
}
