package io.sparkrnn.faults;

import java.util.regex.Pattern;

/**
 * A moment in a sequence of operations. {@link Moment#AFTER} comes whether the operation succeeded
 * or failed by itself.
 *
 * @param description all of an operation's text
 * @param occurrence which one of those that match, from 1
 */
public record Point(Moment moment, Counted counted, Pattern description, int occurrence) {
  private static final Pattern ANY = Pattern.compile(".*", Pattern.DOTALL);

  /** On which side of the operation. */
  public enum Moment {
    BEFORE,
    AFTER
  }

  /** Which operations have numbers. */
  public enum Counted {
    ALL,
    CHANGES
  }

  public Point {
    if (occurrence < 1) {
      throw new IllegalArgumentException("expected an occurrence from 1, found " + occurrence);
    }
  }

  public static Point before(int number) {
    return numbered(Moment.BEFORE, Counted.ALL, number);
  }

  public static Point after(int number) {
    return numbered(Moment.AFTER, Counted.ALL, number);
  }

  public static Point beforeChange(int number) {
    return numbered(Moment.BEFORE, Counted.CHANGES, number);
  }

  public static Point afterChange(int number) {
    return numbered(Moment.AFTER, Counted.CHANGES, number);
  }

  public static Point numbered(Moment moment, Counted counted, int number) {
    return new Point(moment, counted, ANY, number);
  }

  /** The first operation whose whole text matches. */
  public static Point before(String regex) {
    return new Point(Moment.BEFORE, Counted.ALL, Pattern.compile(regex), 1);
  }

  /** The first operation whose whole text matches. */
  public static Point after(String regex) {
    return new Point(Moment.AFTER, Counted.ALL, Pattern.compile(regex), 1);
  }

  public Point occurrence(int number) {
    return new Point(moment, counted, description, number);
  }

  boolean matches(Operation operation) {
    return (counted == Counted.ALL || operation.kind().isChange())
        && description.matcher(operation.toString()).matches();
  }
}
