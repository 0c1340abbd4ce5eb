package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.Proof;
import io.sparkrnn.config.ConfigurationException;
import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.Key;
import io.sparkrnn.config.Keys;
import io.sparkrnn.config.RunConfiguration;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * No configuration file makes the program fail in an unforeseen way, read another file, or tell.
 */
class HostileConfigurationTest {
  private static final long SEED = 1;
  private static final int FILES = Proof.times(1_000, 60);
  private static final String DECOY_EPOCHS = "424242";
  private static final Pattern ONE =
      Pattern.compile("spark-rnn: Cannot use the configuration: .*\n");
  private static final Pattern SEVERAL =
      Pattern.compile("spark-rnn: Cannot use the configuration, \\d+ problems:\n(  .*\n)+");

  @TempDir private Path directory;

  /** How many ended how, and what is wrong about those that should not have. */
  private record Sweep(Map<String, Integer> outcomes, List<String> failures, long slowestMillis) {}

  /** Runs a dry run with a file. */
  @FunctionalInterface
  interface Program {
    CommandRun run(Path file);
  }

  @Test
  void everyFileIsUsedOrRefusedWithTheListOfItsProblems() throws IOException {
    Sweep sweep = sweep(FILES, HostileConfigurationTest::dryRun);
    System.out.printf(
        "%d hostile configurations, seed %d: %s, at most %d ms of CPU time%n",
        FILES, SEED, sweep.outcomes, sweep.slowestMillis);

    assertThat(sweep.failures).isEmpty();
    assertThat(sweep.outcomes).containsOnlyKeys("refused", "used");
  }

  @Test
  void programsWithPlantedFaultsAreReported() throws IOException {
    assertReported("wrong exit code 1", file -> new CommandRun(1, "", dryRun(file).errors()));
    assertReported(
        "wrong form",
        file -> {
          CommandRun run = dryRun(file);
          return new CommandRun(run.exitCode(), run.output(), run.errors() + "\tat Main.main");
        });
    CommandRun other = CommandRun.of("train", "--dry-run", "--seed", "77777");
    assertReported("wrong: a broken file was used", file -> other);
    assertReported("wrong: other output", file -> other);
    assertReported(
        "wrong: output that is no configuration", file -> new CommandRun(0, "training = 3", ""));
    assertReported(
        "wrong: neither file nor key is named",
        file -> new CommandRun(64, "", "spark-rnn: Cannot use the configuration: a problem\n"));
    assertReported(
        "wrong: an environment variable in the message",
        file -> new CommandRun(64, "", file + " has " + System.getenv("PATH")));
    assertReported(
        "wrong: another file was read", file -> new CommandRun(0, "epochs = " + DECOY_EPOCHS, ""));
    assertReported(
        "wrong: control characters in the message",
        file ->
            new CommandRun(
                64, "", "spark-rnn: Cannot use the configuration: \u001b" + file + "\n"));
  }

  private void assertReported(String outcome, Program program) throws IOException {
    Sweep sweep = sweep(20, program);

    assertThat(sweep.outcomes).containsKey(outcome);
    assertThat(sweep.failures).anyMatch(failure -> failure.contains(outcome));
  }

  private Sweep sweep(int files, Program program) throws IOException {
    Path decoy = directory.resolve("decoy.conf");
    Files.writeString(decoy, "training.epochs = " + DECOY_EPOCHS + "\nepochs = " + DECOY_EPOCHS);
    HostileConfigurations hostile = new HostileConfigurations(SEED, decoy);
    Map<String, Integer> outcomes = new TreeMap<>();
    List<String> failures = new ArrayList<>();
    long slowestNanos = 0;
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    for (int number = 0; number < files; number++) {
      Path file = Files.write(directory.resolve("hostile-" + number + ".conf"), hostile.next());
      long start = threads.getCurrentThreadCpuTime();
      CommandRun run = program.run(file);
      slowestNanos = Math.max(slowestNanos, threads.getCurrentThreadCpuTime() - start);
      String outcome = judge(run, file);
      outcomes.merge(outcome, 1, Integer::sum);
      if (outcome.startsWith("wrong")) {
        failures.add(number + ": " + outcome + ", " + shortened(run.errors()));
      }
    }
    return new Sweep(outcomes, failures, slowestNanos / 1_000_000);
  }

  private static CommandRun dryRun(Path file) {
    return CommandRun.of("train", "--config", file.toString(), "--dry-run");
  }

  private static String judge(CommandRun run, Path file) {
    if ((run.output() + run.errors()).contains(DECOY_EPOCHS)) {
      return "wrong: another file was read";
    }
    return switch (run.exitCode()) {
      case 0 -> judgeUsed(run, file);
      case 64 -> judgeRefused(run.errors(), file);
      default -> "wrong exit code " + run.exitCode();
    };
  }

  private static String judgeUsed(CommandRun run, Path file) {
    RunConfiguration meant;
    try {
      meant = ConfigurationLoader.load(Optional.of(file), Map.of()).redacted();
    } catch (ConfigurationException e) {
      return "wrong: a broken file was used";
    }
    try {
      RunConfiguration printed = ConfigurationLoader.parse(run.output(), "the output");
      return printed.equals(meant) && run.errors().isEmpty() ? "used" : "wrong: other output";
    } catch (ConfigurationException e) {
      return "wrong: output that is no configuration";
    }
  }

  private static String judgeRefused(String errors, Path file) {
    // The name of a model is no secret, and the list of names is of use with the wrong one.
    if (errors.contains(System.getenv("PATH"))
        && !errors.startsWith("spark-rnn: Cannot use the configuration: model.name: ")) {
      return "wrong: an environment variable in the message";
    }
    if (!ONE.matcher(errors).matches() && !SEVERAL.matcher(errors).matches()) {
      return "wrong form";
    }
    if (errors.chars().anyMatch(c -> Character.isISOControl(c) && c != '\n')) {
      return "wrong: control characters in the message";
    }
    if (errors.length() > 200_000) {
      return "wrong: a message of " + errors.length() + " characters";
    }
    boolean named =
        errors.contains(file.toString())
            || Keys.all().stream().map(Key::path).anyMatch(errors::contains);
    return named ? "refused" : "wrong: neither file nor key is named";
  }

  private static String shortened(String text) {
    return text.length() > 300 ? text.substring(0, 300) + "..." : text;
  }
}
