package io.sparkrnn.spark.data;

import io.sparkrnn.data.DataException;

/** Where sequences come from, as messages say it. */
interface Origin {

  /** A refusal of what is there. */
  DataException refusal(String expected, Object found);

  /** How messages name a row. */
  String row(long number);
}
