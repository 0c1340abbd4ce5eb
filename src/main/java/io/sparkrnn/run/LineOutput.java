package io.sparkrnn.run;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;

/**
 * Hands on lines in one piece. Java's own streams pass on what they have after every part of a
 * format, and where both of a process's streams are one file, Spark's log would come between.
 *
 * <p>On a terminal it can also draw a line of which nothing stays: the next one, drawn or written,
 * takes its place.
 */
public final class LineOutput extends OutputStream {
  /** To the line's begin, and nothing from there on: ECMA-48's CR and EL. */
  private static final String ERASE = "\r\033[K";

  /**
   * What is longer than the terminal's line is cut there, also once its window is made narrower.
   */
  private static final String NO_WRAP = "\033[?7l";

  /** With the cursor at its begin, where a terminal echoes what is typed, such as {@code ^C}. */
  private static final String WRAP = "\033[?7h\r";

  private final OutputStream out;
  private final ByteArrayOutputStream begun = new ByteArrayOutputStream();
  private boolean drawn;

  LineOutput(OutputStream out) {
    this.out = out;
  }

  /** What has no end of line yet is handed on by {@link PrintStream#flush}. */
  public static PrintStream to(OutputStream out) {
    return new PrintStream(new LineOutput(out), false, Charset.defaultCharset());
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
    begun.write(bytes, offset, length);
    for (int i = offset; i < offset + length; i++) {
      if (bytes[i] == '\n') {
        flush();
        return;
      }
    }
  }

  @Override
  public synchronized void flush() throws IOException {
    if (begun.size() > 0) {
      erase();
    }
    begun.writeTo(out);
    begun.reset();
    out.flush();
  }

  /** Shows a line until the next one. */
  synchronized void draw(String line) throws IOException {
    control(ERASE + NO_WRAP + line + WRAP);
    drawn = true;
  }

  /** Takes the line away that was drawn, if it is still there. */
  synchronized void erase() throws IOException {
    if (drawn) {
      control(ERASE);
      drawn = false;
    }
  }

  private void control(String text) throws IOException {
    out.write(text.getBytes(Charset.defaultCharset()));
    out.flush();
  }

  @Override
  public void close() throws IOException {
    flush();
    out.close();
  }
}
