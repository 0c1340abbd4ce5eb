package io.sparkrnn.run;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.util.Map;

/** Standard output where a person sees it on a terminal, which can show a line for a while. */
public final class Terminal extends PrintStream {
  /**
   * By which launchers say how wide the terminal is. They set it only where standard output is a
   * terminal and nobody has asked for plain text, which a JVM cannot tell that has neither.
   */
  static final String COLUMNS = "SPARK_RNN_COLUMNS";

  private final LineOutput lines;
  private final int columns;

  Terminal(OutputStream out, int columns) {
    this(new LineOutput(out), columns);
  }

  private Terminal(LineOutput lines, int columns) {
    super(lines, false, Charset.defaultCharset());
    this.lines = lines;
    this.columns = columns;
  }

  /** A terminal, or lines only. */
  public static PrintStream of(OutputStream out, Map<String, String> environment) {
    String columns = environment.getOrDefault(COLUMNS, "");
    return columns.matches("[1-9]\\d{0,4}")
        ? new Terminal(out, Integer.parseInt(columns))
        : LineOutput.to(out);
  }

  int columns() {
    return columns;
  }

  /** Shows a line until something else is printed, or drawn. */
  void draw(String line) {
    try {
      lines.draw(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Takes that line away. */
  void erase() {
    try {
      lines.erase();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
