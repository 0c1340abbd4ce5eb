package io.sparkrnn.spark.version;

import org.apache.spark.sql.execution.SparkPlan;

/** A node of a plan over one other. Children come in a list of Scala's that differs. */
public abstract class UnaryPlan extends SparkPlan {
  protected abstract SparkPlan over(SparkPlan child);

  @Override
  public SparkPlan withNewChildrenInternal(scala.collection.IndexedSeq<SparkPlan> children) {
    return over(children.head());
  }
}
