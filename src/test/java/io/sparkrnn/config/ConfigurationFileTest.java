package io.sparkrnn.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that are hostile, or were written by accident. */
class ConfigurationFileTest {
  private static final String SECRET = System.getenv("PATH");

  @TempDir private Path directory;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = directory.resolve("run.conf");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "include \"other.conf\"",
        "include \"other\"",
        "include required(\"other.conf\")",
        "include file(\"DIRECTORY/other.conf\")",
        "include url(\"file://DIRECTORY/other.conf\")",
        "include classpath(\"other.conf\")",
        "training { include \"other.conf\" }",
      })
  void includesAreRefused(String include) throws IOException {
    Files.writeString(directory.resolve("other.conf"), "training.epochs = 3");

    assertThat(problem(include.replace("DIRECTORY", directory.toString())))
        .matches(
            "expected HOCON, found: an include of .*other.*, and a configuration is a single file");
  }

  @Test
  void aFileMustNotBeLong() throws IOException {
    String comment = "#" + "x".repeat(64 * 1024 - 1);

    assertThat(load(comment)).isEqualTo(ConfigurationLoader.defaults());
    assertThat(problem(comment + "x"))
        .isEqualTo("expected a configuration file of at most 65536 bytes, found more");
  }

  @Test
  void aFileMustBeText() throws IOException {
    assertThat(problem(new byte[] {'#', (byte) 0xC3, (byte) 0xA4, (byte) 0xC3, '\n'}))
        .isEqualTo("expected text in UTF-8, found other bytes at byte 3");
    assertThat(problem(new byte[] {'#', (byte) 0xC3}))
        .isEqualTo("expected text in UTF-8, found other bytes at byte 1");
    assertThat(load("\uFEFFtraining.epochs = 3").training().epochs()).isEqualTo(3);
  }

  @Test
  void deepNestingIsRefused() throws IOException {
    for (String hocon :
        List.of("{".repeat(20_000), "a = " + "[".repeat(20_000), "a.".repeat(30_000) + "a = 1")) {
      assertThat(problem(hocon)).startsWith("expected HOCON, found: ");
    }
    assertThat(problem("a = " + "[".repeat(20_000) + "]".repeat(20_000)))
        .isEqualTo("expected HOCON, found: nested too deeply");
  }

  @Test
  void substitutionsCannotGrowWithoutEnd() throws IOException {
    StringBuilder doubling = new StringBuilder("\"h}\".v0 = { a = 1 }\n");
    for (int number = 1; number <= 40; number++) {
      String before = "${\"h}\".v" + (number - 1) + "}";
      doubling.append("\"h}\".v%d = { p = %s, q = %s }%n".formatted(number, before, before));
    }

    assertThat(problem(doubling.toString()))
        .isEqualTo(
            "expected HOCON, found: 80 substitutions of what is in the file itself, and at most 12 are allowed");
  }

  @Test
  void substitutionsCannotMakeAnyNumberOfKeys() throws IOException {
    StringBuilder hocon = new StringBuilder("hadoop {\n  v0 {");
    for (int number = 0; number < 5_000; number++) {
      hocon.append(" k").append(number).append(" = 1,");
    }
    hocon.append("}\n  v1 = { a = ${hadoop.v0}, b = ${hadoop.v0}, c = ${hadoop.v0} }\n}\n");

    assertThat(problem(hocon.toString())).isEqualTo("expected HOCON, found: more than 20000 keys");
  }

  @Test
  void environmentVariablesAndLiteralsAreNoSubstitutionsOfTheFile() throws IOException {
    StringBuilder hocon = new StringBuilder("hadoop { x = \"${}\", y = \"${hadoo}\" }\n");
    for (int number = 0; number < 100; number++) {
      hocon.append("hadoop.v").append(number).append(" = ${?NO_SUCH_VARIABLE}\n");
    }

    assertThat(load(hocon.toString()).hadoop()).isEqualTo(Map.of("x", "${}", "y", "${hadoo}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "training.epochs = ${PATH}",
        "training.epochs = x${PATH}x",
        "model.hidden = [1, ${PATH}]",
        "training = ${PATH}",
      })
  void valuesOfEnvironmentVariablesAreNotShown(String hocon) throws IOException {
    Problem problem = onlyProblem(hocon.getBytes(UTF_8));

    assertThat(problem.message()).endsWith(", found the value of an environment variable");
    assertThat(problem.origin()).contains(file.toString());
    assertThat(problem.toString()).doesNotContain(SECRET);
  }

  @Test
  void whatStandsBesideASectionIsNotShown() throws IOException {
    assertThat(problem("data.uri = ${PATH} { a = 1 }"))
        .isEqualTo("expected HOCON, found: text, a list or a section next to another of these");
  }

  @Test
  void valuesOfHadoopPropertiesAreNotShown() throws IOException {
    assertThat(problem("hadoop.\"fs.s3a.secret.key\" = [hunter2]"))
        .isEqualTo("expected text, found a list");
  }

  @Test
  void valuesOfEnvironmentVariablesAreUsed() throws IOException {
    assertThat(load("data.uri = ${PATH}").data().uri()).isEqualTo(SECRET);
    assertThat(load("data.uri = a\ndata.uri = ${?PATH}").data().uri()).isEqualTo(SECRET);
    assertThat(load("data.uri = a\ndata.uri = ${?NO_SUCH_VARIABLE}").data().uri()).isEqualTo("a");
  }

  @Test
  void controlCharactersAreNeitherAcceptedNorPrinted() throws IOException {
    assertThat(problem("run.dir = \"a\\u0000\"")).isEqualTo("expected text, found \"a\\u0000\"");
    assertThat(problem("training.epochs = \"\\u001b[31m\\n\""))
        .isEqualTo("expected auto or a whole number of at least 1, found \"\\u001b[31m\\u000a\"");
    assertThat(onlyProblem("\"a\\nb\" = 1".getBytes(UTF_8)).key()).isEqualTo("a\\u000ab");
  }

  /** They would be written as question marks. */
  @Test
  void halvesOfSurrogatePairsAreRefused() throws IOException {
    assertThat(problem("run.dir = \"\\ud800\"")).isEqualTo("expected text, found \"\\ud800\"");
    assertThat(problem("hadoop.x = \"\\ud800\""))
        .isEqualTo("expected text, found characters that UTF-8 cannot write");
    assertThat(problem("hadoop.\"\\ud800\" = x"))
        .isEqualTo("expected text, found characters that UTF-8 cannot write");
    assertThat(load("run.dir = \"\\ud83d\\ude00\"").run().dir()).isEqualTo("\uD83D\uDE00");
  }

  @Test
  void longValuesAndKeysAreCutInMessages() throws IOException {
    assertThat(problem("training.l2 = " + "7".repeat(50_000)))
        .startsWith("expected a number of at least 0, found \"777")
        .hasSize(1003)
        .endsWith("7...");
    assertThat(onlyProblem(("k".repeat(50_000) + " = 1").getBytes(UTF_8)).key())
        .isEqualTo("k".repeat(1000) + "...");
  }

  @Test
  void numbersMayBeAsLongAsDoublesAre() throws IOException {
    String exact = new BigDecimal(Double.MIN_NORMAL).toPlainString();

    assertThat(load("training.l2 = \"" + exact + "\"").training().l2())
        .isEqualTo(Double.MIN_NORMAL);
  }

  @Test
  void theFirstHundredProblemsAreListed() throws IOException {
    StringBuilder hocon = new StringBuilder();
    for (int number = 0; number < 250; number++) {
      hocon.append("training.epoch").append(number).append(" = 1\n");
    }
    ConfigurationException exception = failure(hocon.toString().getBytes(UTF_8));

    assertThat(exception.problems()).hasSize(250);
    assertThat(exception.getMessage().lines())
        .hasSize(102)
        .startsWith("Cannot use the configuration, 250 problems:")
        .endsWith("  and 150 more");
  }

  private RunConfiguration load(String hocon) throws IOException {
    return ConfigurationLoader.load(Optional.of(Files.writeString(file, hocon)), Map.of());
  }

  private String problem(String hocon) throws IOException {
    return problem(hocon.getBytes(UTF_8));
  }

  private String problem(byte[] bytes) throws IOException {
    return onlyProblem(bytes).message();
  }

  private Problem onlyProblem(byte[] bytes) throws IOException {
    List<Problem> problems = failure(bytes).problems();
    assertThat(problems).hasSize(1);
    return problems.get(0);
  }

  private ConfigurationException failure(byte[] bytes) throws IOException {
    Files.write(file, bytes);
    return catchThrowableOfType(
        ConfigurationException.class, () -> ConfigurationLoader.load(Optional.of(file), Map.of()));
  }
}
