package io.sparkrnn.spark.ml;

import io.sparkrnn.config.ConfigurationException;
import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.Keys;
import io.sparkrnn.config.RunConfiguration;
import java.io.Serializable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
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
 * outside of them is refused when it is given. Defaults are the keys', where they say something.
 */
public final class KeyParams implements Serializable {
  private static final long serialVersionUID = 1L;

  // Empty values of the program's keys stand for what a model has that is named: here is none.
  private static final String EMPTY = "; empty: the model's own";

  private final Params parent;
  private final Map<String, Param<?>> byPath = new HashMap<>();
  private final Map<String, String> expected = new HashMap<>();

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
    return add(path, new IntParam(parent, name, description(path), check(path)), Integer::valueOf);
  }

  public LongParam longNumber(String path, String name) {
    return add(path, new LongParam(parent, name, description(path), check(path)), Long::valueOf);
  }

  public DoubleParam number(String path, String name) {
    return add(
        path, new DoubleParam(parent, name, description(path), check(path)), Double::valueOf);
  }

  public Param<String> text(String path, String name) {
    return add(path, new Param<>(parent, name, description(path), check(path)), text -> text);
  }

  public IntArrayParam wholeNumbers(String path, String name) {
    return add(
        path,
        new IntArrayParam(parent, name, description(path), check(path)),
        text -> Arrays.stream(text.split(",")).mapToInt(Integer::parseInt).toArray());
  }

  /**
   * A param of its own.
   *
   * @param values the allowed ones, for messages
   */
  public IntParam ofNoKey(String name, String description, String values, Allowed allowed) {
    expected.put(name, values);
    Check<Object> check = value -> allowed.allows((Integer) value);
    return new IntParam(parent, name, description, check);
  }

  private <T, P extends Param<T>> P add(String path, P param, Function<String, T> parser) {
    byPath.put(path, param);
    // What is open here is a param that is not set.
    expected.put(param.name(), Keys.of(path).expected().replaceFirst("^auto or ", ""));
    String defaultText = Keys.of(path).text(ConfigurationLoader.defaults());
    // A number that follows from other params has no value of its own.
    boolean open = param instanceof IntParam || param instanceof DoubleParam;
    if (!defaultText.isEmpty() && !(open && Keys.of(path).isAuto(ConfigurationLoader.defaults()))) {
      parent.setDefault(param, parser.apply(defaultText));
    }
    return param;
  }

  private static String description(String path) {
    return Keys.of(path).description().replace(EMPTY, "");
  }

  private static <T> Check<T> check(String path) {
    return value -> {
      String text = text(value);
      return !text.isEmpty() && Keys.of(path).accepts(text);
    };
  }

  /**
   * Says more of a bad value than Spark, which refuses it, too.
   *
   * @throws ConfigurationException with the allowed values
   */
  public <T> void requireValid(Param<T> param, T value) {
    if (!(Boolean) param.isValid().apply(value)) {
      throw new ConfigurationException(
          param.name(),
          "expected %s, found \"%s\"".formatted(expected.get(param.name()), text(value)));
    }
  }

  private static String text(Object value) {
    return value instanceof int[] numbers
        ? Arrays.stream(numbers).mapToObj(String::valueOf).collect(Collectors.joining(","))
        : String.valueOf(value);
  }

  /** What the params say, and the program's defaults for the rest. */
  public RunConfiguration configuration() {
    Map<String, String> flags = new HashMap<>();
    byPath.forEach(
        (path, param) -> {
          if (parent.isDefined(param)) {
            flags.put(path, text(parent.getOrDefault(param)));
          }
        });
    return ConfigurationLoader.load(Optional.empty(), flags);
  }
}
