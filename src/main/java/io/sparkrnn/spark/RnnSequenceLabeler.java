package io.sparkrnn.spark;

import io.sparkrnn.config.TaskName;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.spark.ml.ClassParams;
import io.sparkrnn.spark.ml.FitParams;
import io.sparkrnn.spark.ml.FitRequest;
import io.sparkrnn.spark.ml.InitialModels;
import io.sparkrnn.spark.ml.KeptTables;
import io.sparkrnn.spark.ml.KeyParams;
import io.sparkrnn.spark.ml.KeyedParams;
import io.sparkrnn.spark.ml.LabelerParams;
import io.sparkrnn.spark.ml.NetworkParams;
import io.sparkrnn.spark.ml.PreparedTable;
import io.sparkrnn.spark.ml.TableParams;
import io.sparkrnn.spark.ml.TableTraining;
import io.sparkrnn.spark.ml.TrainingColumns;
import io.sparkrnn.spark.ml.TrainingParams;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.spark.SparkContext;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Gives each time step of a sequence a class in Spark ML. A label is an array of as many whole
 * numbers from 0, or names, as the sequence has time steps; in a table of readings, with a {@code
 * timeCol}, it is one of them. Sequences, rows and refusals are as those of {@link RnnClassifier}.
 */
public final class RnnSequenceLabeler extends Estimator<RnnSequenceLabelingModel>
    implements NetworkParams<RnnSequenceLabeler>,
        LabelerParams<RnnSequenceLabeler>,
        ClassParams<RnnSequenceLabeler>,
        TableParams<RnnSequenceLabeler>,
        TrainingParams<RnnSequenceLabeler>,
        FitParams<RnnSequenceLabeler>,
        DefaultParamsWritable {
  private static final long serialVersionUID = 1L;
  private static final DataType NUMBERS = DataTypes.createArrayType(DataTypes.DoubleType);
  private static final DataType OF_CLASSES = DataTypes.createArrayType(NUMBERS);

  private final String uid;

  private final KeyParams keys = new KeyParams(this);
  // Neither saved nor sent.
  private transient ModelFile initial;

  /** A labeler with defaults for all. */
  public RnnSequenceLabeler() {
    this(Identifiable$.MODULE$.randomUID("rnnSequenceLabeler"));
  }

  /** As above, with the uid of another one. */
  public RnnSequenceLabeler(String uid) {
    this.uid = uid;
    KeyedParams.addTo(keys);
    LabelerParams.addTo(keys);
    ClassParams.addTo(keys);
    setDefault(hidden(), new int[] {64});
    setDefault(cell(), "lstm");
    setDefault(featuresCol(), "features");
    setDefault(labelCol(), "label");
    setDefault(predictionCol(), "prediction");
    setDefault(probabilityCol(), "probability");
  }

  @Override
  public String uid() {
    return uid;
  }

  @Override
  public KeyParams keyParams() {
    return keys;
  }

  /**
   * A model whose parameters training starts from. It is not saved with this labeler; {@link
   * #setInitialModel(String)} is.
   */
  public RnnSequenceLabeler setInitialModel(RnnSequenceLabelingModel model) {
    initial = model.file();
    return this;
  }

  @Override
  public RnnSequenceLabeler copy(ParamMap extra) {
    RnnSequenceLabeler copy = defaultCopy(extra);
    copy.initial = initial;
    return copy;
  }

  @Override
  public StructType transformSchema(StructType schema) {
    return TrainingColumns.transformed(
        schema,
        request(Optional.empty()),
        with -> with.add(getPredictionCol(), NUMBERS).add(getProbabilityCol(), OF_CLASSES));
  }

  private FitRequest request(Optional<ModelFile> start) {
    return new FitRequest(
        keys,
        TaskName.LABEL_STEPS,
        getFeaturesCol(),
        List.of(getLabelCol()),
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
  public RnnSequenceLabelingModel fit(PreparedTable table) {
    return trained(table, request(table.context().sc()));
  }

  @Override
  public RnnSequenceLabelingModel fit(Dataset<?> dataset) {
    transformSchema(dataset.schema());
    FitRequest request = request(dataset.sparkSession().sparkContext());
    try (PreparedTable table = KeptTables.take(dataset, request)) {
      return trained(table, request);
    }
  }

  private RnnSequenceLabelingModel trained(PreparedTable table, FitRequest request) {
    TableTraining.Trained trained = TableTraining.run(table, request);
    RnnSequenceLabelingModel model = new RnnSequenceLabelingModel(uid(), trained);
    return copyValues(model.setParent(this), ParamMap.empty());
  }

  /** Reads what {@link #write} wrote. */
  public static MLReader<RnnSequenceLabeler> read() {
    return new DefaultParamsReader<>();
  }

  /** Reads what {@code save} wrote. */
  public static RnnSequenceLabeler load(String path) {
    return read().load(path);
  }
}
