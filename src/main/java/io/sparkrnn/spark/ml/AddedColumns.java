package io.sparkrnn.spark.ml;

import io.sparkrnn.data.DataException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * What a model's {@code transform} does to a table: it adds columns, and nothing else. They are
 * expressions over the columns that it reads, so all that Spark knows of the others stays true, and
 * it may leave out, push down and reorder as with its own.
 *
 * @param model what computes
 * @param columns those that it reads
 * @param invalid what becomes of rows that it cannot read
 */
public record AddedColumns(ColumnModel model, InputColumns columns, Invalid invalid) {
  /** Makes the cells that are added to a row. */
  public interface Answers extends java.io.Serializable {
    /**
     * The cells.
     *
     * @param outputs {@code [reading][output]}, not to be changed; null for a row that cannot be
     *     read and is kept
     */
    Row of(double[][] outputs);
  }

  /**
   * What Spark ML makes of a schema. It wants a vector where a model reads columns of many types.
   *
   * @param features the column that it looks at
   * @param ml appends columns to a schema
   * @throws DataException if the table has not the columns that the model reads
   */
  public StructType schema(StructType schema, String features, UnaryOperator<StructType> ml) {
    model.require(columns, schema);
    List<StructField> fields = new ArrayList<>(List.of(schema.fields()));
    int at = List.of(schema.fieldNames()).indexOf(features);
    if (at < 0) {
      // The model reads others.
      StructType with = schema.add(features, SQLDataTypes.VectorType());
      List<StructField> made = new ArrayList<>(List.of(ml.apply(with).fields()));
      made.remove(schema.size());
      return new StructType(made.toArray(StructField[]::new));
    }
    StructField field = fields.get(at);
    fields.set(
        at,
        new StructField(
            field.name(), SQLDataTypes.VectorType(), field.nullable(), field.metadata()));
    StructField[] made = ml.apply(new StructType(fields.toArray(StructField[]::new))).fields();
    made[at] = field;
    return new StructType(made);
  }

  /**
   * Adds columns.
   *
   * @param added the columns, with their metadata
   */
  public Dataset<Row> to(Dataset<?> table, List<StructField> added, Answers answers) {
    ColumnModel of = model.reading(columns);
    InputColumns read = columns;
    Dataset<Row> rows = table.toDF();
    if (invalid == Invalid.SKIP) {
      UDF1<Object, Boolean> usable = value -> of.isUsable(read.cells(value));
      rows =
          rows.filter(
              functions
                  .udf(usable, DataTypes.BooleanType)
                  .asNonNullable()
                  .apply(columns.expression()));
    }
    if (added.isEmpty()) {
      return rows;
    }
    // A column of its own, so that all that is added is computed once.
    String name = "answer " + UUID.randomUUID();
    StructType type = new StructType(added.toArray(StructField[]::new));
    Column answer =
        new AnswerFunction(of, read, invalid, answers)
            .over(columns.expression(), type, rows)
            .as(name);
    List<Column> columns = new ArrayList<>(List.of(functions.col("*")));
    for (StructField field : added) {
      columns.add(functions.col(name).getField(field.name()).as(field.name(), field.metadata()));
    }
    return rows.select(functions.col("*"), answer)
        .select(columns.toArray(Column[]::new))
        .drop(name);
  }
}
