package io.sparkrnn.spark;

import io.sparkrnn.export.ModelFile;
import io.sparkrnn.spark.ml.TrainingSummary;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/** What an {@link RnnSequenceLabeler} has learnt. */
public final class RnnSequenceLabelingModel extends Model<RnnSequenceLabelingModel> {
  private static final long serialVersionUID = 1L;

  private final String uid;

  private final transient ModelFile file;
  private transient TrainingSummary summary;

  RnnSequenceLabelingModel(String uid, ModelFile file) {
    this.uid = uid;
    this.file = file;
  }

  @Override
  public String uid() {
    return uid;
  }

  ModelFile file() {
    return file;
  }

  RnnSequenceLabelingModel withSummary(TrainingSummary found) {
    summary = found;
    return this;
  }

  /** Whether this model was trained here, and not read. */
  public boolean hasSummary() {
    return summary != null;
  }

  /** What {@code fit} did. */
  public TrainingSummary summary() {
    return summary;
  }

  @Override
  public StructType transformSchema(StructType schema) {
    throw new UnsupportedOperationException("expected a model that predicts, found a stand-in");
  }

  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    throw new UnsupportedOperationException("expected a model that predicts, found a stand-in");
  }

  @Override
  public RnnSequenceLabelingModel copy(ParamMap extra) {
    RnnSequenceLabelingModel copy = new RnnSequenceLabelingModel(uid(), file).withSummary(summary);
    return copyValues(copy, extra).setParent(parent());
  }
}
