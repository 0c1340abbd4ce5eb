package io.sparkrnn.spark.data;

import io.sparkrnn.config.TableConfiguration;
import io.sparkrnn.data.DataException;
import io.sparkrnn.data.Readings;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.model.Preparation;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Row;

/** Makes sequences of rows whose answers nobody knows. */
public final class InputRows implements Serializable {
  private static final long serialVersionUID = 1L;

  private final SequenceRows rows;
  private final TableConfiguration table;
  private final Preparation preparation;
  private final int timeSteps;
  private final int[] names;

  private transient SequenceBuilder builder;

  /** Whose reasons stand beside the row that they are of. */
  private static final class OneRow implements Origin {
    @Override
    public DataException refusal(String expected, Object found) {
      return new DataException("expected %s, found %s".formatted(expected, found));
    }

    @Override
    public String row(long number) {
      return "this row";
    }
  }

  InputRows(
      TableColumns columns,
      TableConfiguration table,
      Preparation preparation,
      Network network,
      int[] names) {
    this.rows = SequenceRows.unanswered(columns, table);
    this.table = table;
    this.preparation = preparation;
    this.timeSteps = network.timeSteps();
    this.names = names;
  }

  /** What names a row. */
  public Object[] names(Row row) {
    return Arrays.stream(names).mapToObj(row::get).toArray();
  }

  /**
   * The sequences of rows.
   *
   * @throws DataException with the reason, if a row cannot be used
   */
  public SequenceDataset sequences(List<Row> of) {
    if (builder == null) {
      builder = new SequenceBuilder(table, preparation, ClassNames.NONE, Readings.ONE);
    }
    return builder.unanswered(new OneRow(), of.stream().map(this::window).toList(), timeSteps);
  }

  private Window window(Row row) {
    RawSequence sequence = rows.apply(row, 0);
    if (sequence.steps() > timeSteps) {
      throw new DataException(
          "expected at most %d time steps, found %d".formatted(timeSteps, sequence.steps()));
    }
    return Window.of(sequence);
  }
}
