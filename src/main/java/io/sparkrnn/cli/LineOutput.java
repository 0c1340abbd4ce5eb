package io.sparkrnn.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;

/**
 * Hands on lines in one piece. Java's own streams pass on what they have after every part of a
 * format, and where both of a process's streams are one file, Spark's log would come between.
 */
final class LineOutput extends OutputStream {
  private final OutputStream out;
  private final ByteArrayOutputStream begun = new ByteArrayOutputStream();

  private LineOutput(OutputStream out) {
    this.out = out;
  }

  /** What has no end of line yet is handed on by {@link PrintStream#flush}. */
  static PrintStream to(OutputStream out) {
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
    begun.writeTo(out);
    begun.reset();
    out.flush();
  }

  @Override
  public void close() throws IOException {
    flush();
    out.close();
  }
}
