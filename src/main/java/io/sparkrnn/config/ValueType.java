package io.sparkrnn.config;

import com.typesafe.config.ConfigUtil;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.DoublePredicate;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A kind of value with its range, read from text; the list of a file arrives here joined by commas.
 *
 * @param expected what a message calls the values that are allowed
 * @param label stands for the value in a command's usage; empty: the flag takes no value
 * @param isList whether a file may write a list
 * @param parser empty when the text is not such a value, or out of range
 * @param text the inverse of {@code parser}
 * @param hocon the value as a configuration file writes it
 */
record ValueType<T>(
    String expected,
    String label,
    boolean isList,
    Function<String, Optional<T>> parser,
    Function<T, String> text,
    Function<T, String> hocon) {

  /** All that a double can need; BigDecimal's time grows with the square of the length. */
  private static final int MAX_NUMBER_CHARACTERS = 1100;

  static ValueType<String> text(String label) {
    return ofText("text", label, text -> true);
  }

  static ValueType<String> nonEmptyText(String label) {
    return ofText("text that is not empty", label, text -> !text.isBlank());
  }

  static ValueType<String> emptyOr(String first, String second) {
    List<String> allowed = List.of("", first, second);
    return ofText(
        "either " + first + ", " + second + " or empty text",
        first + "|" + second,
        allowed::contains);
  }

  static ValueType<Boolean> onOff() {
    return of(
        "true or false",
        "",
        text ->
            text.equals("true") || text.equals("false")
                ? Optional.of(text.equals("true"))
                : Optional.empty());
  }

  static ValueType<Long> anyWholeNumber() {
    return of(
        "a whole number of at most 64 bits",
        "N",
        text -> {
          try {
            return Optional.of(Long.parseLong(text));
          } catch (NumberFormatException e) {
            return Optional.empty();
          }
        });
  }

  static ValueType<Integer> wholeNumber(int least, int most) {
    return of(
        most == Integer.MAX_VALUE
            ? "a whole number of at least " + least
            : "a whole number from " + least + " to " + most,
        "N",
        text -> whole(text, least, most));
  }

  /** Also checks that the number of values is at most {@code mostValues}. */
  static ValueType<List<Integer>> wholeNumbers(int least, int most, int mostValues) {
    return new ValueType<>(
        "at most %d whole numbers from %d to %d, separated by commas"
            .formatted(mostValues, least, most),
        "N,N",
        true,
        text -> {
          List<Integer> values = new ArrayList<>();
          for (String part : text.isEmpty() ? new String[0] : text.split(",", -1)) {
            Optional<Integer> value = whole(part.strip(), least, most);
            if (value.isEmpty()) {
              return Optional.empty();
            }
            values.add(value.get());
          }
          return values.size() > mostValues ? Optional.empty() : Optional.of(List.copyOf(values));
        },
        values -> values.stream().map(String::valueOf).collect(Collectors.joining(",")),
        List::toString);
  }

  /** Names without commas in them. */
  static ValueType<List<String>> texts(String label) {
    return new ValueType<>(
        "names, separated by commas",
        label + "," + label,
        true,
        text -> {
          List<String> values =
              text.isEmpty()
                  ? List.of()
                  : Stream.of(text.split(",", -1)).map(String::strip).toList();
          return values.contains("") ? Optional.empty() : Optional.of(values);
        },
        values -> String.join(",", values),
        values ->
            values.stream()
                .map(ConfigUtil::quoteString)
                .collect(Collectors.joining(", ", "[", "]")));
  }

  static ValueType<Double> number(String expected, DoublePredicate inRange) {
    return of(
        expected,
        "X",
        text -> {
          if (text.length() > MAX_NUMBER_CHARACTERS) {
            return Optional.empty();
          }
          try {
            // Double.parseDouble would also take NaN, 1d and hexadecimal.
            double value = new BigDecimal(text).doubleValue();
            return Double.isFinite(value) && inRange.test(value)
                ? Optional.of(value)
                : Optional.empty();
          } catch (NumberFormatException e) {
            return Optional.empty();
          }
        });
  }

  static <E extends Enum<E>> ValueType<E> oneOf(Class<E> type) {
    E[] values = type.getEnumConstants();
    return of(
        "one of " + Stream.of(values).map(String::valueOf).collect(Collectors.joining(", ")),
        Stream.of(values).map(String::valueOf).collect(Collectors.joining("|")),
        text -> Stream.of(values).filter(value -> value.toString().equals(text)).findFirst());
  }

  private static ValueType<String> ofText(
      String expected, String label, Predicate<String> allowed) {
    return new ValueType<>(
        expected,
        label,
        false,
        text -> Optional.of(text).filter(allowed).filter(ValueType::isPrintable),
        Function.identity(),
        ConfigUtil::quoteString);
  }

  /** No control characters, and nothing that UTF-8 cannot write. */
  private static boolean isPrintable(String text) {
    return text.codePoints()
        .noneMatch(
            character ->
                Character.isISOControl(character)
                    || Character.getType(character) == Character.SURROGATE);
  }

  private static <T> ValueType<T> of(
      String expected, String label, Function<String, Optional<T>> parser) {
    return new ValueType<>(expected, label, false, parser, String::valueOf, String::valueOf);
  }

  private static Optional<Integer> whole(String text, int least, int most) {
    try {
      int value = Integer.parseInt(text);
      return value >= least && value <= most ? Optional.of(value) : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}
