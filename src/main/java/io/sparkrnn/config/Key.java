package io.sparkrnn.config;

import java.util.Optional;
import java.util.function.Function;

/**
 * One key of the configuration.
 *
 * @param <T> type of its value
 */
public final class Key<T> {
  private final String path;
  private final String flag;
  private final String description;
  private final ValueType<T> type;
  private final Function<RunConfiguration, T> value;

  Key(
      String path,
      String flag,
      String description,
      ValueType<T> type,
      Function<RunConfiguration, T> value) {
    this.path = path;
    this.flag = flag;
    this.description = description;
    this.type = type;
    this.value = value;
  }

  /** Where configuration files have it, such as {@code training.minibatch-size}. */
  public String path() {
    return path;
  }

  /** The option of the command line, such as {@code --minibatch-size}. */
  public String flag() {
    return flag;
  }

  /** One sentence, with the unit where there is one. */
  public String description() {
    return description;
  }

  /** The allowed values, such as {@code a whole number of at least 1}. */
  public String expected() {
    return type.expected();
  }

  /** Whether a text is one of the allowed values. */
  public boolean accepts(String text) {
    return type.parser().apply(text).isPresent();
  }

  /** Stands for the value in a command's usage, such as {@code N}; empty for a switch. */
  public String label() {
    return type.label();
  }

  /** Whether the flag stands alone; its text is then {@code true}. */
  public boolean isSwitch() {
    return type.label().isEmpty();
  }

  /** The value as a flag would say it; what {@link ConfigurationLoader#load} reads back. */
  public String text(RunConfiguration configuration) {
    return type.text().apply(value.apply(configuration));
  }

  @Override
  public String toString() {
    return path;
  }

  String section() {
    return path.substring(0, path.indexOf('.'));
  }

  String name() {
    return path.substring(path.indexOf('.') + 1);
  }

  boolean isList() {
    return type.isList();
  }

  Optional<T> parse(String text) {
    return type.parser().apply(text);
  }

  String hocon(RunConfiguration configuration) {
    return type.hocon().apply(value.apply(configuration));
  }
}
