package io.sparkrnn.spark.ml;

import java.io.Serializable;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.types.StructType;

/** What a model of Spark ML has learnt, and what is known of how. */
public final class Learnt implements Serializable {
  private static final long serialVersionUID = 1L;

  private final Params owner;
  private final ColumnModel model;
  private final Param<String> handleInvalid;
  private final transient TrainingSummary summary;

  /**
   * What a model has learnt.
   *
   * @param owner the model
   * @param model null for nothing
   * @param summary null where it was not trained here
   */
  public Learnt(Params owner, ColumnModel model, TrainingSummary summary) {
    this.owner = owner;
    this.model = model;
    this.handleInvalid = ModelParams.handleInvalid(owner);
    this.summary = summary;
  }

  /** What computes. */
  public ColumnModel model() {
    return model;
  }

  /** How it was trained; null where that is not known. */
  public TrainingSummary summary() {
    return summary;
  }

  Param<String> handleInvalid() {
    return handleInvalid;
  }

  MLWriter writer() {
    return ModelDirectory.writer(owner, model);
  }

  /**
   * What it adds to a table.
   *
   * @param featuresCol where params name no others
   */
  public AddedColumns added(String featuresCol, StructType schema) {
    return new AddedColumns(
        model,
        InputColumns.of(owner, featuresCol, schema),
        Invalid.named(owner.getOrDefault(handleInvalid)));
  }

  /** For people: the owner's uid and the network. */
  @Override
  public String toString() {
    return "%s: uid=%s, %s"
        .formatted(
            owner.getClass().getSimpleName(),
            owner.uid(),
            model == null ? "nothing learnt" : model.summary());
  }
}
