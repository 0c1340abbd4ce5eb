package io.sparkrnn.config;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Values of HOCON as the text of flags, and what messages say about them. */
final class Hocon {
  /** How the library calls the origin of {@code ${NAME}}. */
  private static final String ENVIRONMENT = "env variables";

  private Hocon() {}

  /** Empty for lists, sections and null. */
  static Optional<String> scalarText(ConfigValue value) {
    return switch (value.valueType()) {
      // Numbers keep their spelling this way.
      case STRING, NUMBER, BOOLEAN -> Optional.of(value.atKey("value").getString("value"));
      case LIST, OBJECT, NULL -> Optional.empty();
    };
  }

  /** Elements joined by commas; a scalar stands for itself. */
  static Optional<String> listText(ConfigValue value) {
    if (!(value instanceof ConfigList list)) {
      return scalarText(value);
    }
    List<String> texts = new ArrayList<>();
    for (ConfigValue element : list) {
      Optional<String> text = scalarText(element);
      if (text.isEmpty()) {
        return Optional.empty();
      }
      texts.add(text.get());
    }
    return Optional.of(String.join(",", texts));
  }

  /** A value as a configuration file writes it. */
  static String render(Object value) {
    if (value instanceof List<?> values) {
      return values.stream().map(Hocon::render).collect(Collectors.joining(", ", "[", "]"));
    }
    return value instanceof String text ? ConfigUtil.quoteString(text) : String.valueOf(value);
  }

  /** What was found; not the value of an environment variable, which may be a secret. */
  static String describe(ConfigValue value) {
    if (isFromEnvironment(value)) {
      return "the value of an environment variable";
    }
    return scalarText(value)
        .map(text -> "\"" + text + "\"")
        .or(
            () ->
                value instanceof ConfigList
                    ? listText(value).map(text -> "[" + text + "]")
                    : Optional.empty())
        .orElseGet(() -> describeHidden(value));
  }

  /** What was found where text was expected, without showing it. */
  static String describeHidden(ConfigValue value) {
    return switch (value.valueType()) {
      case OBJECT -> "a section";
      case LIST -> "a list";
      case NULL -> "null";
      case STRING, NUMBER, BOOLEAN -> "characters that UTF-8 cannot write";
    };
  }

  private static boolean isFromEnvironment(ConfigValue value) {
    // Text that is partly from there has this among its origins.
    return value.origin().description().contains(ENVIRONMENT)
        || (value instanceof ConfigList list && list.stream().anyMatch(Hocon::isFromEnvironment));
  }

  static String origin(ConfigValue value) {
    return origin(value.origin());
  }

  static String origin(ConfigException e) {
    return e.origin() == null ? "" : origin(e.origin());
  }

  /** The exception's message without the place, which it starts with, and without values. */
  static String message(ConfigException e) {
    if (e instanceof ConfigException.WrongType) {
      // Quotes both sides, of which one may be a secret or of an environment variable.
      return "text, a list or a section next to another of these";
    }
    String place = e.origin() == null ? "" : e.origin().description() + ": ";
    return e.getMessage().startsWith(place)
        ? e.getMessage().substring(place.length())
        : e.getMessage();
  }

  private static String origin(ConfigOrigin origin) {
    return origin.description().replaceFirst(": (\\d+)$", ":$1");
  }
}
