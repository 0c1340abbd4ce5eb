package io.sparkrnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Shell and Python programs, by {@code .ci/lint}. A build server must not do without it. */
class LintIT {
  private static final int NO_CHECKERS = 69;

  @Test
  void noCheckerFindsAnythingInShellAndPythonPrograms() throws Exception {
    Process lint = new ProcessBuilder(".ci/lint").redirectErrorStream(true).start();
    String output = new String(lint.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = lint.waitFor();
    assumeFalse(
        status == NO_CHECKERS && System.getenv("CI") == null,
        "Skipped: expected shellcheck and ruff from PyPI, found none: " + output);
    assertThat(status).as(output).isZero();
  }
}
