package io.sparkrnn.spark.ml.plan;

import io.sparkrnn.spark.version.SparkVersion;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.ScalaUDF;
import org.apache.spark.sql.types.StructType;
import scala.Option;
import scala.runtime.AbstractFunction1;

/**
 * A function of one cell. To Spark it is like any other of a user's, so all that Spark does with
 * expressions it does with this; and where a plan computes it for all rows, {@link BatchStrategy}
 * has it computed for some rows together.
 *
 * @param <R> what is read of a cell
 */
public abstract class BatchFunction<R> extends AbstractFunction1<Object, Object>
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The most rows that are computed together. */
  protected abstract int mostRows();

  /**
   * Reads a cell, and computes nothing. An array of numbers without null may be one of {@code
   * double}.
   *
   * @throws RuntimeException if it cannot be used; it is thrown again when the row's turn comes
   */
  protected abstract R read(Object cell);

  /** What the function gives for what has been read. */
  protected abstract List<Row> of(List<R> read);

  /** Of one row alone. */
  @Override
  public Object apply(Object cell) {
    return of(List.of(read(cell))).get(0);
  }

  /**
   * The function of a column.
   *
   * @param type of what it gives
   * @param table in whose session it is computed for several rows together
   */
  public final Column over(Column cell, StructType type, Dataset<?> table) {
    BatchStrategy.addTo(table);
    return SparkVersion.column(cell, expression -> udf(expression, type));
  }

  private ScalaUDF udf(Expression cell, StructType type) {
    return new ScalaUDF(
        this,
        type,
        ScalaLists.of(List.of(cell)),
        ScalaLists.of(List.of()),
        Option.empty(),
        Option.empty(),
        false,
        true);
  }
}
