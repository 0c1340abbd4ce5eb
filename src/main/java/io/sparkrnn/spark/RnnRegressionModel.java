package io.sparkrnn.spark;

import io.sparkrnn.data.DataException;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.spark.ml.ColumnModel;
import io.sparkrnn.spark.ml.Learnt;
import io.sparkrnn.spark.ml.ModelDirectory;
import io.sparkrnn.spark.ml.ModelParams;
import io.sparkrnn.spark.ml.NumberAnswers;
import io.sparkrnn.spark.ml.TableTraining;
import io.sparkrnn.spark.ml.TrainedModel;
import io.sparkrnn.spark.ml.TrainedTargetParams;
import io.sparkrnn.spark.ml.TrainingSummary;
import io.sparkrnn.spark.ml.UidInConstruction;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.regression.RegressionModel;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * A network that gives each sequence numbers, in the units of the data. The prediction is that of
 * the first target; of quantiles, that of the level next to a half. A network of several outputs
 * has all of them in a column more, an array: those of the first target first. Of a network that
 * says numbers at each time step, as those that forecast do, the prediction is that of the last
 * one, and the array has those of all, one time step after another.
 *
 * <p>Saved and read as {@link RnnClassificationModel} is.
 */
public final class RnnRegressionModel extends RegressionModel<Vector, RnnRegressionModel>
    implements TrainedModel<RnnRegressionModel>, TrainedTargetParams {
  private static final long serialVersionUID = 1L;

  // Set by the superclass's constructor, through uid().
  private String uid;

  private final Learnt learnt;
  private final Param<String> predictionsCol =
      new Param<>(this, "predictionsCol", "Column of all outputs, where there are several.");
  private transient Param<?>[] params;

  /** Nothing learnt: by it, tools find the class. */
  public RnnRegressionModel() {
    this(UidInConstruction.begin(Identifiable$.MODULE$.randomUID("rnnRegressor")), null, null);
  }

  RnnRegressionModel(String uid, ModelFile model) {
    this(UidInConstruction.begin(uid), new ColumnModel(model), null);
  }

  RnnRegressionModel(String uid, TableTraining.Trained trained) {
    this(UidInConstruction.begin(uid), new ColumnModel(trained.model()), trained.summary());
  }

  private RnnRegressionModel(
      UidInConstruction construction, ColumnModel model, TrainingSummary summary) {
    construction.end();
    this.learnt = new Learnt(this, model, summary);
    setDefault(predictionsCol, "predictions");
  }

  @Override
  public Learnt learnt() {
    return learnt;
  }

  private ColumnModel model() {
    return learnt.model();
  }

  /** The model as a file has it. */
  ModelFile file() {
    return model().file();
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
  public int numFeatures() {
    return model().numbers();
  }

  /** Numbers that it gives each sequence. */
  public int numOutputs() {
    return model().network().classes();
  }

  /** The network. */
  @Override
  public String toString() {
    return learnt.toString();
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
    RnnRegressionModel copy =
        new RnnRegressionModel(UidInConstruction.begin(uid()), model(), learnt.summary());
    return copyValues(copy, extra).setParent(parent());
  }

  private boolean addsAll() {
    boolean several = numOutputs() > 1 || model().network().head().reads() == Reads.EVERY;
    return several && !getPredictionsCol().isEmpty();
  }

  @Override
  public StructType transformSchema(StructType schema) {
    StructType made =
        learnt
            .added(getFeaturesCol(), schema)
            .schema(schema, getFeaturesCol(), super::transformSchema);
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
    return learnt
        .added(getFeaturesCol(), dataset.schema())
        .to(dataset, fields, new NumberAnswers(model(), !getPredictionCol().isEmpty(), addsAll()));
  }

  /**
   * Of one sequence.
   *
   * @throws DataException if it cannot be read
   */
  @Override
  public double predict(Vector features) {
    double[][] outputs = model().outputs(features);
    return NumberAnswers.first(model(), model().said(outputs[outputs.length - 1]));
  }

  /**
   * All outputs of one sequence.
   *
   * @throws DataException if it cannot be read
   */
  public double[] predictAll(Vector features) {
    return NumberAnswers.all(model(), model().outputs(features));
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
    return !network.head().loss().ofClasses();
  }

  /** Reads what {@code save} wrote. */
  public static RnnRegressionModel load(String path) {
    return read().load(path);
  }
}
