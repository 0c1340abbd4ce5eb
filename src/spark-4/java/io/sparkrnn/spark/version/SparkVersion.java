package io.sparkrnn.spark.version;

import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkUserAppException;
import org.apache.spark.network.netty.SparkTransportConf;
import org.apache.spark.network.util.TransportConf;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.classic.ExpressionUtils;
import org.apache.spark.sql.execution.QueryExecution;
import scala.Option;

/**
 * The Spark that this build is for, and what of its interfaces another build's Spark has otherwise.
 */
public final class SparkVersion {
  /** What versions of Spark begin with; the first is the one that the build has. */
  public static final List<String> SPARK = List.of("4.2", "4.3");

  /** What versions of Scala begin with. */
  public static final String SCALA = "2.13";

  private SparkVersion() {}

  /** What ends a driver under spark-submit with an exit code. */
  public static SparkUserAppException exit(int code) {
    return new SparkUserAppException(code, null);
  }

  /** Settings of Spark's transport library under {@code spark.MODULE.io}. */
  public static TransportConf transport(SparkConf conf, String module, int threads) {
    return SparkTransportConf.fromSparkConf(conf, module, threads, Option.empty(), Option.empty());
  }

  /** How Spark computes a table. */
  public static QueryExecution execution(Dataset<?> dataset) {
    return ((org.apache.spark.sql.classic.Dataset<?>) dataset).queryExecution();
  }

  /** A column that is made of another one. */
  public static Column column(Column of, UnaryOperator<Expression> made) {
    return ExpressionUtils.column(made.apply(ExpressionUtils.expression(of)));
  }
}
