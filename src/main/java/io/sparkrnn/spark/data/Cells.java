package io.sparkrnn.spark.data;

import io.sparkrnn.data.DataException;
import io.sparkrnn.data.SequenceDataset;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Row;
import scala.collection.Iterator;
import scala.collection.Seq;

/**
 * What is read from the cells of a table's rows.
 *
 * @param location and the next: what messages name; {@link #NOWHERE} where they stand in the row
 * @param ofQuery whether rows are those of a query
 * @param missing whether numbers may be missing
 */
record Cells(String location, boolean ofQuery, boolean missing) implements Serializable {

  static final String NOWHERE = "";

  /** A cell, for messages. */
  record Place(String column, long row) {}

  /** Refuses a cell. */
  DataException refusal(Place place, String expected, Object found) {
    String problem =
        "expected %s, found %s in column %s".formatted(expected, found, place.column());
    return new DataException(
        location.equals(NOWHERE)
            ? problem
            : "Cannot read %s: %s, row %d%s"
                .formatted(location, problem, place.row(), ofQuery ? " of the query's" : ""));
  }

  /** What is in a cell that must not be empty. */
  Object given(Row row, int column, Place place, String expected) {
    if (row.isNullAt(column)) {
      throw refusal(place, expected, "null");
    }
    return row.get(column);
  }

  /** A number that may be missing. */
  float number(Object cell, Place place) {
    if (cell == null || cell instanceof Number number && Double.isNaN(number.doubleValue())) {
      if (!missing) {
        throw refusal(place, "a number", cell == null ? "null" : "NaN");
      }
      return Float.NaN;
    }
    if (cell instanceof Boolean truth) {
      return truth ? 1 : 0;
    }
    if (!(cell instanceof Number number)) {
      throw refusal(place, "a number", cell);
    }
    float value = number.floatValue();
    if (Float.isInfinite(value)) {
      boolean beyond = Double.isFinite(number.doubleValue());
      throw refusal(place, beyond ? "a number in the range of a float" : "a finite number", number);
    }
    return value;
  }

  /** A number that is there. */
  float finite(Object cell, Place place) {
    float value = number(cell, place);
    if (Float.isNaN(value)) {
      throw refusal(place, "a number", cell == null ? "null" : "NaN");
    }
    return value;
  }

  /** The numbers of an array or a vector. */
  float[] numbers(Object cell, Place place) {
    if (cell instanceof Vector vector) {
      float[] values = new float[vector.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = number(vector.apply(i), place);
      }
      return values;
    }
    List<?> list = list(cell);
    float[] values = new float[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = number(list.get(i), place);
    }
    return values;
  }

  /** The numbers of an array of arrays, which have as many each. */
  float[] nested(Object cell, Place place) {
    List<?> steps = list(cell);
    int width = -1;
    float[] values = {};
    for (int step = 0; step < steps.size(); step++) {
      if (steps.get(step) == null) {
        throw refusal(place, "arrays of numbers", "null at time step " + step);
      }
      float[] numbers = numbers(steps.get(step), place);
      if (width < 0) {
        width = numbers.length;
        values = new float[Math.multiplyExact(steps.size(), width)];
      }
      if (numbers.length != width) {
        throw refusal(
            place,
            "%d numbers at each time step".formatted(width),
            "%d at time step %d".formatted(numbers.length, step));
      }
      System.arraycopy(numbers, 0, values, step * width, width);
    }
    return values;
  }

  /** A class that is a number. */
  int label(Object cell, Place place) {
    Object found = cell instanceof Boolean truth ? Integer.valueOf(truth ? 1 : 0) : cell;
    if (found instanceof Number number
        && number.doubleValue() >= 0
        && number.doubleValue() < SequenceDataset.MAX_CLASSES
        && number.doubleValue() == Math.rint(number.doubleValue())) {
      return number.intValue();
    }
    throw refusal(
        place,
        "a whole number from 0 to %d as label".formatted(SequenceDataset.MAX_CLASSES - 1),
        found == null ? "null" : found);
  }

  /** A text that is not empty. */
  String text(Object cell, Place place) {
    if (cell == null || cell.toString().isEmpty()) {
      throw refusal(place, "a text", cell == null ? "null" : "an empty one");
    }
    return cell.toString();
  }

  /** How much a reading counts. */
  float weight(Object cell, Place place) {
    float weight = finite(cell, place);
    if (weight < 0) {
      throw refusal(place, "a weight of at least 0", weight);
    }
    return weight;
  }

  /** The elements of an array. */
  static List<?> list(Object cell) {
    if (!(cell instanceof Seq<?> seq)) {
      return List.of(cell);
    }
    List<Object> elements = new ArrayList<>(seq.length());
    Iterator<?> iterator = seq.iterator();
    while (iterator.hasNext()) {
      elements.add(iterator.next());
    }
    return elements;
  }
}
