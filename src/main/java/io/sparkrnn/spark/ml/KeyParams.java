package io.sparkrnn.spark.ml;

import io.sparkrnn.config.ConfigurationException;
import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.Key;
import io.sparkrnn.config.Keys;
import io.sparkrnn.config.RunConfiguration;
import java.io.Serializable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntArrayParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import scala.Function1;

/**
 * Keys of the configuration as params of Spark ML, with the keys' descriptions and ranges. A value
 * outside of them is refused with {@link ConfigurationException} when it is given.
 */
public final class KeyParams implements Serializable {
  private static final long serialVersionUID = 1L;

  // Empty values of the program's keys stand for what a model has that is named: here is none.
  private static final String EMPTY = "; empty: the model's own";

  private final Params parent;
  private final Map<String, Param<?>> byPath = new HashMap<>();

  /** Whether a value is one of a param's; goes with it. */
  private interface Check<T> extends Function1<T, Object>, Serializable {}

  /** Which values of a param of its own are allowed; goes with it. */
  public interface Allowed extends Serializable {
    boolean allows(int value);
  }

  /**
   * No params yet.
   *
   * @param parent whose params they are
   */
  public KeyParams(Params parent) {
    this.parent = parent;
  }

  public IntParam wholeNumber(String path, String name) {
    return add(path, new IntParam(parent, name, description(path), check(path, name)));
  }

  public LongParam longNumber(String path, String name) {
    return add(path, new LongParam(parent, name, description(path), check(path, name)));
  }

  public DoubleParam number(String path, String name) {
    return add(path, new DoubleParam(parent, name, description(path), check(path, name)));
  }

  public Param<String> text(String path, String name) {
    return add(path, new Param<>(parent, name, description(path), check(path, name)));
  }

  public IntArrayParam wholeNumbers(String path, String name) {
    return add(path, new IntArrayParam(parent, name, description(path), check(path, name)));
  }

  /**
   * A param of its own.
   *
   * @param expected the allowed values, for messages
   */
  public IntParam ofNoKey(String name, String description, String expected, Allowed allowed) {
    Check<Object> check =
        value -> {
          if (!allowed.allows((Integer) value)) {
            throw refused(name, expected, String.valueOf(value));
          }
          return true;
        };
    return new IntParam(parent, name, description, check);
  }

  private <P extends Param<?>> P add(String path, P param) {
    byPath.put(path, param);
    return param;
  }

  private static String description(String path) {
    return Keys.of(path).description().replace(EMPTY, "");
  }

  private static <T> Check<T> check(String path, String name) {
    return value -> {
      Key found = Keys.of(path);
      String text = text(value);
      if (text.isEmpty() || !found.accepts(text)) {
        throw refused(name, found.expected(), text);
      }
      return true;
    };
  }

  private static ConfigurationException refused(String name, String expected, String found) {
    return new ConfigurationException(name, "expected %s, found \"%s\"".formatted(expected, found));
  }

  private static String text(Object value) {
    return value instanceof int[] numbers
        ? Arrays.stream(numbers).mapToObj(String::valueOf).collect(Collectors.joining(","))
        : String.valueOf(value);
  }

  /** What the params say, and the program's defaults for the rest. */
  public RunConfiguration configuration() {
    Map<String, String> flags = new HashMap<>();
    byPath.forEach((path, param) -> flags.put(path, text(parent.getOrDefault(param))));
    return ConfigurationLoader.load(Optional.empty(), flags);
  }
}
