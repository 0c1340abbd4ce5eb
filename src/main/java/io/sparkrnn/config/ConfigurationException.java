package io.sparkrnn.config;

import java.util.List;
import java.util.stream.Collectors;

/** The configuration cannot be used; the message lists the problems, one a line. */
public final class ConfigurationException extends IllegalArgumentException {
  /** More than these help nobody. */
  static final int MAX_LISTED = 100;

  private final List<Problem> problems;

  public ConfigurationException(List<Problem> problems) {
    super(message(problems));
    this.problems = List.copyOf(problems);
  }

  /** A single problem, for what only other packages can know, such as the names of models. */
  public ConfigurationException(String key, String message) {
    this(List.of(new Problem(key, "", message)));
  }

  public List<Problem> problems() {
    return problems;
  }

  private static String message(List<Problem> problems) {
    if (problems.size() == 1) {
      return "Cannot use the configuration: " + problems.get(0);
    }
    String rest =
        problems.size() > MAX_LISTED
            ? "\n  and %d more".formatted(problems.size() - MAX_LISTED)
            : "";
    return problems.stream()
        .limit(MAX_LISTED)
        .map(problem -> "\n  " + problem)
        .collect(
            Collectors.joining(
                "", "Cannot use the configuration, " + problems.size() + " problems:", rest));
  }
}
