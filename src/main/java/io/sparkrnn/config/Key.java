package io.sparkrnn.config;

import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** One key of the configuration: a component of a section's record with a {@link Setting}. */
public final class Key {
  /** The text of what follows from other settings. */
  static final String AUTO = "auto";

  private final RecordComponent section;
  private final RecordComponent component;
  private final Setting setting;
  private final ValueType values;
  private final String name;
  private final String path;

  /**
   * A key.
   *
   * @param section of {@link RunConfiguration}
   * @param component of the section's record
   */
  Key(RecordComponent section, RecordComponent component) {
    this.section = section;
    this.component = component;
    setting = component.getAnnotation(Setting.class);
    values = ValueType.of(component.getGenericType(), setting);
    name = component.getName().replaceAll("[A-Z]", "-$0").toLowerCase(Locale.ROOT);
    path = section() + "." + name;
  }

  /** Where configuration files have it, such as {@code training.minibatch-size}. */
  public String path() {
    return path;
  }

  /** The option of the command line, such as {@code --minibatch-size}. */
  public String flag() {
    return setting.flag().isEmpty() ? "--" + name() : setting.flag();
  }

  /** One sentence, with the unit where there is one. */
  public String description() {
    return setting.value();
  }

  /** The allowed values, such as {@code a whole number of at least 1}. */
  public String expected() {
    return values.expected();
  }

  /** Whether a text is one of the allowed values. */
  public boolean accepts(String text) {
    return parse(text).isPresent();
  }

  /** Stands for the value in a command's usage, such as {@code N}; empty for a switch. */
  public String label() {
    return values.label();
  }

  /** Whether the flag stands alone; its text is then {@code true}. */
  public boolean isSwitch() {
    return values.label().isEmpty();
  }

  /** Whether it may differ between the attempts of one run. */
  public boolean isFree() {
    return setting.free();
  }

  /** The value as a flag would say it; what {@link ConfigurationLoader#load} reads back. */
  public String text(RunConfiguration configuration) {
    if (setting.auto() && List.of(-1, Double.NaN).contains(value(configuration))) {
      return AUTO;
    }
    return value(configuration) instanceof List<?> list
        ? list.stream().map(String::valueOf).collect(Collectors.joining(","))
        : String.valueOf(value(configuration));
  }

  /** Whether the value is left to what follows from other settings. */
  public boolean isAuto(RunConfiguration configuration) {
    return text(configuration).equals(AUTO);
  }

  /** The value as a configuration file writes it. */
  String rendered(RunConfiguration configuration) {
    return isAuto(configuration) ? AUTO : Hocon.render(value(configuration));
  }

  @Override
  public String toString() {
    return path();
  }

  String section() {
    return section.getName();
  }

  String name() {
    return name;
  }

  boolean isOf(Class<? extends Record> record) {
    return component.getDeclaringRecord() == record;
  }

  Class<?> type() {
    return component.getType();
  }

  boolean isList() {
    return type() == List.class;
  }

  /** Empty when the text is not such a value, or out of range. */
  Optional<Object> parse(String text) {
    return values.parse(text);
  }

  Object value(RunConfiguration configuration) {
    return read(component, read(section, configuration));
  }

  private static Object read(RecordComponent component, Object from) {
    try {
      return component.getAccessor().invoke(from);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
