package io.sparkrnn.spark.ml;

import io.sparkrnn.config.ConfigurationException;
import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.Key;
import io.sparkrnn.config.Keys;
import io.sparkrnn.config.RunConfiguration;
import java.io.Serializable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntArrayParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.param.StringArrayParam;
import scala.Function1;

/**
 * Keys of the configuration as params of Spark ML, with the keys' descriptions and ranges. A value
 * outside of them is refused when it is given. Defaults are the keys', where they say something.
 */
public final class KeyParams implements Serializable {
  private static final long serialVersionUID = 1L;

  // Empty values of the program's keys stand for what a model has that is named: here is none.
  private static final String EMPTY = "; empty: the model's own";

  private static final String TABLE = "table.";
  private static final String ELMAN = "elman";

  private final Params parent;
  private final Map<String, Param<?>> byPath = new HashMap<>();
  private final Map<String, Param<?>> byName = new HashMap<>();
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

  public BooleanParam flag(String path, String name) {
    return add(path, new BooleanParam(parent, name, description(path)), Boolean::valueOf);
  }

  public StringArrayParam texts(String path, String name) {
    return add(
        path,
        new StringArrayParam(parent, name, description(path), check(path)),
        text -> text.split(","));
  }

  /**
   * A param of its own.
   *
   * @param values the allowed ones, for messages
   */
  public IntParam ofNoKey(String name, String description, String values, Allowed allowed) {
    Check<Object> check = value -> allowed.allows((Integer) value);
    return add(new IntParam(parent, name, description, check), values);
  }

  /** The name of a column, or of anything else. */
  public Param<String> column(String name, String description) {
    Check<String> check = value -> !value.isEmpty();
    return add(new Param<>(parent, name, description, check), "text that is not empty");
  }

  /** Names of columns. */
  public StringArrayParam columns(String name, String description) {
    Check<String[]> check =
        values -> values.length > 0 && Arrays.stream(values).noneMatch(String::isEmpty);
    return add(new StringArrayParam(parent, name, description, check), "names that are not empty");
  }

  /**
   * One of some words.
   *
   * @param words the default first
   */
  public Param<String> choice(String name, String description, String... words) {
    List<String> allowed = List.of(words);
    Check<String> check = value -> allowed.contains(value);
    Param<String> param =
        add(new Param<>(parent, name, description, check), "one of " + String.join(", ", allowed));
    parent.setDefault(param, words[0]);
    return param;
  }

  private <P extends Param<?>> P add(P param, String values) {
    byName.put(param.name(), param);
    expected.put(param.name(), values);
    return param;
  }

  private <T, P extends Param<T>> P add(String path, P param, Function<String, T> parser) {
    byPath.put(path, param);
    // What is open here is a param that is not set.
    add(param, Keys.of(path).expected().replaceFirst("^auto or ", ""));
    String defaultText = Keys.of(path).text(ConfigurationLoader.defaults());
    // A number that follows from other params has no value of its own.
    boolean open = param instanceof IntParam || param instanceof DoubleParam;
    if (!defaultText.isEmpty() && !(open && Keys.of(path).isAuto(ConfigurationLoader.defaults()))) {
      parent.setDefault(param, parser.apply(defaultText));
    }
    return param;
  }

  /** A param by its name. */
  @SuppressWarnings("unchecked")
  public <P extends Param<?>> P param(String name) {
    return (P) byName.get(name);
  }

  /** What a param says, as Spark has it; Spark throws where it says nothing. */
  @SuppressWarnings("unchecked")
  public <T> T value(Param<?> param) {
    return (T) parent.getOrDefault(param);
  }

  /** What a param says, if it says anything. */
  public <T> Optional<T> found(String name) {
    Param<?> param = byName.get(name);
    return param != null && parent.isDefined(param) ? Optional.of(value(param)) : Optional.empty();
  }

  /** Whether a param has been set. */
  public boolean isSet(String name) {
    Param<?> param = byName.get(name);
    return param != null && parent.isSet(param);
  }

  /**
   * Sets a param.
   *
   * @return whose param it is
   * @throws ConfigurationException if the value is not allowed
   */
  @SuppressWarnings("unchecked")
  public <E, T> E set(Param<T> param, T value) {
    requireValid(param, value);
    parent.set(param, value);
    return (E) parent;
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
    if (value instanceof int[] numbers) {
      return Arrays.stream(numbers).mapToObj(String::valueOf).collect(Collectors.joining(","));
    }
    return value instanceof String[] texts ? String.join(",", texts) : String.valueOf(value);
  }

  /**
   * What the params say that are not of tables, and the program's defaults for the rest.
   *
   * @param more by the path of a key
   */
  public RunConfiguration configuration(Map<String, String> more) {
    Map<String, String> flags = new HashMap<>(more);
    texts()
        .forEach(
            (path, text) -> {
              if (!path.startsWith(TABLE)) {
                flags.putIfAbsent(path, text);
              }
            });
    // Other cells have their own, which a default must not contradict.
    if (!flags.getOrDefault("model.cell", ELMAN).equals(ELMAN) && !isSet("activation")) {
      flags.remove("model.activation");
    }
    return ConfigurationLoader.load(Optional.empty(), flags);
  }

  /** What params say of tables that is one value: neither columns nor lists. */
  Map<Key, String> ofTables() {
    Map<Key, String> texts = new HashMap<>();
    texts()
        .forEach(
            (path, text) -> {
              if (path.startsWith(TABLE) && !(byPath.get(path) instanceof StringArrayParam)) {
                texts.put(Keys.of(path), text);
              }
            });
    return texts;
  }

  private Map<String, String> texts() {
    Map<String, String> texts = new HashMap<>();
    byPath.forEach(
        (path, param) -> {
          if (parent.isDefined(param)) {
            texts.put(path, text(parent.getOrDefault(param)));
          }
        });
    return texts;
  }
}
