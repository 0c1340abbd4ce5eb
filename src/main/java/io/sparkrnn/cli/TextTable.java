package io.sparkrnn.cli;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Rows of cells in aligned columns, two blanks apart. */
final class TextTable {
  /** How a column stands. */
  enum Align {
    LEFT,
    RIGHT
  }

  private final List<Align> columns;
  private final List<List<String>> rows = new ArrayList<>();

  TextTable(Align... columns) {
    this.columns = List.of(columns);
  }

  /** Appends a row; missing cells at its end are blank. */
  TextTable row(String... cells) {
    if (cells.length > columns.size()) {
      throw new IllegalArgumentException(
          "expected at most %d cells, found %d".formatted(columns.size(), cells.length));
    }
    List<String> row = new ArrayList<>(List.of(cells));
    row.addAll(Collections.nCopies(columns.size() - cells.length, ""));
    rows.add(row);
    return this;
  }

  /** The lines, indented by two blanks, each with its line end. */
  String render() {
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int c = 0; c < columns.size(); c++) {
        String blanks = " ".repeat(width(c) - row.get(c).length());
        line.append("  ")
            .append(columns.get(c) == Align.RIGHT ? blanks + row.get(c) : row.get(c) + blanks);
      }
      text.append(line.toString().stripTrailing()).append(System.lineSeparator());
    }
    return text.toString();
  }

  private int width(int column) {
    return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
  }
}
