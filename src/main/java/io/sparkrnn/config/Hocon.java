package io.sparkrnn.config;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Values of HOCON as the text of flags, and what messages say about them. */
final class Hocon {
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

  static String describe(ConfigValue value) {
    if (value.valueType() == ConfigValueType.OBJECT) {
      return "a section";
    }
    return scalarText(value)
        .map(text -> "\"" + text + "\"")
        .or(() -> listText(value).map(text -> "[" + text + "]"))
        .orElse(value.valueType() == ConfigValueType.NULL ? "null" : "a list");
  }

  static String origin(ConfigValue value) {
    return origin(value.origin());
  }

  static String origin(ConfigException e) {
    return e.origin() == null ? "" : origin(e.origin());
  }

  /** The exception's message without the place, which it starts with. */
  static String message(ConfigException e) {
    String place = e.origin() == null ? "" : e.origin().description() + ": ";
    return e.getMessage().startsWith(place)
        ? e.getMessage().substring(place.length())
        : e.getMessage();
  }

  private static String origin(ConfigOrigin origin) {
    return origin.filename() != null && origin.lineNumber() > 0
        ? origin.filename() + ":" + origin.lineNumber()
        : origin.description().replaceFirst(": (\\d+)$", ":$1");
  }
}
