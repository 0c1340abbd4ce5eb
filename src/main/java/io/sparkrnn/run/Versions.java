package io.sparkrnn.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.stream.Stream;
import picocli.CommandLine.IVersionProvider;

/** What a run was made with. */
public final class Versions implements IVersionProvider {
  /** Changes whenever the same seed may give other bits. */
  public static final int ARITHMETIC = 2;

  public static String sparkRnn() {
    return Objects.requireNonNullElse(
        Versions.class.getPackage().getImplementationVersion(), "development");
  }

  static Map<String, String> all() {
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("sparkRnn", sparkRnn());
    versions.put("arithmetic", String.valueOf(ARITHMETIC));
    versions.put("gitCommit", gitCommit());
    versions.put(
        "spark", properties("/spark-version-info.properties").getProperty("version", "none"));
    versions.put("java", System.getProperty("java.version"));
    versions.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    return versions;
  }

  /**
   * What the build was made from, {@code -dirty} with changes; "unknown" outside of a repository.
   */
  private static String gitCommit() {
    Properties git = properties("git.properties");
    boolean dirty = Boolean.parseBoolean(git.getProperty("git.dirty"));
    return git.getProperty("git.commit.id.full", "unknown") + (dirty ? "-dirty" : "");
  }

  /** None where there is no such file. */
  private static Properties properties(String resource) {
    Properties properties = new Properties();
    try (InputStream in = Versions.class.getResourceAsStream(resource)) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties;
  }

  /** The CPU's name where Linux gives it, else its architecture. */
  static String cpu() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .findFirst()
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .orElse(System.getProperty("os.arch"));
    } catch (IOException | UncheckedIOException e) {
      return System.getProperty("os.arch");
    }
  }

  @Override
  public String[] getVersion() {
    return new String[] {"spark-rnn " + sparkRnn()};
  }
}
