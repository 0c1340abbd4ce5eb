package io.sparkrnn.registry;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A model in a registry.
 *
 * @param number that of the log entry that introduces it
 * @param runId the run that trained it
 */
public record Version(long number, String runId) {
  static final long MAX_NUMBER = 999_999_999;

  // Part of a file's name.
  private static final Pattern RUN_ID = Pattern.compile("[A-Za-z0-9][\\w.-]{0,127}");
  private static final Pattern NAME = Pattern.compile("(\\d{9})-(.+)");

  public Version {
    if (number < 1 || number > MAX_NUMBER) {
      throw new IllegalArgumentException(
          "expected a version of 1 to %d, found %d".formatted(MAX_NUMBER, number));
    }
    if (!RUN_ID.matcher(runId).matches()) {
      throw new IllegalArgumentException(
          "expected a run's id of 1 to 128 letters, digits, _, . or -, found \"%s\""
              .formatted(runId));
    }
  }

  /**
   * The version of a {@link #name}.
   *
   * @throws IllegalArgumentException if it is none
   */
  @JsonCreator
  static Version of(String name) {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "expected the name of a version such as 000000012-run, found \"%s\"".formatted(name));
    }
    return new Version(Long.parseLong(matcher.group(1)), matcher.group(2));
  }

  /** As in entries and file names: {@code 000000012-RUNID}. */
  @JsonValue
  public String name() {
    return "%09d-%s".formatted(number, runId);
  }

  @Override
  public String toString() {
    return name();
  }
}
