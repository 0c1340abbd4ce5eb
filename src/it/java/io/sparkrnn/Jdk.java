package io.sparkrnn;

import static java.util.Comparator.comparingInt;
import static java.util.function.Predicate.not;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.launcher.JavaModuleOptions;

/**
 * A JDK on this machine.
 *
 * @param feature its version, such as 17
 */
public record Jdk(Path home, int feature) {
  private static final String MODULE = "jdk.incubator.vector";

  /**
   * Options for a JVM that lives for seconds: most of these would be the compiler's, and would go
   * by with finding and verifying classes. The launcher's archive has Spark's, for the JDK that
   * runs this test; where it does not fit, it is ignored.
   */
  public static final List<String> SHORT_LIVED =
      List.of(
          "-XX:TieredStopAtLevel=1",
          "-XX:+UseSerialGC",
          "-XX:SharedArchiveFile=" + Build.resolve("spark-rnn.jsa"),
          "-Xlog:cds=off",
          "-Xlog:cds+dynamic=off");

  /** {@code JAVA_25_HOME}, {@code JAVA25_HOME}, {@code JAVA_HOME_25_X64}, {@code JDK_25}. */
  private static final Pattern VARIABLE = Pattern.compile("(?:JAVA|JDK)_?(?:HOME_?)?\\d\\w*");

  private static final Pattern FEATURE = Pattern.compile("\"?(\\d+).*");

  /** The one that runs this test. */
  public static Jdk running() {
    return new Jdk(Path.of(System.getProperty("java.home")), Runtime.version().feature());
  }

  /**
   * The newest that is newer than the running one and has the Vector API: of those that environment
   * variables name, else of those beside the running one. Skips the test where there is none.
   */
  public static Jdk newer() {
    Optional<Jdk> newer =
        newest(
                System.getenv().entrySet().stream()
                    .filter(variable -> VARIABLE.matcher(variable.getKey()).matches())
                    .map(Map.Entry::getValue)
                    .filter(not(String::isBlank))
                    .map(Path::of))
            .or(() -> newest(besideTheRunningOne().stream()));
    assumeTrue(
        newer.isPresent(),
        "Skipped on a JDK newer than %d: expected one with %s, found none named by a variable such as JAVA_25_HOME and none beside %s"
            .formatted(running().feature(), MODULE, running().home()));
    return newer.get();
  }

  private static List<Path> besideTheRunningOne() {
    try (Stream<Path> homes = Files.list(running().home().toRealPath().getParent())) {
      return homes.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<Jdk> newest(Stream<Path> homes) {
    return homes
        .map(Jdk::at)
        .flatMap(Optional::stream)
        .filter(jdk -> jdk.feature > running().feature())
        .max(comparingInt(Jdk::feature));
  }

  private static Optional<Jdk> at(Path home) {
    Path release = home.resolve("release");
    if (!Files.isReadable(release)) {
      return Optional.empty();
    }
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(release)) {
      properties.load(reader);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Matcher version = FEATURE.matcher(properties.getProperty("JAVA_VERSION", ""));
    return version.matches() && properties.getProperty("MODULES", "").contains(MODULE)
        ? Optional.of(new Jdk(home, Integer.parseInt(version.group(1))))
        : Optional.empty();
  }

  /** Options of {@link #SHORT_LIVED} and others. */
  public static List<String> shortLived(String... more) {
    List<String> options = new ArrayList<>(SHORT_LIVED);
    options.addAll(List.of(more));
    return options;
  }

  /** Options for a JVM that has the Vector API, on top of spark-submit's. */
  public static List<String> withVectorModule(String... more) {
    List<String> options = new ArrayList<>(List.of("--add-modules=" + MODULE));
    options.addAll(List.of(more));
    return options;
  }

  /**
   * Starts a program with what spark-submit adds to its JVMs.
   *
   * @param options of the JVM
   * @param output the file that gets what it prints
   */
  public ForkedJvm start(
      List<String> options, String classPath, String main, List<String> arguments, Path output)
      throws IOException {
    return start(options, classPath, main, arguments, Map.of(), output);
  }

  /** As the other, with more environment variables. */
  public ForkedJvm start(
      List<String> options,
      String classPath,
      String main,
      List<String> arguments,
      Map<String, String> environment,
      Path output)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(home.resolve("bin").resolve("java").toString()));
    command.addAll(List.of(JavaModuleOptions.defaultModuleOptions().strip().split("\\s+")));
    command.add("-Xmx1g");
    command.addAll(options);
    command.addAll(List.of("-cp", classPath, main));
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    return new ForkedJvm(
        builder.start(), output, "JDK %d %s, %s".formatted(feature, options, main));
  }

  @Override
  public String toString() {
    return "JDK " + feature;
  }
}
