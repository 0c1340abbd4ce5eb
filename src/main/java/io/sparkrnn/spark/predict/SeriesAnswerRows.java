package io.sparkrnn.spark.predict;

import io.sparkrnn.data.DataException;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.spark.data.InputSeries.Series;
import io.sparkrnn.spark.data.SeriesQuestions;
import io.sparkrnn.spark.predict.SequencePredictor.Outputs;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Row;

/** One task's series as rows of answers, a series at a time. */
final class SeriesAnswerRows extends MinibatchRows {
  private final Iterator<Series> series;
  private final SeriesQuestions questions;
  private final SequencePredictor predictor;
  private final Answers answers;
  private final PredictionCounts counts;

  SeriesAnswerRows(
      Iterator<Series> series,
      SeriesQuestions questions,
      SequencePredictor predictor,
      Answers answers,
      PredictionCounts counts) {
    super(series);
    this.series = series;
    this.questions = questions;
    this.predictor = predictor;
    this.answers = answers;
    this.counts = counts;
  }

  @Override
  protected List<Row> minibatch() {
    Series next = series.next();
    List<Row> rows = new ArrayList<>();
    try {
      questions.ask(next, SequencePredictor.SAMPLES, new Rows(rows));
    } catch (DataException e) {
      counts.bad(e.getMessage());
      return List.of(
          SequenceAnswerRows.answer(
              questions.names(next),
              PredictionRows.BAD,
              new Object[answers.columns().size()],
              e.getMessage()));
    }
    rows.forEach(row -> counts.predicted());
    return rows;
  }

  /** Adds a row for each answer. */
  private final class Rows implements SeriesQuestions.Taker {
    private final List<Row> rows;

    Rows(List<Row> rows) {
      this.rows = rows;
    }

    @Override
    public void windows(SequenceDataset windows, List<Object[]> names) {
      Outputs outputs = predictor.run(windows);
      for (int i = 0; i < names.size(); i++) {
        add(names.get(i), outputs.readings()[i], outputs.state(i));
      }
    }

    @Override
    public void stream(SequenceDataset data, int[] last, List<Object[]> names) {
      if (answers.network().canCarryState()) {
        Outputs outputs = predictor.stream(data);
        for (int i = 0; i < last.length; i++) {
          add(names.get(i), outputs.readings()[last[i]], outputs.state(last[i]));
        }
        return;
      }
      Outputs outputs = predictor.run(data);
      for (int i = 0; i < last.length; i++) {
        double[][] reading = {outputs.readings()[0][last[i]]};
        add(names.get(i), reading, outputs.state(0));
      }
    }

    private void add(Object[] names, double[][] readings, float[] state) {
      rows.add(
          SequenceAnswerRows.answer(
              names, PredictionRows.OK, answers.cells(readings, state), null));
    }
  }
}
