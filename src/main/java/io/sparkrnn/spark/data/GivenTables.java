package io.sparkrnn.spark.data;

import io.sparkrnn.config.RunConfiguration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.LongAdder;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Tables that a program has, in place of those that a configuration locates.
 *
 * @param timeSteps that all sequences must have; empty: each has its own
 * @param skipped counts the rows that cannot be read and are left out; empty: they are refused
 */
public record GivenTables(
    Dataset<Row> training,
    Optional<Dataset<Row>> validation,
    OptionalInt timeSteps,
    Optional<LongAdder> skipped) {
  /** What a configuration calls them, and messages do. */
  public static final String NAME = "table";

  /** What messages call what is validated on. */
  private static final String VALIDATION = "table's rows to validate on";

  /** A table's sequences, or its series. */
  Sequences read(Dataset<Row> rows, String name, RunConfiguration configuration) {
    return Sequences.of(table(rows, name, configuration), configuration);
  }

  /** What is validated on. */
  Optional<Sequences> validationSequences(RunConfiguration configuration) {
    return validation.map(rows -> read(rows, VALIDATION, configuration));
  }

  Sequences.Table table(Dataset<Row> rows, String name, RunConfiguration configuration) {
    return Sequences.Table.of(
        new TableSource(rows, name, configuration, skipped),
        configuration,
        rows.sparkSession().conf().get("spark.sql.session.timeZone"),
        timeSteps);
  }
}
