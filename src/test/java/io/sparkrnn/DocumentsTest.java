package io.sparkrnn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the documents name exists. */
public class DocumentsTest {
  private static final Path ARCHITECTURE = Path.of("src", "docs", "architecture.md");
  private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");
  private static final Pattern LINK = Pattern.compile("]\\((?!https?:)([^)#]+)(?:#[^)]+)?\\)");
  private static final Pattern ANCHOR = Pattern.compile("]\\((?!https?:)([^)#]*)#([^)]+)\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");
  private static final Pattern PATH = Pattern.compile("(?:src|conf|submit|\\.ci)(?:/[\\w.-]+)*/?");
  private static final Pattern CLASS =
      Pattern.compile("(?:" + String.join("|", ArchitectureTest.packages()) + ")\\.[A-Z]\\w*");
  private static final Pattern TEST = Pattern.compile("[A-Z]\\w*(?:Test|IT|Contract)");
  private static final Pattern TABLE_ROW = Pattern.compile("(?m)^\\| `([\\w.]+)` \\|.*\\|(.*)\\|$");

  public static Stream<Path> documents() throws IOException {
    try (Stream<Path> pages = Files.list(ARCHITECTURE.getParent())) {
      return Stream.concat(
          Stream.of(Path.of("README.md")),
          pages.filter(page -> page.toString().endsWith(".md")).sorted())
          .toList()
          .stream();
    }
  }

  @Test
  void theReadmeIsShortAndLeadsToEveryPage() throws IOException {
    List<String> readme = Files.readAllLines(Path.of("README.md"));
    assertThat(readme).hasSizeLessThanOrEqualTo(150);
    assertThat(found(LINK, String.join("\n", readme)))
        .containsAll(documents().skip(1).map(Path::toString).toList());
  }

  @ParameterizedTest
  @MethodSource("documents")
  void linksLeadSomewhere(Path document) throws IOException {
    Path directory = document.toAbsolutePath().getParent();
    assertThat(found(LINK, Files.readString(document)))
        .isNotEmpty()
        .allSatisfy(link -> assertThat(directory.resolve(link)).exists());
    for (MatchResult link : ANCHOR.matcher(Files.readString(document)).results().toList()) {
      Path page = link.group(1).isEmpty() ? document : directory.resolve(link.group(1));
      assertThat(found(HEADING, Files.readString(page)))
          .map(heading -> heading.toLowerCase(Locale.ROOT).replaceAll("[^\\w -]", ""))
          .map(heading -> heading.replace(' ', '-'))
          .as("%s", page)
          .contains(link.group(2));
    }
  }

  @ParameterizedTest
  @MethodSource("documents")
  void pathsExist(Path document) throws IOException {
    List<String> paths = codes(document).stream().filter(PATH.asMatchPredicate()).toList();
    assertThat(paths).isNotEmpty().allSatisfy(path -> assertThat(Path.of(path)).exists());
  }

  @ParameterizedTest
  @MethodSource("documents")
  void classesExist(Path document) throws IOException {
    String text = Files.readString(document);
    assertThat(found(Pattern.compile("(?<!iceberg\\.)\\b(" + CLASS + ")\\b"), text))
        // A logger's name, which has outlived its class's move.
        .filteredOn(name -> !name.equals("cli.ProgressLog"))
        .allSatisfy(
            name ->
                assertThat(Path.of("src/main/java/io/sparkrnn", name.replace('.', '/') + ".java"))
                    .exists());
  }

  @ParameterizedTest
  @MethodSource("documents")
  void testsExist(Path document) throws IOException {
    Set<String> files;
    try (Stream<Path> sources = Files.walk(Path.of("src"))) {
      files = sources.map(path -> path.getFileName().toString()).collect(Collectors.toSet());
    }
    assertThat(codes(document).stream().filter(TEST.asMatchPredicate()))
        .allSatisfy(name -> assertThat(files).contains(name + ".java"));
  }

  @Test
  void thePackageTableIsTheOneThatHolds() throws IOException {
    List<String> order = List.copyOf(rows().keySet());
    Map<String, Set<String>> documented = new LinkedHashMap<>();
    rows()
        .forEach(
            (name, mayUse) -> {
              Set<String> uses = Set.copyOf(found(CODE, mayUse));
              if (mayUse.strip().equals("all above")) {
                uses = Set.copyOf(order.subList(0, order.indexOf(name)));
              } else if (mayUse.strip().equals("all")) {
                uses =
                    order.stream().filter(other -> !other.equals(name)).collect(Collectors.toSet());
              }
              documented.put(name, uses);
            });
    assertThat(documented)
        .isEqualTo(
            ArchitectureTest.MAY_USE.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, e -> Set.copyOf(e.getValue()))));
  }

  private static Map<String, String> rows() throws IOException {
    String text = Files.readString(ARCHITECTURE);
    Map<String, String> rows = new LinkedHashMap<>();
    TABLE_ROW.matcher(text).results().forEach(row -> rows.put(row.group(1), row.group(2)));
    return rows;
  }

  private static List<String> codes(Path document) throws IOException {
    return found(CODE, Files.readString(document));
  }

  private static List<String> found(Pattern pattern, String text) {
    return pattern.matcher(text).results().map((MatchResult match) -> match.group(1)).toList();
  }
}
