package io.sparkrnn.spark.ml;

import io.sparkrnn.data.DataException;
import io.sparkrnn.serving.RnnModel;
import io.sparkrnn.serving.SequenceSource;
import io.sparkrnn.spark.ml.plan.BatchFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Row;

/** What a model says of what a row has in its columns: of nothing where a row is kept unread. */
final class AnswerFunction extends BatchFunction<Optional<SequenceSource>> {
  private static final long serialVersionUID = 1L;

  private final ColumnModel model;
  private final InputColumns columns;
  private final Invalid invalid;
  private final AddedColumns.Answers answers;

  AnswerFunction(
      ColumnModel model, InputColumns columns, Invalid invalid, AddedColumns.Answers answers) {
    this.model = model;
    this.columns = columns;
    this.invalid = invalid;
    this.answers = answers;
  }

  @Override
  protected int mostRows() {
    return RnnModel.MOST_TOGETHER;
  }

  @Override
  protected Optional<SequenceSource> read(Object cell) {
    try {
      return Optional.of(model.read(columns.cells(cell)));
    } catch (DataException e) {
      if (invalid == Invalid.KEEP) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  protected List<Row> of(List<Optional<SequenceSource>> read) {
    List<SequenceSource> sequences = read.stream().flatMap(Optional::stream).toList();
    double[][][] outputs = sequences.isEmpty() ? new double[0][][] : model.outputs(sequences);
    List<Row> rows = new ArrayList<>();
    int next = 0;
    for (Optional<SequenceSource> sequence : read) {
      rows.add(answers.of(sequence.isPresent() ? outputs[next++] : null));
    }
    return rows;
  }

  /** Once where a filter asks for it, too. */
  @Override
  public Object apply(Object cell) {
    InputColumns.Cells row = columns.cells(cell);
    boolean kept = invalid == Invalid.KEEP && !model.isUsable(row);
    return answers.of(kept ? null : model.outputs(row));
  }
}
