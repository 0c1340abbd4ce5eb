package io.sparkrnn.spark.ml.plan;

import io.sparkrnn.spark.version.UnaryPlan;
import java.util.ArrayList;
import java.util.Objects;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeReference;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.expressions.BindReferences;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.ScalaUDF;
import org.apache.spark.sql.catalyst.expressions.SortOrder;
import org.apache.spark.sql.catalyst.expressions.package$;
import org.apache.spark.sql.catalyst.plans.physical.Partitioning;
import org.apache.spark.sql.execution.SparkPlan;
import scala.collection.immutable.List;

/**
 * Adds what a {@link BatchFunction} gives to rows, which stay where they are and in their order.
 * Public with a public constructor, by which Spark makes copies.
 */
public final class BatchEvalExec extends UnaryPlan {
  private static final long serialVersionUID = 1L;

  private final ScalaUDF function;
  private final AttributeReference result;
  private final SparkPlan child;

  /**
   * A node.
   *
   * @param function a {@link BatchFunction} of a cell
   * @param result the column that it makes
   */
  public BatchEvalExec(ScalaUDF function, AttributeReference result, SparkPlan child) {
    this.function = function;
    this.result = result;
    this.child = child;
  }

  @Override
  protected SparkPlan over(SparkPlan other) {
    return new BatchEvalExec(function, result, other);
  }

  @Override
  public List<SparkPlan> children() {
    return ScalaLists.of(java.util.List.of(child));
  }

  @Override
  public List<Attribute> output() {
    java.util.List<Attribute> columns = new ArrayList<>(ScalaLists.java(child.output()));
    columns.add(result);
    return ScalaLists.of(columns);
  }

  @Override
  public AttributeSet producedAttributes() {
    return AttributeSet.apply(result);
  }

  @Override
  public Partitioning outputPartitioning() {
    return child.outputPartitioning();
  }

  @Override
  public List<SortOrder> outputOrdering() {
    return child.outputOrdering().toList();
  }

  @Override
  public RDD<InternalRow> doExecute() {
    Expression argument = ScalaLists.java(function.children()).get(0);
    Expression cell =
        BindReferences.bindReference(
            argument, package$.MODULE$.AttributeSeq(child.output()), false);
    BatchFunction<?> computed = (BatchFunction<?>) function.function();
    BatchRows.Types types = new BatchRows.Types(argument.dataType(), function.dataType());
    return child
        .execute()
        .toJavaRDD()
        .<InternalRow>mapPartitions(rows -> new BatchRows<>(rows, cell, types, computed))
        .rdd();
  }

  @Override
  public int productArity() {
    return 3;
  }

  @Override
  public Object productElement(int at) {
    return switch (at) {
      case 0 -> function;
      case 1 -> result;
      case 2 -> child;
      default -> throw new IndexOutOfBoundsException(at);
    };
  }

  @Override
  public boolean canEqual(Object other) {
    return other instanceof BatchEvalExec;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BatchEvalExec same
        && function.equals(same.function)
        && result.equals(same.result)
        && child.equals(same.child);
  }

  @Override
  public int hashCode() {
    return Objects.hash(function, result, child);
  }
}
