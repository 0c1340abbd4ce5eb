package io.sparkrnn.spark.ml.plan;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.rdd.InputFileBlockHolder;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.CatalystTypeConverters;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.JoinedRow;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.unsafe.types.UTF8String;
import scala.Function1;

/**
 * The rows of a partition with what a function gives for each. Some are read before they are asked
 * for, few at first, since perhaps no more are wanted. What goes wrong with a row is thrown when it
 * is asked for, and those before it have been handed out.
 */
final class BatchRows<R> implements Iterator<InternalRow> {
  private static final int FIRST_ROWS = 4;

  private final Iterator<InternalRow> input;
  private final Expression cell;
  private final Function1<Object, Object> toScala;
  private final Function1<Object, Object> toCatalyst;
  private final BatchFunction<R> function;

  private final JoinedRow joined = new JoinedRow();
  private final List<InternalRow> rows = new ArrayList<>();
  private final List<File> files = new ArrayList<>();
  private List<Row> results = List.of();
  private RuntimeException failure;
  private int wanted = FIRST_ROWS;
  private int next;

  /** Of the cell that a function reads, and of what it gives. */
  record Types(DataType cell, DataType result) implements Serializable {}

  /** Where Spark reads, which a query may ask for at each row. */
  private record File(UTF8String path, long start, long length) {
    static File current() {
      return new File(
          InputFileBlockHolder.getInputFilePath(),
          InputFileBlockHolder.getStartOffset(),
          InputFileBlockHolder.getLength());
    }

    void restore() {
      if (equals(current())) {
        return;
      }
      if (start < 0) {
        InputFileBlockHolder.unset();
      } else {
        InputFileBlockHolder.set(path.toString(), start, length);
      }
    }
  }

  BatchRows(Iterator<InternalRow> input, Expression cell, Types types, BatchFunction<R> function) {
    this.input = input;
    this.cell = cell;
    this.toScala = reader(types.cell());
    this.toCatalyst = CatalystTypeConverters.createToCatalystConverter(types.result());
    this.function = function;
  }

  /** As Spark hands cells to functions, but for arrays of numbers, which it makes objects of. */
  private static Function1<Object, Object> reader(DataType type) {
    Function1<Object, Object> converter = CatalystTypeConverters.createToScalaConverter(type);
    boolean numbers =
        type instanceof ArrayType array
            && (array.elementType() instanceof DoubleType
                || array.elementType() instanceof FloatType);
    return numbers ? new Numbers(((ArrayType) type).elementType(), converter) : converter;
  }

  @Override
  public boolean hasNext() {
    if (next < rows.size()) {
      return true;
    }
    if (failure == null) {
      fill();
    }
    return next < rows.size() || failure != null;
  }

  private void fill() {
    if (!files.isEmpty()) {
      files.get(files.size() - 1).restore();
    }
    rows.clear();
    files.clear();
    next = 0;
    List<R> read = new ArrayList<>();
    try {
      while (rows.size() < wanted && input.hasNext()) {
        InternalRow row = input.next();
        read.add(function.read(toScala.apply(cell.eval(row))));
        rows.add(row.copy());
        files.add(File.current());
      }
    } catch (RuntimeException e) {
      failure = e;
    }
    results = read.isEmpty() ? List.of() : function.of(read);
    wanted = Math.min(2 * wanted, function.mostRows());
  }

  @Override
  public InternalRow next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    if (next == rows.size()) {
      throw failure;
    }
    files.get(next).restore();
    Object result = toCatalyst.apply(results.get(next));
    return joined.apply(rows.get(next++), new GenericInternalRow(new Object[] {result}));
  }

  /** Arrays of numbers as such, where none is null. */
  private static final class Numbers extends scala.runtime.AbstractFunction1<Object, Object> {
    private final DataType element;
    private final Function1<Object, Object> otherwise;

    Numbers(DataType element, Function1<Object, Object> otherwise) {
      this.element = element;
      this.otherwise = otherwise;
    }

    @Override
    public Object apply(Object cell) {
      if (!(cell instanceof ArrayData array) || hasNull(array)) {
        return otherwise.apply(cell);
      }
      if (element instanceof DoubleType) {
        return array.toDoubleArray();
      }
      float[] floats = array.toFloatArray();
      double[] numbers = new double[floats.length];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = floats[i];
      }
      return numbers;
    }

    private static boolean hasNull(ArrayData array) {
      for (int i = 0; i < array.numElements(); i++) {
        if (array.isNullAt(i)) {
          return true;
        }
      }
      return false;
    }
  }
}
