package io.sparkrnn.spark;

import io.sparkrnn.export.ModelFile;
import io.sparkrnn.spark.ml.TrainingSummary;
import io.sparkrnn.spark.ml.UidInConstruction;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.regression.RegressionModel;

/** What an {@link RnnRegressor} has learnt. */
public final class RnnRegressionModel extends RegressionModel<Vector, RnnRegressionModel> {
  private static final long serialVersionUID = 1L;

  // Set by the superclass's constructor, through uid().
  private String uid;

  private final transient ModelFile file;
  private transient TrainingSummary summary;

  RnnRegressionModel(String uid, ModelFile file) {
    this(UidInConstruction.begin(uid), file);
  }

  private RnnRegressionModel(UidInConstruction construction, ModelFile file) {
    construction.end();
    this.file = file;
  }

  @Override
  public String uid() {
    if (uid == null) {
      uid = UidInConstruction.get();
    }
    return uid;
  }

  ModelFile file() {
    return file;
  }

  RnnRegressionModel withSummary(TrainingSummary found) {
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
  public double predict(Vector features) {
    throw new UnsupportedOperationException("expected a model that predicts, found a stand-in");
  }

  @Override
  public RnnRegressionModel copy(ParamMap extra) {
    RnnRegressionModel copy = new RnnRegressionModel(uid(), file).withSummary(summary);
    return copyValues(copy, extra).setParent(parent());
  }
}
