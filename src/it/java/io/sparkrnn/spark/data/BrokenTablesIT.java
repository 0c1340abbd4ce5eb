package io.sparkrnn.spark.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sparkrnn.data.DataException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is wrong with a table is said in one sentence that names the file, column and row. */
class BrokenTablesIT {
  private static final String CLASSIFY =
      "model.task = classify\ntable { features = [x], label = y }";
  private static final String STEPS =
      "model.task = label-steps\ntable { features = [x], label = y }";
  private static final String REGRESS =
      "model.task = regress\ntable { features = [x], targets = [y] }";
  private static final String TEXT = "model.task = classify\ntable { text = x, label = y }";
  private static final String SERIES =
      "model.task = forecast\ntable { features = [v], targets = [v], series = s, time = t, window-steps = 2, test-from = \"4\" }";
  private static final String LANGUAGE =
      "model.task = language-model\ntable { window-steps = 2, test-from = \"0.5\" }";

  private static final String GOOD = "{\"x\":[1,2],\"y\":0}";
  private static final List<String> READINGS =
      List.of("s,t,v", "a,1,1", "a,2,2", "a,3,3", "a,4,4", "a,5,5");

  private static SparkSession spark;

  @TempDir private Path temp;

  @BeforeAll
  static void start() {
    spark = Tables.session();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  /**
   * Something broken.
   *
   * @param said what the message holds
   */
  record Case(String name, String hocon, String said, List<String> lines) {
    static Case of(String name, String hocon, String said, String... lines) {
      return new Case(name, hocon, said, List.of(lines));
    }

    static Case readings(String hocon, String said, String... more) {
      return new Case(
          "t.csv", hocon, said, Stream.concat(READINGS.stream(), Stream.of(more)).toList());
    }

    @Override
    public String toString() {
      return said;
    }
  }

  static Stream<Case> cases() {
    return Stream.of(
        // Columns.
        Case.of("t.json", CLASSIFY, "expected a column x, found [y, z]", "{\"z\":[1],\"y\":0}"),
        Case.of("t.json", CLASSIFY, "expected a column y, found [x, z]", "{\"z\":[1],\"x\":[0]}"),
        Case.of(
            "t.json",
            CLASSIFY,
            "expected numbers, or arrays or vectors of them, found string in column x",
            "{\"x\":\"a\",\"y\":0}"),
        Case.of("t.json", CLASSIFY, "found array<string> in column x", "{\"x\":[\"a\"],\"y\":0}"),
        Case.of(
            "t.json",
            CLASSIFY,
            "expected a label, a number or a text, found array<bigint> in column y",
            "{\"x\":[1],\"y\":[0]}"),
        Case.of(
            "t.json",
            STEPS,
            "expected an array of a label for each time step, found bigint in column y",
            GOOD),
        Case.of(
            "t.json",
            REGRESS,
            "expected numbers, or arrays of numbers, found string in column y",
            "{\"x\":[1],\"y\":\"b\"}"),
        Case.of(
            "t.json",
            TEXT,
            "expected texts, or arrays of texts, found array<bigint> in column x",
            GOOD),
        Case.of(
            "t.csv",
            CLASSIFY + "\ntable.features = [\"q*\"]",
            "expected columns q*, found [x, y]",
            "x,y",
            "1,0"),
        Case.of(
            "t.json",
            "model.task = classify\ntable { features = [x] }",
            "expected a column in table.label for the task classify, found none",
            GOOD),
        Case.of(
            "t.json",
            "model.task = forecast\ntable { features = [x], targets = [y] }",
            "expected a column in table.time for the task forecast, found none",
            GOOD),
        Case.of(
            "t.json",
            REGRESS + "\ntable.window-steps = 3",
            "expected a column in table.time beside table.window-steps, found none",
            GOOD),
        // Numbers.
        Case.of(
            "t.json",
            CLASSIFY,
            "expected numbers, found null in column x, row 1",
            GOOD,
            "{\"y\":0}"),
        Case.of(
            "t.json",
            CLASSIFY,
            "expected a number, found null in column x, row 1",
            GOOD,
            "{\"x\":[1,null],\"y\":0}"),
        Case.of(
            "t.json",
            CLASSIFY,
            "expected a number, found NaN in column x, row 0",
            "{\"x\":[1.5,NaN],\"y\":0}"),
        Case.of(
            "t.json",
            CLASSIFY,
            "expected a finite number, found -Infinity in column x, row 0",
            "{\"x\":[1.5,-Infinity],\"y\":0}"),
        Case.of(
            "t.json",
            CLASSIFY,
            "expected a number in the range of a float, found 1.0E300 in column x, row 0",
            "{\"x\":[1e300],\"y\":0}"),
        Case.of(
            "t.json",
            CLASSIFY,
            "expected 2 numbers at each time step, found 1 at time step 1 in column x, row 1",
            "{\"x\":[[1,2]],\"y\":0}",
            "{\"x\":[[1,2],[3]],\"y\":0}"),
        Case.of(
            "t.json",
            CLASSIFY,
            "expected 1 numbers at each time step, as in training, found 2 in row",
            "{\"x\":[[1],[3]],\"y\":0}",
            "{\"x\":[[1,2]],\"y\":0}"),
        Case.of(
            "t.json",
            CLASSIFY,
            "expected arrays of numbers, found null at time step 1 in column x, row 0",
            "{\"x\":[[1],null],\"y\":0}"),
        Case.of(
            "t.json",
            CLASSIFY + "\ntable.inputs = 3",
            "expected a multiple of 3 numbers, those of a time step, found 2 in column x, row 0",
            GOOD),
        Case.of(
            "t.json",
            CLASSIFY,
            "expected at least one time step, found none in column x, row 1",
            GOOD,
            "{\"x\":[],\"y\":0}"),
        Case.of(
            "t.json",
            CLASSIFY + "\ntable.features = [x, z]",
            "expected 2 time steps as in the columns before, found 1 in column z, row 0",
            "{\"x\":[1,2],\"z\":[1],\"y\":0}"),
        // Labels, targets, weights.
        Case.of(
            "t.json",
            CLASSIFY,
            "expected a whole number from 0 to 32766 as label, found -1 in column y, row 0",
            "{\"x\":[1],\"y\":-1}"),
        Case.of(
            "t.json", CLASSIFY, "as label, found 1.5 in column y, row 0", "{\"x\":[1],\"y\":1.5}"),
        Case.of(
            "t.json",
            CLASSIFY,
            "expected a label, found null in column y, row 0",
            "{\"x\":[1]}",
            GOOD),
        Case.of(
            "t.json",
            CLASSIFY + "\ndata.classes = 2",
            "expected labels of at most 2 classes, found 6 as the largest label says",
            "{\"x\":[1],\"y\":5}"),
        Case.of(
            "t.json",
            STEPS,
            "expected a label for each of 2 time steps, found 1 in column y, row 0",
            "{\"x\":[1,2],\"y\":[1]}"),
        Case.of(
            "t.json",
            REGRESS,
            "expected a target for each of 2 time steps, found 3 in column y, row 0",
            "{\"x\":[1,2],\"y\":[1,2,3]}"),
        Case.of(
            "t.json",
            REGRESS + "\ntable.target-transform = log1p",
            "expected targets above -1 for log1p, found -2.0 in row 0",
            "{\"x\":[1,2],\"y\":-2}"),
        Case.of(
            "t.json",
            CLASSIFY + "\ntable.weight = w",
            "expected a weight of at least 0, found -0.5 in column w, row 0",
            "{\"x\":[1],\"y\":0,\"w\":-0.5}"),
        // Texts.
        Case.of(
            "t.json",
            TEXT,
            "expected a text, found null in column x, row 1",
            "{\"x\":\"a\",\"y\":0}",
            "{\"y\":0}"),
        Case.of(
            "t.json",
            TEXT,
            "expected a text, found an empty one in column x, row 0",
            "{\"x\":\"\",\"y\":0}"),
        Case.of(
            "t.json",
            TEXT + "\ntable.tokens = words",
            "expected at least one token, found none in column x, row 0",
            "{\"x\":\"  \",\"y\":0}"),
        Case.of(
            "t.json",
            TEXT + "\ntable.vocabulary-min-count = 9",
            "expected tokens that occur 9 times or more, found none among 1 tokens",
            "{\"x\":\"aa\",\"y\":0}"),
        // Files.
        Case.of(
            "t.delta",
            CLASSIFY + "\ntable.format = delta",
            "expected Delta, which needs the package io.delta:delta-spark (-- --packages), found none",
            GOOD),
        Case.of(
            "t.avro",
            CLASSIFY,
            "expected Avro, which needs the package org.apache.spark:spark-avro (-- --packages), found none",
            GOOD),
        Case.of("t.xyz", CLASSIFY, "expected names that end in .parquet, .orc, .json", GOOD),
        Case.of(
            "t.json",
            CLASSIFY,
            "expected JSON lines, found \"{\"x\":[1,\" in row 1",
            GOOD,
            "{\"x\":[1,"),
        Case.of("t.json", CLASSIFY, "expected JSON lines, found lines that are none", "nonsense"),
        Case.of("t.parquet", CLASSIFY, "expected Parquet, found ", "not at all"),
        Case.of(
            "t.csv",
            CLASSIFY,
            "expected CSV with a header, found \"1,2,3\" in row 1",
            "x,y",
            "1,0",
            "1,2,3"),
        Case.of(
            "t.csv",
            CLASSIFY,
            "expected CSV with a header, found \"7\" in row 0",
            "x,y",
            "7",
            "1,2"),
        Case.of("t.csv", CLASSIFY, "expected at least one row, found none", "x,y"),
        // Queries.
        Case.of(
            "t.json",
            CLASSIFY + "\ntable.query = \"SELEC x\"",
            "expected rows for the query, found [PARSE_SYNTAX_ERROR]",
            GOOD),
        Case.of(
            "t.json",
            CLASSIFY + "\ntable.query = \"SELECT q FROM input\"",
            "expected rows for the query, found [UNRESOLVED_COLUMN",
            GOOD),
        Case.of(
            "t.json",
            CLASSIFY + "\ntable.query = \"SELECT x FROM input\"",
            "expected a column y, found [x]",
            GOOD),
        Case.of(
            "t.json",
            CLASSIFY + "\ntable.query = \"SELECT x, raise_error('no') AS y FROM input\"",
            "expected ",
            GOOD),
        // Series.
        Case.readings(
            SERIES, "expected one reading of series a at each time, found two at 3", "a,3,9"),
        Case.readings(
            SERIES + "\ntable.window-steps = 9",
            "expected a series with 9 readings or more before the next part begins"),
        Case.readings(
            SERIES + "\ntable.test-from = \"77\"",
            "that end in the part from 77 (table.test-from), found none"),
        Case.readings(
            SERIES + "\ntable.test-from = soon",
            "expected a value of the time column in table.test-from, found \"soon\""),
        Case.readings(
            SERIES + "\ntable.validation-from = \"9\"",
            "expected table.test-from after 9 (table.validation-from), found 4"),
        Case.readings(
            SERIES + "\ntable.known-ahead = [q]",
            "expected table.known-ahead to be among the features v, found q"),
        Case.readings(
            SERIES + "\ntable.unscaled = [q]",
            "expected table.unscaled to be among the features v, found q"),
        Case.readings(
            SERIES + "\ndata.validation = 1",
            "since windows have steps in common, found data.validation alone"),
        Case.readings(SERIES, "expected a time, found null in column t, row 5", "a,,9"),
        Case.readings(
            SERIES, "expected the name of a series, found null in column s, row 5", ",9,9"),
        Case.of(
            "t.csv",
            SERIES,
            "expected a number, or a date or time such as 2024-01-31T06:00:00Z, found soon in column t, row 1",
            "s,t,v",
            "a,2024-01-01,1",
            "a,soon,2"),
        // Language models.
        Case.of("t.txt", LANGUAGE, "expected 5 tokens to train on for 2 streams", "ab"),
        Case.of(
            "t.txt",
            LANGUAGE + "\ntable.test-from = \"1.5\"",
            "expected a number between 0 and 1 in table.test-from, found \"1.5\"",
            "abcdefghij"),
        Case.of(
            "t.txt",
            LANGUAGE + "\ntable.window-steps = 0",
            "expected the time steps of windows in table.window-steps, found 0",
            "abcdefghij"),
        Case.of("t.json", LANGUAGE, "expected a column value of texts, found [x, y]", GOOD));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void isRefusedInOneSentence(Case broken) throws IOException {
    String table = Tables.write(temp, broken.name(), broken.lines().toArray(String[]::new));
    assertRefused(table, broken.hocon(), broken.said());
  }

  private static void assertRefused(String table, String hocon, String said) {
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> Tables.read(spark, table, hocon))
        .satisfies(
            refusal -> {
              assertThat(refusal.getMessage()).contains(said).doesNotContain("\n");
              assertThat(refusal.getMessage()).matches("Cannot (read|split) .*expected .*found .*");
              assertThat(refusal.getMessage().length()).isLessThan(500);
              if (refusal.getMessage().startsWith("Cannot read")) {
                assertThat(refusal.getMessage()).contains(table);
              }
            });
  }

  @Test
  void filesThatAreMissingOrDamagedAreRefused() throws IOException {
    String missing = temp.resolve("none.json").toString();
    assertRefused(missing, CLASSIFY, "expected a file or a directory, found none");
    String empty = Files.createDirectory(temp.resolve("empty")).toString();
    assertRefused(empty, CLASSIFY, "found no files");
    Path whole = Path.of(Tables.write(temp, "whole.json.gz", "{\"x\":[1],\"y\":0}".repeat(9)));
    byte[] bytes = Files.readAllBytes(whole);
    Path cut = Files.write(temp.resolve("cut.json.gz"), Arrays.copyOf(bytes, 30));
    assertRefused(cut.toString(), CLASSIFY, "expected JSON lines, found ");
    Path damaged =
        Files.write(temp.resolve("damaged.csv.gz"), "x,y\n1,0\n".getBytes(StandardCharsets.UTF_8));
    assertRefused(damaged.toString(), CLASSIFY, "expected CSV with a header, found ");
  }

  @Test
  void labelsThatOnlyTheTestHasAreNamed() throws IOException {
    String train =
        Tables.write(temp, "t.json", "{\"x\":[1],\"y\":\"a\"}", "{\"x\":[1],\"y\":\"b\"}");
    String test =
        Tables.write(temp, "u.json", "{\"x\":[1],\"y\":\"a\"}", "{\"x\":[1],\"y\":\"c\"}");
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(
            () -> Tables.read(spark, train, CLASSIFY + "\ntable.test = \"%s\"".formatted(test)))
        .withMessage(
            "Cannot read %s: expected labels that the training data have, found \"c\" in row 1"
                .formatted(test));
  }
}
