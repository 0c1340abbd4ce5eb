package io.sparkrnn.spark.data;

import io.sparkrnn.config.TableConfiguration;
import io.sparkrnn.data.DataException;
import io.sparkrnn.data.Readings;
import io.sparkrnn.data.SequenceColumns;
import io.sparkrnn.data.SequenceDataset;

/**
 * A text as parallel streams, each cut into windows. The first window of each stream comes first,
 * then the second of each, so that states can go on from one to the next.
 *
 * @param text ids of the tokens
 * @param classes labels are ids, below it
 */
record TextStreams(int[] text, int classes) {

  /** Windows, and how many streams they are of. */
  record Part(SequenceDataset dataset, int streams) {}

  /**
   * Where a part of a text begins.
   *
   * @param fraction of the text that is before
   * @throws DataException if it is no fraction
   */
  static int boundary(String key, String fraction, int tokens) {
    try {
      double before = Double.parseDouble(fraction.strip());
      if (before > 0 && before < 1) {
        return (int) (tokens * before);
      }
    } catch (NumberFormatException e) {
      // Refused below, as what is out of range.
    }
    throw new DataException(
        "Cannot split a text: expected a number between 0 and 1 in %s, found \"%s\""
            .formatted(key, fraction));
  }

  /**
   * To train on: all windows are whole.
   *
   * @throws DataException if the text has not one window a stream
   */
  Part training(TableSource source, TableConfiguration table, int streams) {
    int steps = table.windowSteps();
    int tokens = (text.length - 1) / streams;
    if (tokens < steps) {
      throw source.refusal(
          "%d tokens to train on for %d streams (workers times minibatch) of windows of %d steps"
              .formatted((long) streams * steps + 1, streams, steps),
          text.length);
    }
    return part(streams, tokens, tokens - tokens % steps, steps);
  }

  /**
   * To evaluate: all tokens of a stream are in its windows, of which the last may be shorter.
   *
   * @throws DataException if the text is too short for any
   */
  Part evaluation(TableSource source, TableConfiguration table, int mostStreams) {
    if (text.length < 2) {
      throw source.refusal("at least 2 tokens in each part of the text", text.length);
    }
    int streams = Math.min(mostStreams, text.length - 1);
    int tokens = (text.length - 1) / streams;
    return part(streams, tokens, tokens, table.windowSteps());
  }

  private Part part(int streams, int tokens, int used, int steps) {
    int windows = (used + steps - 1) / steps;
    int[] lengths = new int[windows * streams];
    int[] ids = new int[used * streams];
    int[] labels = new int[ids.length];
    int at = 0;
    for (int window = 0; window < windows; window++) {
      int from = window * steps;
      int length = Math.min(steps, used - from);
      for (int stream = 0; stream < streams; stream++) {
        int start = stream * tokens + from;
        System.arraycopy(text, start, ids, at, length);
        System.arraycopy(text, start + 1, labels, at, length);
        lengths[window * streams + stream] = length;
        at += length;
      }
    }
    SequenceColumns columns =
        used % steps == 0
            ? SequenceColumns.ofEqualLengths(lengths.length, steps)
            : SequenceColumns.ofLengths(lengths);
    return new Part(
        columns.ids(ids).labels(labels, classes, Readings.EVERY_STEP).dataset(), streams);
  }
}
