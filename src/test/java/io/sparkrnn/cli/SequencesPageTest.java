package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.run.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The commands of sequences.md say what the program understands, about files that are there. */
class SequencesPageTest {
  private static final Path SETS = Path.of("src", "data", "sequences");
  private static final Pattern SET =
      Pattern.compile("(?s)\n### ([a-z0-9-]+):.*?```sh\n(.*?)```(.*?)(?=\n###? |$)");
  private static final Pattern SQL = Pattern.compile("(?s)```sql\n(.*?)```");
  private static final Pattern COMMON = Pattern.compile("`submit/local (train [^`]+)`");
  private static final Pattern CYCLE = Pattern.compile("`(--schedule one-cycle[^`]+)`");
  private static final Pattern ARGUMENT = Pattern.compile("\"([^\"]*)\"|'([^']*)'|(\\S+)");

  record Command(String set, List<String> arguments) {}

  private static String page() throws IOException {
    return Files.readString(Path.of("src", "docs", "sequences.md"));
  }

  private static String found(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    assertThat(matcher.find()).as("%s", pattern).isTrue();
    return matcher.group(1).replace('\n', ' ');
  }

  static List<Command> commands() throws IOException {
    String page = page();
    List<Command> commands = new ArrayList<>();
    Matcher sets = SET.matcher(page);
    while (sets.find()) {
      String line =
          (found(COMMON, page) + " " + sets.group(2))
              .replace("$SETS", SETS.toString())
              .replace("$CYCLE", found(CYCLE, page));
      if (line.contains("$(cat")) {
        line = line.replaceAll("\"\\$\\(cat \\w+\\.sql\\)\"", "QUERY");
      }
      List<String> arguments = new ArrayList<>();
      Matcher argument = ARGUMENT.matcher(line);
      while (argument.find()) {
        String text =
            Stream.of(argument.group(1), argument.group(2), argument.group(3))
                .filter(group -> group != null)
                .findFirst()
                .orElseThrow();
        arguments.add(text.equals("QUERY") ? found(SQL, sets.group(3)) : text);
      }
      commands.add(new Command(sets.group(1), arguments));
    }
    return commands;
  }

  @Test
  void everySetHasOne() throws IOException {
    try (Stream<Path> sets = Files.list(SETS)) {
      assertThat(commands().stream().map(Command::set))
          .containsExactlyInAnyOrderElementsOf(
              sets.filter(Files::isDirectory).map(set -> set.getFileName().toString()).toList());
    }
  }

  @ParameterizedTest
  @MethodSource("commands")
  void theCommandIsUnderstood(Command command) {
    List<String> arguments = new ArrayList<>(command.arguments());
    arguments.add("--dry-run");
    CommandRun run = CommandRun.of(arguments.toArray(String[]::new));

    assertThat(run.exitCode()).as(run.errors()).isEqualTo(ExitCode.DONE);
    RunConfiguration configuration = ConfigurationLoader.parse(run.output(), "the dry run");
    assertThat(
            Stream.of(
                    configuration.table().train(),
                    configuration.table().validation(),
                    configuration.table().test())
                .filter(file -> !file.isEmpty()))
        .allSatisfy(file -> assertThat(Path.of(file)).isRegularFile());
  }
}
