package io.sparkrnn.spark;

import io.sparkrnn.config.ConfigurationException;
import io.sparkrnn.data.DataException;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.model.OutputUnits;
import io.sparkrnn.spark.ml.ClassAnswers;
import io.sparkrnn.spark.ml.ClassAnswers.Kind;
import io.sparkrnn.spark.ml.ColumnModel;
import io.sparkrnn.spark.ml.Learnt;
import io.sparkrnn.spark.ml.ModelDirectory;
import io.sparkrnn.spark.ml.ModelParams;
import io.sparkrnn.spark.ml.TableTraining;
import io.sparkrnn.spark.ml.TrainedClassParams;
import io.sparkrnn.spark.ml.TrainedModel;
import io.sparkrnn.spark.ml.TrainingSummary;
import io.sparkrnn.spark.ml.UidInConstruction;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.classification.ProbabilisticClassificationModel;
import org.apache.spark.ml.linalg.DenseVector;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import scala.Tuple3;

/**
 * What an {@link RnnClassifier} has learnt. Raw predictions are the logarithms of the
 * probabilities: each is as high as its class is probable, which evaluators and {@code OneVsRest}
 * count on.
 *
 * <p>It is saved as Spark ML's metadata and, beside them, {@code model.srnn}, which the program's
 * commands read, too. Reading throws {@link io.sparkrnn.storage.StorageException} for anything that
 * is missing or damaged, and {@link DataException} for what another class has saved.
 */
public final class RnnClassificationModel
    extends ProbabilisticClassificationModel<Vector, RnnClassificationModel>
    implements TrainedModel<RnnClassificationModel>, TrainedClassParams {
  private static final long serialVersionUID = 1L;

  // Set by the superclass's constructor, through uid().
  private String uid;

  private final Learnt learnt;
  private transient Param<?>[] params;

  /** Nothing learnt: by it, tools find the class. */
  public RnnClassificationModel() {
    this(UidInConstruction.begin(Identifiable$.MODULE$.randomUID("rnnClassifier")), null, null);
  }

  RnnClassificationModel(String uid, ModelFile model) {
    this(UidInConstruction.begin(uid), new ColumnModel(model), null);
  }

  RnnClassificationModel(String uid, TableTraining.Trained trained) {
    this(UidInConstruction.begin(uid), new ColumnModel(trained.model()), trained.summary());
  }

  private RnnClassificationModel(
      UidInConstruction construction, ColumnModel model, TrainingSummary summary) {
    construction.end();
    this.learnt = new Learnt(this, model, summary);
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

  /** Its own, and those of the {@link RnnClassifier} that it was trained with. */
  @Override
  public Param<?>[] params() {
    if (params == null) {
      params = ModelParams.with(super.params(), new RnnClassifier(uid()));
    }
    return params;
  }

  @Override
  public int numFeatures() {
    return model().numbers();
  }

  @Override
  public int numClasses() {
    return model().network().classes();
  }

  /** The network, for example {@code 30 x 3 -> 32 tanh -> 4}. */
  @Override
  public String toString() {
    return learnt.toString();
  }

  /** Names of the classes; none where they are numbers. */
  public String[] labels() {
    return model().classes().toArray(String[]::new);
  }

  @Override
  public RnnClassificationModel copy(ParamMap extra) {
    RnnClassificationModel copy =
        new RnnClassificationModel(UidInConstruction.begin(uid()), model(), learnt.summary());
    return copyValues(copy, extra).setParent(parent());
  }

  @Override
  public StructType transformSchema(StructType schema) {
    return learnt
        .added(getFeaturesCol(), schema)
        .schema(schema, getFeaturesCol(), super::transformSchema);
  }

  /**
   * Adds what it predicts, as expressions. A row that cannot be read ends the job that needs its
   * prediction with a {@link DataException}, unless {@link #setHandleInvalid} says otherwise.
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
    List<StructField> fields = new ArrayList<>();
    List<Kind> wanted = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      String name = column(kind);
      if (!name.isEmpty()) {
        fields.add(all.apply(name));
        wanted.add(kind);
      }
    }
    return learnt
        .added(getFeaturesCol(), dataset.schema())
        .to(
            dataset,
            fields,
            new ClassAnswers(
                numClasses(), wanted, isDefined(thresholds()) ? getThresholds() : null));
  }

  private String column(Kind kind) {
    return switch (kind) {
      case RAW -> getRawPredictionCol();
      case PROBABILITY -> getProbabilityCol();
      case PREDICTION -> getPredictionCol();
    };
  }

  /** The logarithms of the probabilities: {@code [class]}. */
  @Override
  public Vector predictRaw(Vector features) {
    return ClassAnswers.logProbabilities(model().outputs(features)[0]);
  }

  @Override
  public Vector predictProbability(Vector features) {
    return raw2probability(outputs(features));
  }

  @Override
  public double predict(Vector features) {
    return raw2prediction(outputs(features));
  }

  /** Of the outputs themselves, whose bits they share with the program's own. */
  private Vector outputs(Vector features) {
    return Vectors.dense(model().outputs(features)[0].clone());
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

  /** Reads what {@link #write} wrote. */
  public static MLReader<RnnClassificationModel> read() {
    return ModelDirectory.reader(
        RnnClassificationModel.class,
        RnnClassificationModel::fits,
        "a network that gives each sequence one class",
        RnnClassificationModel::new);
  }

  private static boolean fits(Network network) {
    return network.head().loss().ofClasses() && network.head().reads() != Reads.EVERY;
  }

  /** Reads what {@code save} wrote. */
  public static RnnClassificationModel load(String path) {
    return read().load(path);
  }
}
