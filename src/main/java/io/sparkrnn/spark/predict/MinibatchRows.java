package io.sparkrnn.spark.predict;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.sql.Row;

/** Rows that are made from an input a minibatch at a time, and handed out one by one. */
abstract class MinibatchRows implements Iterator<Row> {
  private final Iterator<?> input;
  private List<Row> ready = List.of();
  private int next;

  MinibatchRows(Iterator<?> input) {
    this.input = input;
  }

  /** The next rows, at least one; called while the input has more. */
  protected abstract List<Row> minibatch();

  @Override
  public boolean hasNext() {
    return next < ready.size() || input.hasNext();
  }

  @Override
  public Row next() {
    if (next == ready.size()) {
      if (!input.hasNext()) {
        throw new NoSuchElementException();
      }
      ready = minibatch();
      next = 0;
    }
    return ready.get(next++);
  }
}
