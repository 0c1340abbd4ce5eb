package io.sparkrnn.spark.data;

import io.sparkrnn.config.MissingName;
import io.sparkrnn.config.TableConfiguration;
import io.sparkrnn.data.DataException;
import io.sparkrnn.spark.data.Cells.Place;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.StringType;

/**
 * Makes a sequence of a row, or one reading of a series. Spark ships it; it has found all columns
 * before.
 */
final class SequenceRows implements TableSource.RowFunction<RawSequence> {
  private static final long serialVersionUID = 1L;

  private final TableConfiguration table;
  private final Cells cells;
  private final List<TableColumns.Features> features;
  private final int[] targets;
  private final int[] statics;
  private final int text;
  private final int label;
  private final boolean namedLabels;
  private final int weight;
  private final int series;
  private final int time;
  private final SeriesTime times;

  /** The same token is the same object, so that a task sends it once. */
  private transient Map<String, String> interned;

  SequenceRows(TableColumns columns, TableConfiguration table) {
    this(columns, table, columns.location(), table.missing() != MissingName.REFUSE);
  }

  /** Of rows whose answers nobody knows, and which a refusal does not name: it stands in them. */
  static SequenceRows unanswered(TableColumns columns, TableConfiguration table) {
    return new SequenceRows(columns, table, Cells.NOWHERE, table.missing() != MissingName.REFUSE);
  }

  /** Of readings whose answers nobody knows; of times to come, some numbers are not known yet. */
  static SequenceRows ofReadings(TableColumns columns, TableConfiguration table) {
    return new SequenceRows(columns, table, columns.location(), true);
  }

  private SequenceRows(
      TableColumns columns, TableConfiguration table, String location, boolean missing) {
    this.table = table;
    this.cells = new Cells(location, !table.query().isEmpty(), missing);
    this.features = columns.features();
    this.targets = columns.targets();
    this.statics = columns.statics();
    this.text = columns.text();
    this.label = columns.label();
    this.namedLabels = columns.hasNamedLabels();
    this.weight = columns.weight();
    this.series = columns.optional(table.series());
    this.time = columns.optional(table.time());
    this.times = columns.times().orElse(null);
  }

  private boolean isReading() {
    return time >= 0;
  }

  @Override
  public long bytes(RawSequence sequence) {
    return sequence.bytes();
  }

  @Override
  public RawSequence apply(Row row, long number) {
    String[] tokens = tokens(row, number);
    Dense dense = isReading() ? reading(row, number) : dense(row, number);
    int steps = steps(dense, tokens, number);
    int[] labels = {};
    String[] names = {};
    if (label >= 0) {
      List<?> found = labels(row, number, steps);
      Place place = new Place(table.label(), number);
      if (namedLabels) {
        names = found.stream().map(cell -> intern(cells.text(cell, place))).toArray(String[]::new);
      } else {
        labels = found.stream().mapToInt(cell -> cells.label(cell, place)).toArray();
      }
    }
    return new RawSequence(
        series < 0 ? "" : name(row, number),
        time < 0 ? new long[0] : new long[] {time(row, number)},
        new long[] {number},
        steps,
        dense.values(),
        tokens,
        labels,
        names,
        targets(row, number, steps),
        weight < 0 ? new float[0] : weights(row, number),
        statics(row, number));
  }

  /** As this reads rows, those alone that have so many time steps. */
  TableSource.RowFunction<RawSequence> ofTimeSteps(int timeSteps) {
    return new TableSource.RowFunction<>() {
      private static final long serialVersionUID = 1L;

      @Override
      public RawSequence apply(Row row, long number) {
        RawSequence read = SequenceRows.this.apply(row, number);
        if (read.steps() != timeSteps) {
          throw cells.refusal(
              new Place(text >= 0 ? table.text() : features.get(0).name(), number),
              "%d time steps".formatted(timeSteps),
              read.steps());
        }
        return read;
      }

      @Override
      public long bytes(RawSequence sequence) {
        return sequence.bytes();
      }
    };
  }

  /** Values of time steps. */
  private record Dense(float[] values, int width) {
    int steps() {
      return width == 0 ? 0 : values.length / width;
    }
  }

  private Dense reading(Row row, long number) {
    float[] values = {};
    for (TableColumns.Features group : features) {
      for (int column : group.columns()) {
        Place place = new Place(row.schema().fieldNames()[column], number);
        float[] more =
            group.kind() == TableColumns.Kind.SCALARS
                ? new float[] {cells.number(row.get(column), place)}
                : cells.numbers(cells.given(row, column, place, "numbers"), place);
        int at = values.length;
        values = Arrays.copyOf(values, at + more.length);
        System.arraycopy(more, 0, values, at, more.length);
      }
    }
    return new Dense(values, values.length);
  }

  private Dense dense(Row row, long number) {
    List<Dense> groups = new ArrayList<>();
    for (TableColumns.Features group : features) {
      Place place = new Place(group.name(), number);
      Dense read = group(row, group, number);
      if (read.values().length % read.width() != 0) {
        throw cells.refusal(
            place,
            "a multiple of %d numbers, those of a time step".formatted(read.width()),
            read.values().length);
      }
      if (read.steps() == 0) {
        throw cells.refusal(place, "at least one time step", "none");
      }
      if (!groups.isEmpty() && groups.get(0).steps() != read.steps()) {
        throw cells.refusal(
            place, groups.get(0).steps() + " time steps as in the columns before", read.steps());
      }
      groups.add(read);
    }
    return groups.size() == 1 ? groups.get(0) : sideBySide(groups);
  }

  private Dense group(Row row, TableColumns.Features group, long number) {
    if (group.kind() == TableColumns.Kind.SCALARS) {
      float[] values = new float[group.columns().length];
      for (int i = 0; i < values.length; i++) {
        int column = group.columns()[i];
        Place place = new Place(row.schema().fieldNames()[column], number);
        values[i] = cells.number(row.get(column), place);
      }
      return new Dense(values, table.inputs());
    }
    Place place = new Place(group.name(), number);
    Object cell = cells.given(row, group.columns()[0], place, "numbers");
    if (group.kind() == TableColumns.Kind.NESTED) {
      int steps = Cells.list(cell).size();
      float[] values = cells.nested(cell, place);
      if (steps > 0 && values.length == 0) {
        throw cells.refusal(place, "numbers at each time step", "none");
      }
      return new Dense(values, steps == 0 ? 1 : values.length / steps);
    }
    return new Dense(cells.numbers(cell, place), table.inputs());
  }

  private static Dense sideBySide(List<Dense> groups) {
    int width = groups.stream().mapToInt(Dense::width).sum();
    int steps = groups.isEmpty() ? 0 : groups.get(0).steps();
    float[] values = new float[Math.multiplyExact(steps, width)];
    int at = 0;
    for (Dense group : groups) {
      for (int step = 0; step < steps; step++) {
        System.arraycopy(
            group.values(), step * group.width(), values, step * width + at, group.width());
      }
      at += group.width();
    }
    return new Dense(values, width);
  }

  private int steps(Dense dense, String[] tokens, long number) {
    if (isReading()) {
      return 1;
    }
    if (text >= 0 && !features.isEmpty() && dense.steps() != tokens.length) {
      throw cells.refusal(
          new Place(table.text(), number),
          "a token for each of %d time steps".formatted(dense.steps()),
          tokens.length);
    }
    return text >= 0 ? tokens.length : dense.steps();
  }

  private String[] tokens(Row row, long number) {
    if (text < 0) {
      return new String[0];
    }
    Place place = new Place(table.text(), number);
    Object cell = cells.given(row, text, place, "a text");
    List<String> tokens;
    if (!(row.schema().fields()[text].dataType() instanceof StringType)) {
      tokens = Cells.list(cell).stream().map(token -> cells.text(token, place)).toList();
    } else if (isReading()) {
      tokens = List.of(cells.text(cell, place));
    } else {
      tokens = TextTokens.unit(table).cut(cells.text(cell, place));
    }
    if (tokens.isEmpty()) {
      throw cells.refusal(place, "at least one token", "none");
    }
    return tokens.stream().map(this::intern).toArray(String[]::new);
  }

  private String intern(String token) {
    if (interned == null) {
      interned = new HashMap<>();
    }
    return interned.computeIfAbsent(token, same -> same);
  }

  private List<?> labels(Row row, long number, int steps) {
    Place place = new Place(table.label(), number);
    Object cell = cells.given(row, label, place, "a label");
    if (!(row.schema().fields()[label].dataType() instanceof ArrayType)) {
      return List.of(cell);
    }
    List<?> labels = Cells.list(cell);
    if (labels.size() != steps) {
      throw cells.refusal(
          place, "a label for each of %d time steps".formatted(steps), labels.size());
    }
    return labels;
  }

  private float[] targets(Row row, long number, int steps) {
    float[][] columns = new float[targets.length][];
    for (int i = 0; i < targets.length; i++) {
      Place place = new Place(table.targets().get(i), number);
      if (row.schema().fields()[targets[i]].dataType() instanceof ArrayType) {
        columns[i] = cells.numbers(cells.given(row, targets[i], place, "numbers"), place);
        if (columns[i].length != steps) {
          throw cells.refusal(
              place, "a target for each of %d time steps".formatted(steps), columns[i].length);
        }
      } else {
        columns[i] = new float[] {cells.number(row.get(targets[i]), place)};
      }
      if (!isReading()) {
        for (float target : columns[i]) {
          cells.finite(target, place);
        }
      }
    }
    int readings = targets.length == 0 ? 0 : columns[0].length;
    float[] values = new float[readings * targets.length];
    for (int reading = 0; reading < readings; reading++) {
      for (int i = 0; i < targets.length; i++) {
        values[reading * targets.length + i] = columns[i][reading];
      }
    }
    return values;
  }

  private float[] weights(Row row, long number) {
    return new float[] {cells.weight(row.get(weight), new Place(table.weight(), number))};
  }

  private float[] statics(Row row, long number) {
    float[] values = new float[statics.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = cells.finite(row.get(statics[i]), new Place(table.statics().get(i), number));
    }
    return values;
  }

  private String name(Row row, long number) {
    return cells
        .given(row, series, new Place(table.series(), number), "the name of a series")
        .toString();
  }

  private long time(Row row, long number) {
    Place place = new Place(table.time(), number);
    Object cell = cells.given(row, time, place, "a time");
    try {
      return times.of(cell);
    } catch (DateTimeException | NumberFormatException | ArithmeticException e) {
      DataException refusal =
          cells.refusal(place, "a number, or a date or time such as 2024-01-31T06:00:00Z", cell);
      refusal.initCause(e);
      throw refusal;
    }
  }
}
