package io.sparkrnn.spark.data;

import io.sparkrnn.data.DataException;
import java.io.Serializable;

/** Where sequences come from, as messages say it. */
interface Origin {

  /** A refusal of what is there. */
  DataException refusal(String expected, Object found);

  /** How messages name a row. */
  String row(long number);

  /** A table, as messages call it; travels to executors. */
  record Table(String location, boolean ofQuery) implements Origin, Serializable {
    @Override
    public String row(long number) {
      return "row " + number + (ofQuery ? " of the query's" : "");
    }

    @Override
    public DataException refusal(String expected, Object found) {
      return new DataException(message(expected, found));
    }

    String message(String expected, Object found) {
      return "Cannot read %s: expected %s, found %s".formatted(location, expected, found);
    }
  }
}
