package io.sparkrnn.model;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A {@link Preparation} as lines of {@code key=value} in one order, each list with its length
 * before it. A text is read only if it is exactly what is written for what it says.
 */
final class PreparationText {
  private static final String VERSION = "preparation";
  private static final String CURRENT = "1";
  private static final Pattern ESCAPE = Pattern.compile("\\\\u([0-9a-f]{4})");

  private PreparationText() {}

  static String encode(Preparation preparation) {
    StringBuilder text = new StringBuilder();
    line(text, VERSION, CURRENT);
    names(text, "feature", preparation.features());
    numbers(text, "mean", preparation.channels().means());
    numbers(text, "deviation", preparation.channels().deviations());
    names(text, "series", List.copyOf(preparation.series().keySet()));
    for (ChannelScale scale : preparation.series().values()) {
      numbers(text, "series-mean", scale.means());
      numbers(text, "series-deviation", scale.deviations());
    }
    line(text, "unit", preparation.vocabulary().unit().toString());
    names(text, "token", preparation.vocabulary().tokens());
    names(text, "class", preparation.classes());
    numbers(text, "target-mean", preparation.targets().means());
    numbers(text, "target-deviation", preparation.targets().deviations());
    line(text, "target-log1p", String.valueOf(preparation.targets().log1p()));
    return text.toString();
  }

  private static void names(StringBuilder text, String key, List<String> names) {
    line(text, key, String.valueOf(names.size()));
    for (int i = 0; i < names.size(); i++) {
      line(text, key + "." + i, escape(names.get(i)));
    }
  }

  private static void numbers(StringBuilder text, String key, List<Double> numbers) {
    names(text, key, numbers.stream().map(String::valueOf).toList());
  }

  private static void line(StringBuilder text, String key, String value) {
    text.append(key).append('=').append(value).append('\n');
  }

  /** So that it is one line, and letters that UTF-8 has. */
  static String escape(String name) {
    StringBuilder escaped = new StringBuilder();
    name.codePoints()
        .forEach(
            c -> {
              boolean halfLetter = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
              if (c == '\\' || halfLetter || Character.isISOControl(c)) {
                escaped.append("\\u").append(HexFormat.of().toHexDigits((char) c));
              } else {
                escaped.appendCodePoint(c);
              }
            });
    return escaped.toString();
  }

  /** What {@link #escape} has written. */
  static String unescape(String value) {
    return ESCAPE
        .matcher(value)
        .replaceAll(
            (MatchResult match) ->
                Matcher.quoteReplacement(
                    String.valueOf((char) Integer.parseInt(match.group(1), 16))));
  }

  static Preparation decode(String text) {
    Lines lines = new Lines(text.split("\n", -1));
    String version = lines.next(VERSION);
    if (!version.equals(CURRENT)) {
      throw new IllegalArgumentException(
          "expected version %s of a preparation, found \"%s\"".formatted(CURRENT, version));
    }
    List<String> features = lines.names("feature");
    ChannelScale channels = new ChannelScale(lines.numbers("mean"), lines.numbers("deviation"));
    Map<String, ChannelScale> series = new LinkedHashMap<>();
    for (String name : lines.names("series")) {
      series.put(
          name, new ChannelScale(lines.numbers("series-mean"), lines.numbers("series-deviation")));
    }
    Vocabulary vocabulary = new Vocabulary(unit(lines.next("unit")), lines.names("token"));
    List<String> classes = lines.names("class");
    TargetScale targets =
        new TargetScale(
            lines.numbers("target-mean"),
            lines.numbers("target-deviation"),
            Boolean.parseBoolean(lines.next("target-log1p")));
    Preparation preparation =
        new Preparation(features, channels, series, vocabulary, classes, targets);
    if (!encode(preparation).equals(text)) {
      throw new IllegalArgumentException(
          "expected a preparation as it is written, found another text that says as much");
    }
    return preparation;
  }

  private static Vocabulary.Unit unit(String value) {
    try {
      return Vocabulary.Unit.valueOf(value.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "expected characters or words, found \"%s\"".formatted(value), e);
    }
  }

  /** The lines of a text, one after another. */
  private static final class Lines {
    private final String[] lines;
    private int next;

    Lines(String[] lines) {
      this.lines = lines;
    }

    /** The value of the next line, which must have this key. */
    String next(String key) {
      String line = next < lines.length ? lines[next++] : "";
      if (!line.startsWith(key + "=")) {
        throw new IllegalArgumentException(
            "expected %s=... in line %d of a preparation, found \"%s\"".formatted(key, next, line));
      }
      return line.substring(key.length() + 1);
    }

    /** A length that is too large ends with the lines. */
    List<String> names(String key) {
      int count = (int) number(key, next(key));
      List<String> names = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        names.add(unescape(next(key + "." + i)));
      }
      return names;
    }

    List<Double> numbers(String key) {
      return names(key).stream().map(value -> number(key, value)).toList();
    }

    private static double number(String key, String value) {
      try {
        return Double.parseDouble(value);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            "expected a number for %s, found \"%s\"".formatted(key, value), e);
      }
    }
  }
}
