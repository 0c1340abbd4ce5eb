package io.sparkrnn.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A kind of value with its range, read from text; the list of a file arrives here joined by commas.
 *
 * @param expected what a message calls the values that are allowed
 * @param label stands for the value in a command's usage; empty: the flag takes no value
 * @param parser throws IllegalArgumentException when the text is not such a value
 * @param allowed whether a value is in range
 */
record ValueType(
    String expected, String label, Function<String, Object> parser, Predicate<Object> allowed) {

  /** All that a double can need; BigDecimal's time grows with the square of the length. */
  private static final int MAX_NUMBER_CHARACTERS = 1100;

  private static final int MAX_LISTED = 64;

  /** The kind of value of a record's component. */
  static ValueType of(Type type, Setting setting) {
    Predicate<Object> inRange = value -> isInRange(((Number) value).doubleValue(), setting);
    if (type == boolean.class) {
      return oneOf("true or false", "", List.of(true, false));
    }
    if (type == int.class) {
      return orAuto(
          setting,
          -1,
          new ValueType("a whole number " + range(setting), "N", Integer::valueOf, inRange));
    }
    if (type == long.class) {
      return new ValueType("a whole number of at most 64 bits", "N", Long::valueOf, inRange);
    }
    if (type == double.class) {
      return orAuto(
          setting,
          Double.NaN,
          new ValueType("a number " + range(setting), "X", ValueType::number, inRange));
    }
    if (type == String.class) {
      return text(setting);
    }
    if (type instanceof ParameterizedType list) {
      return list.getActualTypeArguments()[0] == Integer.class
          ? new ValueType(
              "at most %d whole numbers %s, separated by commas"
                  .formatted(MAX_LISTED, range(setting)),
              "N,N",
              text -> list(text, Integer::valueOf),
              values -> isList(values, inRange))
          : new ValueType(
              "names, separated by commas",
              setting.label() + "," + setting.label(),
              text -> list(text, name -> name),
              values -> !((List<?>) values).contains(""));
    }
    List<?> constants = List.of(((Class<?>) type).getEnumConstants());
    return oneOf("one of " + joined(constants, ", "), joined(constants, "|"), constants);
  }

  /** Empty when the text is not such a value, or out of range. */
  Optional<Object> parse(String text) {
    try {
      return Optional.of(parser.apply(text)).filter(allowed);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static ValueType orAuto(Setting setting, Object automatic, ValueType number) {
    if (!setting.auto()) {
      return number;
    }
    return new ValueType(
        "auto or " + number.expected(),
        "auto|" + number.label(),
        text ->
            text.equals(Key.AUTO)
                ? automatic
                : number.parse(text).orElseThrow(IllegalArgumentException::new),
        value -> true);
  }

  private static ValueType oneOf(String expected, String label, List<?> values) {
    return new ValueType(
        expected,
        label,
        text ->
            values.stream()
                .filter(value -> value.toString().equals(text))
                .findFirst()
                .orElseThrow(IllegalArgumentException::new),
        value -> true);
  }

  private static String joined(List<?> values, String separator) {
    return values.stream().map(String::valueOf).collect(Collectors.joining(separator));
  }

  private static ValueType text(Setting setting) {
    List<String> texts = List.of(setting.texts());
    if (!texts.isEmpty()) {
      return new ValueType(
          "either " + joined(texts, ", ") + " or empty text",
          joined(texts, "|"),
          text -> text,
          text -> text.equals("") || texts.contains(text));
    }
    return new ValueType(
        setting.required() ? "text that is not empty" : "text",
        setting.label(),
        text -> text,
        text ->
            isPrintable((String) text, setting.lines())
                && !(setting.required() && ((String) text).isBlank()));
  }

  /** No control characters, and nothing that UTF-8 cannot write. */
  private static boolean isPrintable(String text, boolean lines) {
    return text.codePoints()
        .allMatch(
            character ->
                Problem.isPrintable(character)
                    || (lines && (character == '\n' || character == '\r' || character == '\t')));
  }

  private static List<Object> list(String text, Function<String, Object> element) {
    return text.isEmpty()
        ? List.of()
        : Stream.of(text.split(",", -1)).map(String::strip).map(element).toList();
  }

  private static boolean isList(Object values, Predicate<Object> ofElements) {
    List<?> list = (List<?>) values;
    return list.size() <= MAX_LISTED && list.stream().allMatch(ofElements);
  }

  private static Object number(String text) {
    if (text.length() > MAX_NUMBER_CHARACTERS) {
      throw new NumberFormatException();
    }
    // Double.parseDouble would also take NaN, 1d and hexadecimal.
    double value = new BigDecimal(text).doubleValue();
    if (Double.isInfinite(value)) {
      throw new NumberFormatException();
    }
    return value;
  }

  private static boolean isInRange(double value, Setting setting) {
    return value >= setting.min()
        && value <= setting.max()
        && value > setting.above()
        && value < setting.below();
  }

  private static String range(Setting setting) {
    boolean endsBefore = Double.isFinite(setting.below());
    boolean ends = endsBefore || Double.isFinite(setting.max());
    String end = endsBefore ? "below " + plain(setting.below()) : ends ? plain(setting.max()) : "";
    if (Double.isFinite(setting.above())) {
      return "above " + plain(setting.above()) + (ends ? ", at most " + end : "");
    }
    return ends
        ? "from " + plain(setting.min()) + " to " + end
        : "of at least " + plain(setting.min());
  }

  private static String plain(double bound) {
    return BigDecimal.valueOf(bound).stripTrailingZeros().toPlainString();
  }
}
