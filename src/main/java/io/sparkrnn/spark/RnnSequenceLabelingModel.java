package io.sparkrnn.spark;

import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.spark.ml.ColumnModel;
import io.sparkrnn.spark.ml.Learnt;
import io.sparkrnn.spark.ml.ModelDirectory;
import io.sparkrnn.spark.ml.ModelParams;
import io.sparkrnn.spark.ml.StepAnswers;
import io.sparkrnn.spark.ml.TableTraining;
import io.sparkrnn.spark.ml.TrainedClassParams;
import io.sparkrnn.spark.ml.TrainedModel;
import io.sparkrnn.spark.ml.TrainingSummary;
import io.sparkrnn.spark.ml.UidInConstruction;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * A network that says something of each time step. The prediction is an array, one a time step: the
 * number of the most probable class, or a number in the units of the data; an array of these where
 * there are several. Of classes there are the probabilities, too: {@code [timeStep][class]}.
 *
 * <p>Saved and read as {@link RnnClassificationModel} is.
 */
public final class RnnSequenceLabelingModel extends Model<RnnSequenceLabelingModel>
    implements TrainedModel<RnnSequenceLabelingModel>, TrainedClassParams {
  private static final long serialVersionUID = 1L;

  // Set by the superclass's constructor, through uid().
  private String uid;

  private final Learnt learnt;
  private final Param<String> featuresCol =
      new Param<>(this, "featuresCol", "Column of sequences.");
  private final Param<String> predictionCol =
      new Param<>(this, "predictionCol", "Column of predictions, one a time step.");
  private final Param<String> probabilityCol =
      new Param<>(this, "probabilityCol", "Column of probabilities of classes, of each time step.");
  private transient Param<?>[] params;

  /** Nothing learnt: by it, tools find the class. */
  public RnnSequenceLabelingModel() {
    this(
        UidInConstruction.begin(Identifiable$.MODULE$.randomUID("rnnSequenceLabeler")), null, null);
  }

  RnnSequenceLabelingModel(String uid, ModelFile model) {
    this(UidInConstruction.begin(uid), new ColumnModel(model), null);
  }

  RnnSequenceLabelingModel(String uid, TableTraining.Trained trained) {
    this(UidInConstruction.begin(uid), new ColumnModel(trained.model()), trained.summary());
  }

  private RnnSequenceLabelingModel(
      UidInConstruction construction, ColumnModel model, TrainingSummary summary) {
    construction.end();
    this.learnt = new Learnt(this, model, summary);
    setDefault(featuresCol, "features");
    setDefault(predictionCol, "prediction");
    setDefault(probabilityCol, "probability");
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
      params = ModelParams.with(super.params(), new RnnSequenceLabeler(uid()));
    }
    return params;
  }

  /** Classes, or numbers, of a time step. */
  public int numOutputs() {
    return model().network().classes();
  }

  /** The network. */
  @Override
  public String toString() {
    return learnt.toString();
  }

  /** Names of the classes; none where they are numbers. */
  public String[] labels() {
    return model().classes().toArray(String[]::new);
  }

  /** Column of sequences. */
  public RnnSequenceLabelingModel setFeaturesCol(String value) {
    set(featuresCol, value);
    return this;
  }

  /** {@link #setFeaturesCol}. */
  public String getFeaturesCol() {
    return getOrDefault(featuresCol);
  }

  /** {@link #setFeaturesCol}. */
  public Param<String> featuresCol() {
    return featuresCol;
  }

  /** Column of the labels that it was trained with. */
  public String getLabelCol() {
    return ModelParams.value(this, "labelCol");
  }

  /** Column of predictions; empty for none. */
  public RnnSequenceLabelingModel setPredictionCol(String value) {
    set(predictionCol, value);
    return this;
  }

  /** {@link #setPredictionCol}. */
  public String getPredictionCol() {
    return getOrDefault(predictionCol);
  }

  /** {@link #setPredictionCol}. */
  public Param<String> predictionCol() {
    return predictionCol;
  }

  /** Column of probabilities of classes; empty for none. */
  public RnnSequenceLabelingModel setProbabilityCol(String value) {
    set(probabilityCol, value);
    return this;
  }

  /** {@link #setProbabilityCol}. */
  public String getProbabilityCol() {
    return getOrDefault(probabilityCol);
  }

  /** {@link #setProbabilityCol}. */
  public Param<String> probabilityCol() {
    return probabilityCol;
  }

  @Override
  public RnnSequenceLabelingModel copy(ParamMap extra) {
    RnnSequenceLabelingModel copy =
        new RnnSequenceLabelingModel(UidInConstruction.begin(uid()), model(), learnt.summary());
    return copyValues(copy, extra).setParent(parent());
  }

  private boolean ofClasses() {
    return model().network().head().loss().ofClasses();
  }

  private boolean addsProbabilities() {
    return ofClasses() && !getProbabilityCol().isEmpty();
  }

  @Override
  public StructType transformSchema(StructType schema) {
    return learnt.added(getFeaturesCol(), schema).schema(schema, getFeaturesCol(), this::append);
  }

  private StructType append(StructType schema) {
    StructType made = schema;
    if (!getPredictionCol().isEmpty()) {
      DataType array = ModelParams.array(DataTypes.DoubleType);
      boolean one = ofClasses() || numOutputs() == 1;
      made = ModelParams.append(made, getPredictionCol(), one ? array : ModelParams.array(array));
    }
    return addsProbabilities()
        ? ModelParams.append(
            made, getProbabilityCol(), ModelParams.array(ModelParams.array(DataTypes.DoubleType)))
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
    if (addsProbabilities()) {
      fields.add(all.apply(getProbabilityCol()));
    }
    return learnt
        .added(getFeaturesCol(), dataset.schema())
        .to(
            dataset,
            fields,
            new StepAnswers(model(), !getPredictionCol().isEmpty(), addsProbabilities()));
  }

  /** Reads what {@link #write} wrote. */
  public static MLReader<RnnSequenceLabelingModel> read() {
    return ModelDirectory.reader(
        RnnSequenceLabelingModel.class,
        RnnSequenceLabelingModel::fits,
        "a network that says something of each time step",
        RnnSequenceLabelingModel::new);
  }

  private static boolean fits(Network network) {
    return network.head().reads() == Reads.EVERY;
  }

  /** Reads what {@code save} wrote. */
  public static RnnSequenceLabelingModel load(String path) {
    return read().load(path);
  }
}
