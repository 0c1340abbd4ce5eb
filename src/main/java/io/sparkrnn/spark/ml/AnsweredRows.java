package io.sparkrnn.spark.ml;

import io.sparkrnn.data.DataException;
import io.sparkrnn.spark.data.FeatureTable;
import io.sparkrnn.spark.data.Sample;
import io.sparkrnn.spark.predict.MinibatchRows;
import io.sparkrnn.train.Predictor;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** The rows of a partition, in their order, each with what a model's outputs are made into. */
public final class AnsweredRows extends MinibatchRows {
  private static final Object[] NO_NAMES = {};

  private final Iterator<Row> rows;
  private final int features;
  private final Predictor predictor;
  private final List<Function<Vector, Object>> answers;

  /**
   * The rows.
   *
   * @param features the index of the column of features, a vector or an array
   * @param answers of the outputs before the softmax, a column each
   */
  public AnsweredRows(
      Iterator<Row> rows,
      int features,
      Predictor predictor,
      List<Function<Vector, Object>> answers) {
    super(rows);
    this.rows = rows;
    this.features = features;
    this.predictor = predictor;
    this.answers = answers;
  }

  /**
   * Features as the kernels want them.
   *
   * @param features a vector, or null
   * @throws DataException if they are not so many finite values
   */
  public static float[] values(Vector features, int expected) {
    return checked(
        features == null
            ? Sample.bad(NO_NAMES, FeatureTable.MISSING)
            : new Sample(NO_NAMES, FeatureTable.floats(features), null),
        expected);
  }

  private static float[] checked(Sample sample, int expected) {
    Sample checked = sample.checked(expected);
    if (checked.problem() != null) {
      throw new DataException("Cannot predict a row: " + checked.problem());
    }
    return checked.values();
  }

  @Override
  protected List<Row> minibatch() {
    List<Row> batch = new ArrayList<>(Predictor.SAMPLES);
    while (batch.size() < Predictor.SAMPLES && rows.hasNext()) {
      batch.add(rows.next());
    }
    for (int place = 0; place < batch.size(); place++) {
      predictor.put(
          place,
          checked(
              FeatureTable.sample(NO_NAMES, batch.get(place), features),
              predictor.valuesPerSample()));
    }
    predictor.run(batch.size());
    List<Row> ready = new ArrayList<>(batch.size());
    for (int place = 0; place < batch.size(); place++) {
      ready.add(answered(batch.get(place), Vectors.dense(predictor.logits(place))));
    }
    return ready;
  }

  private Row answered(Row row, Vector raw) {
    Object[] cells = new Object[row.size() + answers.size()];
    for (int i = 0; i < row.size(); i++) {
      cells[i] = row.get(i);
    }
    for (int i = 0; i < answers.size(); i++) {
      cells[row.size() + i] = answers.get(i).apply(raw);
    }
    return RowFactory.create(cells);
  }
}
