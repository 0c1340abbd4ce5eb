package io.sparkrnn.cli;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.sparkrnn.Mutations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes configuration files that were damaged by chance, by mistake or on purpose. */
final class HostileConfigurations {
  private static final Pattern VALUE = Pattern.compile("(?m)=[^\n]*$");

  private static final List<String> SMALL =
      List.of(
          """
          model.name = row-rnn-100x2
          training { epochs = 20, workers = 4 }
          hadoop { "fs.defaultFS" = "hdfs://namenode:8020" }
          """,
          """
          data { train-images = a, train-labels = b, test-images = c, test-labels = d, validation = 5000 }
          updater { name = nesterovs, learning-rate = 0.1, momentum = .5 }
          run { dir = "hdfs://nn/runs/1", resume = true }
          hadoop."fs.s3a.secret.key" = ${?SPARK_RNN_SECRET}
          """,
          """
          { "training": { "seed": -5, "engine": "local", "clip-norm": 1e-3 },
            "model": { "hidden": [64, 32], "activation": "relu" } }
          """);

  private static final List<String> VALUES =
      List.of(
          "NaN",
          "Infinity",
          "-0",
          "1e999",
          "1e-999999999",
          "1e99999999999",
          "-1",
          "0",
          "0x10",
          "1.5",
          "9223372036854775808",
          "7".repeat(50_000),
          "0." + "3".repeat(50_000),
          "null",
          "true",
          "yes",
          "\"\"",
          "\"  \"",
          "\"\\u0000\"",
          "\"\\u001b[31m\"",
          "\"\\ud800\"",
          "\"a\\nb\"",
          "\"%s%n%99999d\"",
          "\"../../../etc/passwd\"",
          "\"" + "x".repeat(10_000) + "\"",
          "\"\"\"many\nlines\"\"\"",
          "\"unterminated",
          "[]",
          "[1, 2, [3]]",
          "[" + "65536, ".repeat(64) + "1]",
          "[" + "65536, ".repeat(63) + "1]",
          "{}",
          "{ a = 1 }",
          "text { a = 1 }",
          "${?PATH}",
          "${PATH}",
          "${?PATH} { a = 1 }",
          "[${?PATH}]",
          "x${?PATH}x",
          "${run.keep}",
          "${training}",
          "${training.epochs}",
          "${hadoop}",
          "${no.such.key}",
          "${?no.such.key}",
          "${}",
          "${",
          "dl4j",
          "1 ".repeat(20_000));

  private static final List<String> KEYS =
      List.of(
          "training.epoch",
          "\"training.epochs\"",
          "\"\"",
          "\"\\n\"",
          "\"\\u0007\"",
          "hadoop.\"\\ud800\"",
          "a".repeat(40_000),
          "a.".repeat(500) + "a",
          "training",
          "training.epochs.x",
          "x +",
          "training.epochs +",
          "$",
          "/");

  private final Mutations random;
  private final List<String> originals = new ArrayList<>(SMALL);
  private final List<String> lines;
  private final List<byte[]> files;

  /**
   * Equal seeds make equal files.
   *
   * @param decoy a file that some of them include, which must not be read
   */
  HostileConfigurations(long seed, Path decoy) throws IOException {
    random = new Mutations(seed);
    originals.add(Files.readString(Path.of("conf", "spark-rnn.conf")));
    lines = lines(decoy);
    files = files();
  }

  byte[] next() {
    String original = originals.get(random.below(originals.size()));
    String other = originals.get(random.below(originals.size()));
    return switch (random.below(10)) {
      case 0, 1 -> random.damage(original.getBytes(UTF_8), other.getBytes(UTF_8));
      case 2 -> joined(mutatedLines(original));
      case 3, 4, 5 -> withValue(original, anyOf(VALUES)).getBytes(UTF_8);
      case 6 -> (original + anyOf(KEYS) + " = " + anyOf(VALUES) + "\n").getBytes(UTF_8);
      case 7 -> (anyOf(lines) + "\n" + original).getBytes(UTF_8);
      case 8 -> (original + anyOf(lines) + "\n" + anyOf(lines) + "\n").getBytes(UTF_8);
      default -> files.get(random.below(files.size()));
    };
  }

  private List<String> mutatedLines(String original) {
    List<String> mutated = new ArrayList<>(original.lines().toList());
    int changes = 1 + random.below(5);
    for (int change = 0; change < changes && !mutated.isEmpty(); change++) {
      int line = random.below(mutated.size());
      switch (random.below(3)) {
        case 0 -> mutated.remove(line);
        case 1 -> mutated.add(random.below(mutated.size() + 1), mutated.get(line));
        default -> Collections.swap(mutated, line, random.below(mutated.size()));
      }
    }
    return mutated;
  }

  private String withValue(String original, String value) {
    long count = VALUE.matcher(original).results().count();
    if (count == 0) {
      return original + "training.l2 = " + value;
    }
    int chosen = random.below((int) count);
    int[] number = {0};
    return VALUE
        .matcher(original)
        .replaceAll(
            found ->
                Matcher.quoteReplacement(number[0]++ == chosen ? "= " + value : found.group()));
  }

  private static List<String> lines(Path decoy) {
    return List.of(
        "include \"%s\"".formatted(decoy.getFileName()),
        "include \"%s\"".formatted(decoy),
        "include required(\"%s\")".formatted(decoy.getFileName()),
        "include file(\"%s\")".formatted(decoy),
        "include required(file(\"%s\"))".formatted(decoy),
        "include url(\"%s\")".formatted(decoy.toUri()),
        "include url(\"no-such-protocol:x\")",
        "include classpath(\"reference.conf\")",
        "include \"nothing\"",
        "training { include \"%s\" }".formatted(decoy.getFileName()),
        "a = ${a}",
        "a = ${b}, b = ${a}",
        "training.epochs = ${training.epochs}",
        "training.epochs = ${training.workers}, training.workers = ${training.epochs}",
        "training = ${updater}",
        "training.workers = 3\ntraining.workers = ${?NO_SUCH_VARIABLE}",
        "training.l2 = 0.5\ntraining.l2 = ${?PATH}",
        "hadoop = ${training}",
        "hadoop { a = ${?PATH}, \"secret\" = [${?PATH}] }",
        "unknown = ${?PATH}",
        "\u0000",
        "\u001b]0;title\u0007",
        "}".repeat(3),
        "[",
        "# " + "x".repeat(40_000));
  }

  private static List<byte[]> files() {
    byte[] valid = "training.epochs = 3\n".getBytes(UTF_8);
    List<byte[]> files = new ArrayList<>();
    files.add(new byte[0]);
    files.add(Mutations.concat("\uFEFF".getBytes(UTF_8), valid));
    files.add(Mutations.concat(valid, new byte[] {(byte) 0xff, (byte) 0xc3}));
    files.add(Mutations.concat(valid, new byte[1000]));
    files.add("training.epochs = 3".getBytes(UTF_16));
    files.add(new byte[3 << 20]);
    files.add(("# " + "x".repeat(78) + "\n").repeat(400).getBytes(UTF_8));
    files.add("training.epochs = 3\n".repeat(3_000).getBytes(UTF_8));
    files.add(unknownKeys(2_500).getBytes(UTF_8));
    files.add(nested("a {", "}", 15_000).getBytes(UTF_8));
    files.add(("a = " + nested("[", "]", 30_000)).getBytes(UTF_8));
    files.add(("hadoop { " + nested("a {", "}", 3_000) + " }").getBytes(UTF_8));
    files.add(("a.".repeat(30_000) + "a = 1").getBytes(UTF_8));
    files.add(doubling("hadoop", "{ p = ${hadoop.%1$s}, q = ${hadoop.%1$s} }", 40).getBytes(UTF_8));
    files.add(
        doubling("unknown", "{ p = ${unknown.%1$s}, q = ${unknown.%1$s} }", 40).getBytes(UTF_8));
    files.add(doubling("unknown", "[${unknown.%1$s}, ${unknown.%1$s}]", 40).getBytes(UTF_8));
    files.add(chain(3_000).getBytes(UTF_8));
    return files;
  }

  private static String nested(String open, String close, int depth) {
    return open.repeat(depth) + close.repeat(depth);
  }

  private static String unknownKeys(int count) {
    StringBuilder text = new StringBuilder();
    for (int number = 0; number < count; number++) {
      text.append("training.epoch").append(number).append(" = 1\n");
    }
    return text.toString();
  }

  /** Every value holds the one before twice. */
  private static String doubling(String section, String twice, int times) {
    StringBuilder text = new StringBuilder(section + " { v0 = 1 }\n");
    for (int number = 1; number <= times; number++) {
      text.append("%s.v%d = %s%n".formatted(section, number, twice.formatted("v" + (number - 1))));
    }
    return text.toString();
  }

  private static String chain(int length) {
    StringBuilder text = new StringBuilder("training.epochs = ${v0}\n");
    for (int number = 0; number < length; number++) {
      text.append("v%d = ${v%d}%n".formatted(number, number + 1));
    }
    return text.append("v%d = 3%n".formatted(length)).toString();
  }

  private String anyOf(List<String> choices) {
    return choices.get(random.below(choices.size()));
  }

  private static byte[] joined(List<String> lines) {
    return (String.join("\n", lines) + "\n").getBytes(UTF_8);
  }
}
