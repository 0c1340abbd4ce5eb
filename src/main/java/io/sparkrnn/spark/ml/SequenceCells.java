package io.sparkrnn.spark.ml;

import io.sparkrnn.data.DataException;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.model.Vocabulary;
import io.sparkrnn.serving.Constants;
import io.sparkrnn.serving.RnnModel;
import io.sparkrnn.serving.Sequence;
import io.sparkrnn.spark.data.FeatureTable;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import scala.collection.Iterator;
import scala.collection.Seq;

/**
 * Reads sequences from cells as Spark hands them out, or arrays of {@code double}. Features are a
 * vector or an array of all numbers, time step by time step; an array of arrays, vectors or
 * structs, one a time step; or a struct of such columns, side by side, where single numbers
 * together are one array. A text is one, or an array of its tokens.
 */
final class SequenceCells implements Serializable {
  private static final long serialVersionUID = 1L;

  private final int timeSteps;
  private final int width;
  private final boolean equalLengths;
  private final boolean missing;
  private final boolean text;
  private final Vocabulary.Unit unit;

  /**
   * Cells.
   *
   * @param fills whether what is missing is filled without masks, too
   */
  SequenceCells(Network network, Optional<Preparation> preparation, boolean fills) {
    timeSteps = network.timeSteps();
    equalLengths = preparation.isEmpty();
    width =
        preparation.map(fitted -> fitted.features().size()).orElseGet(() -> network.inputSize());
    missing = fills || width > 0 && network.inputSize() == 2 * width;
    text = !network.input().categorical().isEmpty();
    unit = preparation.map(fitted -> fitted.vocabulary().unit()).orElse(Vocabulary.Unit.CHARACTERS);
  }

  /** Numbers of the longest sequence. */
  int numbers() {
    return timeSteps * width;
  }

  /** What {@link #accepts} accepts, for messages. */
  String expected() {
    return width == 0 ? "a text or an array of tokens" : "numbers in an array or a vector";
  }

  /** Whether the cells of a column of features, or of one that is all there is, may be read. */
  boolean accepts(DataType type) {
    if (type instanceof StructType struct) {
      return width > 0
          && Arrays.stream(struct.fields())
              .map(StructField::dataType)
              .allMatch(field -> isNumber(field) || isNumbers(field) || isNested(field));
    }
    return width == 0 ? isText(type) : isNumbers(type) || isNested(type);
  }

  /** Whether the cells of a column may be a text. */
  static boolean isText(DataType type) {
    return (type instanceof ArrayType array ? array.elementType() : type) instanceof StringType;
  }

  static boolean isNumber(DataType type) {
    return type instanceof NumericType || type instanceof BooleanType;
  }

  private static boolean isNumbers(DataType type) {
    return type.equals(SQLDataTypes.VectorType())
        || type instanceof ArrayType array && isNumber(array.elementType());
  }

  private static boolean isNested(DataType type) {
    if (!(type instanceof ArrayType array)) {
      return false;
    }
    return array.elementType() instanceof StructType struct
        ? Arrays.stream(struct.fields()).allMatch(field -> isNumber(field.dataType()))
        : isNumbers(array.elementType());
  }

  /**
   * The sequence of a row.
   *
   * @throws DataException if it holds none that the model can read; the message says what it has
   */
  Sequence read(RnnModel model, InputColumns.Cells cells) {
    Object words = width == 0 && cells.text() == null ? cells.features() : cells.text();
    double[][] numbers = width == 0 ? null : numbersOf(given(cells.features()));
    int[][] ids = text ? ids(model, given(words)) : null;
    int steps = numbers == null ? ids.length : numbers.length;
    if (equalLengths ? steps != timeSteps : steps < 1 || steps > timeSteps) {
      throw new DataException(
          "expected %s%d time steps, found %d"
              .formatted(equalLengths ? "" : "1 to ", timeSteps, steps));
    }
    Constants constants =
        cells.statics() == null
            ? Constants.NONE
            : new Constants("", numbers(list(cells.statics())));
    return new Sequence(numbers, ids, constants);
  }

  private static Object given(Object cell) {
    if (cell == null) {
      throw new DataException(FeatureTable.MISSING);
    }
    return cell;
  }

  private int[][] ids(RnnModel model, Object cell) {
    List<?> tokens = cell instanceof String whole ? unit.cut(whole) : list(cell);
    int[][] ids = new int[tokens.size()][1];
    for (int step = 0; step < ids.length; step++) {
      if (!(tokens.get(step) instanceof String token) || token.isEmpty()) {
        throw new DataException(
            "expected a token, found %s at %d".formatted(tokens.get(step), step));
      }
      ids[step][0] = model.id(token);
    }
    return ids;
  }

  private double[][] numbersOf(Object cell) {
    if (cell instanceof Row struct) {
      return sideBySide(struct);
    }
    if (isNested(cell)) {
      return nested(cell, width);
    }
    double[] values = numbers(cell);
    if (equalLengths && values.length != numbers()) {
      throw new DataException("expected %d values, found %d".formatted(numbers(), values.length));
    }
    return flat(values, width);
  }

  private static boolean isNested(Object cell) {
    return cell instanceof Seq<?> seq
        && !seq.isEmpty()
        && (seq.head() instanceof Seq<?>
            || seq.head() instanceof Vector
            || seq.head() instanceof Row);
  }

  private static double[][] flat(double[] values, int width) {
    if (values.length % width != 0) {
      throw new DataException(
          "expected a multiple of %d values, those of a time step, found %d"
              .formatted(width, values.length));
    }
    double[][] steps = new double[values.length / width][];
    for (int step = 0; step < steps.length; step++) {
      steps[step] = Arrays.copyOfRange(values, step * width, (step + 1) * width);
    }
    return steps;
  }

  private double[][] nested(Object cell, int width) {
    List<?> elements = list(cell);
    double[][] steps = new double[elements.size()][];
    for (int step = 0; step < steps.length; step++) {
      steps[step] = numbers(given(elements.get(step)));
      if (steps[step].length != width) {
        throw new DataException(
            "expected %d values at each time step, found %d at %d"
                .formatted(width, steps[step].length, step));
      }
    }
    return steps;
  }

  private double[][] sideBySide(Row struct) {
    List<Object> columns = new ArrayList<>();
    List<Object> single = new ArrayList<>();
    int ofNested = 0;
    int flat = 0;
    for (Object cell : list(struct)) {
      if (cell instanceof Number || cell instanceof Boolean) {
        single.add(cell);
        continue;
      }
      columns.add(given(cell));
      if (isNested(cell)) {
        ofNested += widthOf(cell);
      } else {
        flat++;
      }
    }
    if (!single.isEmpty()) {
      columns.add(single);
      flat++;
    }
    int left = width - ofNested;
    if (flat == 0 ? left != 0 : left < flat || left % flat != 0) {
      throw new DataException(
          "expected %d values at each time step, found %d and %d columns of equal parts"
              .formatted(width, ofNested, flat));
    }
    double[][] steps = null;
    for (Object column : columns) {
      double[][] read =
          isNested(column) ? nested(column, widthOf(column)) : flat(numbers(column), left / flat);
      steps = steps == null ? read : beside(steps, read);
    }
    return steps;
  }

  private int widthOf(Object nested) {
    return numbers(given(((Seq<?>) nested).head())).length;
  }

  private static double[][] beside(double[][] left, double[][] right) {
    if (left.length != right.length) {
      throw new DataException(
          "expected %d time steps as in the column before, found %d"
              .formatted(left.length, right.length));
    }
    double[][] steps = new double[left.length][];
    for (int step = 0; step < steps.length; step++) {
      steps[step] = Arrays.copyOf(left[step], left[step].length + right[step].length);
      System.arraycopy(right[step], 0, steps[step], left[step].length, right[step].length);
    }
    return steps;
  }

  private double[] numbers(Object cell) {
    if (cell instanceof Vector vector) {
      return finite(vector.toArray());
    }
    if (cell instanceof double[] values) {
      return finite(values);
    }
    List<?> cells = list(cell);
    double[] values = new double[cells.size()];
    for (int i = 0; i < values.length; i++) {
      Object number = cells.get(i);
      if (number instanceof Boolean truth) {
        values[i] = truth ? 1 : 0;
      } else if (number instanceof Number given) {
        values[i] = given.doubleValue();
        require(values[i], i);
      } else if (number == null && missing) {
        values[i] = Double.NaN;
      } else {
        throw new DataException("expected numbers, found %s at %d".formatted(number, i));
      }
    }
    return values;
  }

  private double[] finite(double[] values) {
    for (int i = 0; i < values.length; i++) {
      require(values[i], i);
    }
    return values;
  }

  private void require(double value, int at) {
    if (Float.isFinite((float) value) || missing && Double.isNaN(value)) {
      return;
    }
    throw new DataException(
        "expected %s, found %s at %d"
            .formatted(
                Double.isFinite(value) ? "values in the range of a float" : "finite values",
                value,
                at));
  }

  private static List<?> list(Object cell) {
    if (cell instanceof List<?> given) {
      return given;
    }
    Seq<?> seq = cell instanceof Row row ? row.toSeq() : (Seq<?>) cell;
    List<Object> cells = new ArrayList<>(seq.length());
    Iterator<?> iterator = seq.iterator();
    while (iterator.hasNext()) {
      cells.add(iterator.next());
    }
    return cells;
  }
}
