package io.sparkrnn.spark.ml.plan;

import io.sparkrnn.spark.version.SparkVersion;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.ExperimentalMethods;
import org.apache.spark.sql.catalyst.expressions.And;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeReference;
import org.apache.spark.sql.catalyst.expressions.ConditionalExpression;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.LambdaFunction;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.expressions.Or;
import org.apache.spark.sql.catalyst.expressions.ScalaUDF;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.execution.FilterExec;
import org.apache.spark.sql.execution.ProjectExec;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.SparkStrategy;
import org.apache.spark.sql.execution.adaptive.LogicalQueryStage;
import org.apache.spark.sql.execution.columnar.InMemoryRelation;
import org.apache.spark.sql.types.Metadata;

/**
 * Has what a {@link BatchFunction} gives computed by a node of its own, below the projection or
 * filter that wants it. It changes plans when nothing is left to optimise. Where it does not know a
 * plan, or is not there, Spark computes the function as any other, a row at a time.
 */
final class BatchStrategy extends SparkStrategy {
  /** Functions of batches in expressions, and the columns that have what they give. */
  private static final class Computed {
    private final List<ScalaUDF> functions = new ArrayList<>();
    private final List<AttributeReference> results = new ArrayList<>();

    /** Looks for more functions, and first for those that others of them read. */
    void add(Expression expression) {
      children(expression).forEach(this::add);
      if (isBatchFunction(expression)) {
        ScalaUDF function = (ScalaUDF) expression;
        if (functions.stream().noneMatch(known -> known.semanticEquals(function))) {
          functions.add(function);
          results.add(
              new AttributeReference(
                  "computed",
                  function.dataType(),
                  function.nullable(),
                  Metadata.empty(),
                  NamedExpression.newExprId(),
                  ScalaLists.of(List.of())));
        }
      }
    }

    /** With columns in place of functions. */
    Expression in(Expression expression) {
      if (isBatchFunction(expression)) {
        for (int i = 0; i < functions.size(); i++) {
          if (functions.get(i).semanticEquals(expression)) {
            return results.get(i);
          }
        }
      }
      return computes(expression) ? withChildren(expression) : expression;
    }

    private Expression withChildren(Expression expression) {
      return expression.withNewChildren(
          ScalaLists.of(children(expression).stream().map(this::in).toList()));
    }

    /** With nodes for the functions from one on. */
    SparkPlan over(SparkPlan child, int first) {
      SparkPlan plan = child;
      for (int i = first; i < functions.size(); i++) {
        ScalaUDF function = (ScalaUDF) withChildren(functions.get(i));
        plan = new BatchEvalExec(function, results.get(i), plan);
      }
      return plan;
    }

    int size() {
      return functions.size();
    }
  }

  private BatchStrategy() {}

  /** Adds it to the session of a table, once. */
  static void addTo(Dataset<?> table) {
    synchronized (BatchStrategy.class) {
      ExperimentalMethods methods = SparkVersion.execution(table).sparkSession().experimental();
      List<SparkStrategy> strategies = new ArrayList<>(ScalaLists.java(methods.extraStrategies()));
      if (strategies.stream().noneMatch(BatchStrategy.class::isInstance)) {
        strategies.add(new BatchStrategy());
        methods.extraStrategies_$eq(ScalaLists.of(strategies));
      }
    }
  }

  @Override
  public scala.collection.immutable.List<SparkPlan> apply(LogicalPlan plan) {
    List<SparkPlan> planned = List.of();
    if (plan instanceof Project project) {
      planned = planned(ScalaLists.java(project.projectList()), project.child());
    } else if (plan instanceof Filter filter) {
      planned = planned(ScalaLists.java(filter.output()), filter);
    }
    return ScalaLists.of(planned);
  }

  /** Columns of a plan that may be a filter; empty where there is nothing to compute. */
  private List<SparkPlan> planned(List<? extends NamedExpression> columns, LogicalPlan child) {
    List<Expression> conditions = new ArrayList<>();
    List<Expression> others = new ArrayList<>();
    LogicalPlan below = child;
    if (child instanceof Filter filter && filter.condition().deterministic()) {
      below = filter.child();
      for (Expression condition : conjuncts(filter.condition())) {
        (computes(condition) ? conditions : others).add(condition);
      }
    }
    List<Expression> wanted = new ArrayList<>(conditions);
    columns.forEach(column -> wanted.add((Expression) column));
    if (wanted.stream().noneMatch(BatchStrategy::computes)
        || !wanted.stream().allMatch(BatchStrategy::isComputedForAllRows)) {
      return List.of();
    }
    Computed computed = new Computed();
    conditions.forEach(computed::add);
    SparkPlan plan = computed.over(reading(wanted, others, below), 0);
    if (!conditions.isEmpty()) {
      plan = new FilterExec(computed.in(all(conditions)), plan);
    }
    int ofFilter = computed.size();
    wanted.forEach(computed::add);
    plan = computed.over(plan, ofFilter);
    List<NamedExpression> made =
        columns.stream().map(column -> (NamedExpression) computed.in((Expression) column)).toList();
    return List.of(new ProjectExec(ScalaLists.of(made), plan));
  }

  /**
   * The rows for which conditions hold. Of persisted tables and stages that Spark has computed it
   * wants the nodes of the query's own plan again, by which it knows them while it adapts a plan.
   */
  private SparkPlan reading(
      List<Expression> expressions, List<Expression> conditions, LogicalPlan below) {
    if (isKept(below)) {
      SparkPlan kept = planLater(below);
      return conditions.isEmpty() ? kept : new FilterExec(all(conditions), kept);
    }
    return planLater(
        reading(expressions, conditions.isEmpty() ? below : new Filter(all(conditions), below)));
  }

  private static boolean isKept(LogicalPlan plan) {
    LogicalPlan leaf = plan;
    while (leaf instanceof Project || leaf instanceof Filter) {
      leaf = (LogicalPlan) leaf.children().head();
    }
    return leaf instanceof InMemoryRelation || leaf instanceof LogicalQueryStage;
  }

  /** Only the columns that are read: files are asked for those of a projection. */
  private static LogicalPlan reading(List<Expression> expressions, LogicalPlan below) {
    List<NamedExpression> columns = new ArrayList<>();
    List<Attribute> there = ScalaLists.java(below.output());
    for (Attribute column : there) {
      if (expressions.stream().anyMatch(wanted -> wanted.references().contains(column))) {
        columns.add(column);
      }
    }
    return columns.size() == there.size() ? below : new Project(ScalaLists.of(columns), below);
  }

  private static List<Expression> children(Expression expression) {
    return ScalaLists.java(expression.children());
  }

  private static boolean isBatchFunction(Expression expression) {
    return expression instanceof ScalaUDF udf && udf.function() instanceof BatchFunction;
  }

  private static boolean computes(Expression expression) {
    return isBatchFunction(expression)
        || children(expression).stream().anyMatch(BatchStrategy::computes);
  }

  /** Not for those rows alone that a condition chooses, and of what is in the rows. */
  private static boolean isComputedForAllRows(Expression expression) {
    if (!computes(expression)) {
      return true;
    }
    boolean chosen =
        expression instanceof ConditionalExpression
            || expression instanceof And
            || expression instanceof Or
            || expression instanceof LambdaFunction;
    boolean usable = !isBatchFunction(expression) || expression.deterministic();
    return !chosen
        && usable
        && children(expression).stream().allMatch(BatchStrategy::isComputedForAllRows);
  }

  private static List<Expression> conjuncts(Expression condition) {
    if (condition instanceof And and) {
      List<Expression> all = new ArrayList<>(conjuncts(and.left()));
      all.addAll(conjuncts(and.right()));
      return all;
    }
    return List.of(condition);
  }

  private static Expression all(List<Expression> conditions) {
    return conditions.stream().reduce(And::new).orElseThrow();
  }
}
