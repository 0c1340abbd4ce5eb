package io.sparkrnn.spark.predict;

import io.sparkrnn.data.DataException;
import io.sparkrnn.spark.data.InputRows;
import io.sparkrnn.spark.predict.SequencePredictor.Outputs;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * Rows of one task's sequences as rows of answers, in their order, a minibatch at a time: {@code
 * names..., status, answers..., reason}.
 */
final class SequenceAnswerRows extends MinibatchRows {
  private final Iterator<Row> rows;
  private final InputRows inputs;
  private final SequencePredictor predictor;
  private final Answers answers;
  private final PredictionCounts counts;

  SequenceAnswerRows(
      Iterator<Row> rows,
      InputRows inputs,
      SequencePredictor predictor,
      Answers answers,
      PredictionCounts counts) {
    super(rows);
    this.rows = rows;
    this.inputs = inputs;
    this.predictor = predictor;
    this.answers = answers;
    this.counts = counts;
  }

  @Override
  protected List<Row> minibatch() {
    List<Row> batch = new ArrayList<>(SequencePredictor.SAMPLES);
    while (batch.size() < SequencePredictor.SAMPLES && rows.hasNext()) {
      batch.add(rows.next());
    }
    Outputs outputs;
    try {
      outputs = predictor.run(inputs.sequences(batch));
    } catch (DataException e) {
      // One by one, to know which row it is.
      return batch.stream().map(this::alone).toList();
    }
    List<Row> ready = new ArrayList<>(batch.size());
    for (int i = 0; i < batch.size(); i++) {
      ready.add(good(batch.get(i), outputs, i));
    }
    return ready;
  }

  private Row alone(Row row) {
    try {
      return good(row, predictor.run(inputs.sequences(List.of(row))), 0);
    } catch (DataException e) {
      counts.bad(e.getMessage());
      return answer(row, PredictionRows.BAD, new Object[answers.columns().size()], e.getMessage());
    }
  }

  private Row good(Row row, Outputs outputs, int sample) {
    counts.predicted();
    Object[] cells = answers.cells(outputs.readings()[sample], outputs.state(sample));
    return answer(row, PredictionRows.OK, cells, null);
  }

  private Row answer(Row row, String status, Object[] answer, String reason) {
    return answer(inputs.names(row), status, answer, reason);
  }

  /** A row of the table. */
  static Row answer(Object[] names, String status, Object[] answer, String reason) {
    Object[] cells = new Object[names.length + answer.length + 2];
    System.arraycopy(names, 0, cells, 0, names.length);
    cells[names.length] = status;
    System.arraycopy(answer, 0, cells, names.length + 1, answer.length);
    cells[cells.length - 1] = reason;
    return RowFactory.create(cells);
  }
}
