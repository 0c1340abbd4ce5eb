package io.sparkrnn.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigValue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Puts a configuration together from the shipped defaults, a file and flags, and reports everything
 * that is wrong with it at once.
 */
public final class ConfigurationLoader {
  private static final ConfigParseOptions HOCON =
      ConfigParseOptions.defaults().setSyntax(ConfigSyntax.CONF).setAllowMissing(false);

  private static final Config SHIPPED =
      ConfigFactory.parseResources(ConfigurationLoader.class, "spark-rnn.conf", HOCON);

  private final Values values = new Values();
  private final List<Problem> problems = new ArrayList<>();

  /** Keys that were given an unusable value; rules over several keys leave them alone. */
  private final Set<Key<?>> broken = new HashSet<>();

  private ConfigurationLoader() {
    readSection("", SHIPPED.root());
  }

  /**
   * Reads a configuration.
   *
   * @param file overrides the defaults
   * @param flags override the file: text by {@link Key#path}
   * @throws ConfigurationException with every problem there is
   */
  public static RunConfiguration load(Optional<Path> file, Map<String, String> flags) {
    ConfigurationLoader loader = new ConfigurationLoader();
    file.ifPresent(loader::readFile);
    new TreeMap<>(flags).forEach(loader::readFlag);
    return loader.finish();
  }

  /**
   * Reads what {@link RunConfiguration#render} wrote, or any other HOCON text.
   *
   * @param where names the text in messages
   * @throws ConfigurationException with every problem there is
   */
  public static RunConfiguration parse(String hocon, String where) {
    ConfigurationLoader loader = new ConfigurationLoader();
    ConfigParseOptions options = HOCON.setOriginDescription(where);
    loader.readHocon(where, () -> ConfigFactory.parseString(hocon, options));
    return loader.finish();
  }

  /** What a run is told when nobody says anything. */
  public static RunConfiguration defaults() {
    return load(Optional.empty(), Map.of());
  }

  private void readFile(Path file) {
    if (Files.isDirectory(file) || !Files.exists(file)) {
      String found = Files.exists(file) ? "a directory" : "nothing";
      problems.add(
          new Problem(file.toString(), "", "expected a configuration file, found " + found));
    } else {
      readHocon(file.toString(), () -> ConfigFactory.parseFile(file.toFile(), HOCON));
    }
  }

  private void readHocon(String where, Supplier<Config> source) {
    try {
      Config parsed = source.get();
      // Substitutions may name defaults; only what is written here is read, so that its keys are
      // checked.
      readSection("", parsed.resolveWith(parsed.withFallback(SHIPPED)).root());
    } catch (ConfigException e) {
      problems.add(
          new Problem(where, Hocon.origin(e), "expected HOCON, found: " + Hocon.message(e)));
    }
  }

  private void readSection(String prefix, ConfigObject section) {
    Comparator<Map.Entry<String, ConfigValue>> byLine =
        Comparator.comparingInt(entry -> entry.getValue().origin().lineNumber());
    section.entrySet().stream()
        .sorted(byLine.thenComparing(Map.Entry::getKey))
        .forEach(entry -> readEntry(prefix + entry.getKey(), entry.getValue()));
  }

  private void readEntry(String path, ConfigValue value) {
    Optional<Key<?>> key = Keys.find(path);
    if (key.isPresent()) {
      readValue(key.get(), value);
    } else if (value instanceof ConfigObject section
        && (Keys.isSection(path) || !section.isEmpty())) {
      // An unknown section is reported by its entries, whose right keys can be guessed.
      readSection(path + ".", section);
    } else if (path.startsWith(Keys.HADOOP_PREFIX)) {
      readHadoop(path, value);
    } else if (Keys.isSection(path)) {
      add(path, value, "a section");
    } else {
      addUnknown(path, Hocon.origin(value));
    }
  }

  private void readHadoop(String path, ConfigValue value) {
    Hocon.scalarText(value)
        .ifPresentOrElse(
            text -> values.putHadoop(path.substring(Keys.HADOOP_PREFIX.length()), text),
            () -> add(path, value, "text"));
  }

  private <T> void readValue(Key<T> key, ConfigValue value) {
    Optional<String> text = key.isList() ? Hocon.listText(value) : Hocon.scalarText(value);
    text.flatMap(key::parse)
        .ifPresentOrElse(
            parsed -> values.put(key, parsed, Hocon.origin(value)),
            () -> {
              broken.add(key);
              add(key.path(), value, key.expected());
            });
  }

  private void readFlag(String path, String text) {
    Keys.find(path)
        .ifPresentOrElse(key -> readFlag(key, text), () -> addUnknown(path, "command line"));
  }

  private <T> void readFlag(Key<T> key, String text) {
    key.parse(text)
        .ifPresentOrElse(
            parsed -> values.put(key, parsed, key.flag()),
            () -> {
              broken.add(key);
              problems.add(
                  new Problem(
                      key.path(),
                      key.flag(),
                      "expected " + key.expected() + ", found \"" + text + "\""));
            });
  }

  private RunConfiguration finish() {
    RunConfiguration configuration = values.toConfiguration();
    problems.addAll(Combinations.check(configuration, values, broken));
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
    return configuration;
  }

  private void add(String path, ConfigValue value, String expected) {
    problems.add(
        new Problem(
            path,
            Hocon.origin(value),
            "expected " + expected + ", found " + Hocon.describe(value)));
  }

  private void addUnknown(String path, String origin) {
    String suggestion =
        Suggestion.nearest(path, Keys.all().stream().map(Key::path).toList())
            .map(nearest -> "; did you mean " + nearest + "?")
            .orElse("");
    problems.add(
        new Problem(path, origin, "expected a known key, found an unknown one" + suggestion));
  }
}
