package io.sparkrnn.spark.ml.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import org.apache.spark.rdd.InputFileBlockHolder;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.BoundReference;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.util.GenericArrayData;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BatchRowsTest {
  private static final StructType RESULT = new StructType().add("text", DataTypes.StringType);

  /** Of each batch, how many rows it had. */
  private final List<Integer> batches = new ArrayList<>();

  private int asked;

  /** Says what it has been given; refuses -1. */
  private final class Saying extends BatchFunction<Object> {
    private static final long serialVersionUID = 1L;

    @Override
    protected int mostRows() {
      return 16;
    }

    @Override
    protected Object read(Object cell) {
      if (cell.equals(-1)) {
        throw new IllegalArgumentException("refused");
      }
      return cell;
    }

    @Override
    protected List<Row> of(List<Object> read) {
      batches.add(read.size());
      return read.stream().map(BatchRowsTest::said).map(RowFactory::create).toList();
    }
  }

  private static Object said(Object cell) {
    return cell instanceof double[] numbers
        ? "numbers " + List.of(numbers[0], numbers[1])
        : "" + cell;
  }

  @AfterEach
  void forgetFile() {
    InputFileBlockHolder.unset();
  }

  /** One row that changes, as Spark's do, from a file of ten. */
  private Iterator<InternalRow> rows(Object... cells) {
    GenericInternalRow row = new GenericInternalRow(1);
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return asked < cells.length;
      }

      @Override
      public InternalRow next() {
        InputFileBlockHolder.set("file" + asked / 10, 0, 1);
        row.update(0, cells[asked++]);
        return row;
      }
    };
  }

  private BatchRows<Object> said(DataType type, Object... cells) {
    return new BatchRows<>(
        rows(cells),
        new BoundReference(0, type, true),
        new BatchRows.Types(type, RESULT),
        new Saying());
  }

  private static String text(InternalRow row) {
    return row.getStruct(1, 1).getUTF8String(0).toString();
  }

  private static Object[] numbers(int count) {
    return IntStream.range(0, count).boxed().toArray();
  }

  @Test
  void rowsComeInTheirOrderWithWhatIsSaidOfThem() {
    BatchRows<Object> rows = said(DataTypes.IntegerType, numbers(50));
    for (int i = 0; i < 50; i++) {
      InternalRow row = rows.next();
      assertThat(row.getInt(0)).isEqualTo(i);
      assertThat(text(row)).isEqualTo("" + i);
      assertThat(InputFileBlockHolder.getInputFilePath()).hasToString("file" + i / 10);
    }
    assertThat(rows.hasNext()).isFalse();
    assertThatThrownBy(rows::next).isInstanceOf(NoSuchElementException.class);
    assertThat(batches).containsExactly(4, 8, 16, 16, 6);
  }

  @Test
  void fewAreReadWhereFewAreWanted() {
    BatchRows<Object> rows = said(DataTypes.IntegerType, numbers(50));
    rows.next();
    assertThat(asked).isEqualTo(4);
    rows.next();
    assertThat(asked).isEqualTo(4);
  }

  @Test
  void whatIsWrongWithARowIsSaidWhenItsTurnComes() {
    BatchRows<Object> rows = said(DataTypes.IntegerType, 5, 6, -1, 7);
    assertThat(text(rows.next())).isEqualTo("5");
    assertThat(text(rows.next())).isEqualTo("6");
    assertThat(rows.hasNext()).isTrue();
    assertThatThrownBy(rows::next).hasMessage("refused");
    assertThat(batches).containsExactly(2);
  }

  @Test
  void arraysOfNumbersAreNotMadeObjects() {
    DataType floats = DataTypes.createArrayType(DataTypes.FloatType, true);
    GenericArrayData withNull = new GenericArrayData(new Object[] {1.5f, null});
    BatchRows<Object> rows = said(floats, new GenericArrayData(new float[] {1.5f, 2}), withNull);
    assertThat(text(rows.next())).isEqualTo("numbers [1.5, 2.0]");
    assertThat(text(rows.next())).contains("1.5, null");
  }
}
