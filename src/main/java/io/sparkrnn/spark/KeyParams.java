package io.sparkrnn.spark;

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
final class KeyParams implements Serializable {
  private static final long serialVersionUID = 1L;

  private final Params parent;
  private final Map<String, Param<?>> byPath = new HashMap<>();

  /** Whether a value is one of a param's; goes with it. */
  private interface Check<T> extends Function1<T, Object>, Serializable {}

  /**
   * No params yet.
   *
   * @param parent whose params they are
   */
  KeyParams(Params parent) {
    this.parent = parent;
  }

  IntParam wholeNumber(Key<Integer> key, String name) {
    return add(key, new IntParam(parent, name, key.description(), check(key, name)));
  }

  LongParam longNumber(Key<Long> key, String name) {
    return add(key, new LongParam(parent, name, key.description(), check(key, name)));
  }

  DoubleParam number(Key<Double> key, String name) {
    return add(key, new DoubleParam(parent, name, key.description(), check(key, name)));
  }

  Param<String> text(Key<?> key, String name) {
    return add(key, new Param<>(parent, name, key.description(), check(key, name)));
  }

  IntArrayParam wholeNumbers(Key<?> key, String name) {
    return add(key, new IntArrayParam(parent, name, key.description(), check(key, name)));
  }

  private <P extends Param<?>> P add(Key<?> key, P param) {
    byPath.put(key.path(), param);
    return param;
  }

  private static <T> Check<T> check(Key<?> key, String name) {
    String path = key.path();
    return value -> {
      Key<?> found = Keys.find(path).orElseThrow();
      String text = text(value);
      // Empty stands for what a named model of the program has of its own.
      if (text.isEmpty() || !found.accepts(text)) {
        throw new ConfigurationException(
            name, "expected %s, found \"%s\"".formatted(found.expected(), text));
      }
      return true;
    };
  }

  private static String text(Object value) {
    return value instanceof int[] numbers
        ? Arrays.stream(numbers).mapToObj(String::valueOf).collect(Collectors.joining(","))
        : String.valueOf(value);
  }

  /** What the params say, and the program's defaults for the rest. */
  RunConfiguration configuration() {
    Map<String, String> flags = new HashMap<>();
    byPath.forEach((path, param) -> flags.put(path, text(parent.getOrDefault(param))));
    return ConfigurationLoader.load(Optional.empty(), flags);
  }
}
