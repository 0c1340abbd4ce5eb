package io.sparkrnn.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Puts a configuration together from the shipped defaults, a file and flags, and reports everything
 * that is wrong with it at once.
 */
public final class ConfigurationLoader {
  private static final ConfigParseOptions HOCON =
      ConfigParseOptions.defaults()
          .setSyntax(ConfigSyntax.CONF)
          .setAllowMissing(false)
          .setIncluder(new NoIncludes());

  // Each substitution can double the size, and the time, of all that it names: a few dozen lines
  // would take for ever. Both limits are far above what anybody needs.
  private static final int MAX_SUBSTITUTIONS = 12;
  private static final int MAX_ENTRIES = 20_000;

  /** Up to the first element of its path. */
  private static final Pattern SUBSTITUTION =
      Pattern.compile("\\$\\{\\??(\"(?:[^\"\\\\]++|\\\\.)*+\"|[^.\"}]*+)");

  private static final Config SHIPPED =
      ConfigFactory.parseResources(ConfigurationLoader.class, "spark-rnn.conf", HOCON);

  /** What runs of earlier versions did, which had no key for it. */
  private static final Config EARLIER =
      ConfigFactory.parseString("training.averaging = parameters", HOCON);

  private final Values values = new Values();
  private final List<Problem> problems = new ArrayList<>();

  /** Keys that were given an unusable value; rules over several keys leave them alone. */
  private final Set<Key> broken = new HashSet<>();

  /** What is being read. */
  private Config fallback = SHIPPED;

  private String source = "";

  private int entries;

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
    return load(file, flags, Keys.all());
  }

  /**
   * As the other, for a command that has these keys alone: it need not be given what it has no key
   * for.
   */
  public static RunConfiguration load(
      Optional<Path> file, Map<String, String> flags, List<Key> ofCommand) {
    ConfigurationLoader loader = new ConfigurationLoader();
    file.ifPresent(loader::readFile);
    new TreeMap<>(flags).forEach(loader::readFlag);
    return loader.finish(ofCommand);
  }

  /**
   * Reads what {@link RunConfiguration#render} wrote, or any other HOCON text.
   *
   * @param where names the text in messages
   * @throws ConfigurationException with every problem there is
   */
  public static RunConfiguration parse(String hocon, String where) {
    ConfigurationLoader loader = new ConfigurationLoader();
    loader.readHocon(where, hocon);
    return loader.finish(Keys.all());
  }

  /**
   * As {@link #parse}, of a run's configuration, perhaps written by an earlier version: what that
   * could not be told otherwise has the value that stood for it then.
   */
  public static RunConfiguration parseSaved(String hocon, String where) {
    ConfigurationLoader loader = new ConfigurationLoader();
    loader.fallback = EARLIER.withFallback(SHIPPED);
    loader.readHocon(where, hocon);
    return loader.finish(Keys.all());
  }

  /** What a run is told when nobody says anything. */
  public static RunConfiguration defaults() {
    return Defaults.READ;
  }

  /** Read once: each param of an estimator asks for its own. */
  private static final class Defaults {
    static final RunConfiguration READ = load(Optional.empty(), Map.of());
  }

  private void readFile(Path file) {
    try {
      readHocon(file.toString(), ConfigurationFile.read(file));
    } catch (ConfigurationException e) {
      problems.addAll(e.problems());
    }
  }

  private void readHocon(String where, String hocon) {
    source = where;
    try {
      Config parsed = ConfigFactory.parseString(hocon, HOCON.setOriginDescription(where));
      requireFewSubstitutions(parsed);
      // Substitutions may name defaults, which are read a second time.
      readSection("", parsed.withFallback(fallback).resolve().root());
    } catch (ConfigException e) {
      problems.add(
          new Problem(where, Hocon.origin(e), "expected HOCON, found: " + Hocon.message(e)));
    } catch (StackOverflowError e) {
      problems.add(new Problem(where, "", "expected HOCON, found: nested too deeply"));
    }
  }

  /** Environment variables and defaults do not count: they name nothing that names more. */
  private static void requireFewSubstitutions(Config parsed) {
    Set<String> own =
        parsed.root().keySet().stream().map(ConfigUtil::joinPath).collect(Collectors.toSet());
    long count =
        SUBSTITUTION
            .matcher(parsed.root().render(ConfigRenderOptions.concise()))
            .results()
            .filter(found -> own.contains(found.group(1)))
            .count();
    if (count > MAX_SUBSTITUTIONS) {
      throw new ConfigException.Generic(
          "%d substitutions of what is in the file itself, and at most %d are allowed"
              .formatted(count, MAX_SUBSTITUTIONS));
    }
  }

  private void readSection(String prefix, ConfigObject section) {
    Comparator<Map.Entry<String, ConfigValue>> byLine =
        Comparator.comparingInt(entry -> firstLine(entry.getValue()));
    section.entrySet().stream()
        .sorted(byLine.thenComparing(Map.Entry::getKey))
        .forEach(entry -> readEntry(prefix + entry.getKey(), entry.getValue()));
  }

  /** The first line of the source that a value comes from; defaults come last. */
  private int firstLine(ConfigValue value) {
    if (value instanceof ConfigObject section && !section.isEmpty()) {
      return section.values().stream().mapToInt(this::firstLine).min().getAsInt();
    }
    return Hocon.origin(value).contains(source) ? value.origin().lineNumber() : Integer.MAX_VALUE;
  }

  private void readEntry(String path, ConfigValue value) {
    if (++entries > MAX_ENTRIES) {
      throw new ConfigException.Generic("more than " + MAX_ENTRIES + " keys");
    }
    Optional<Key> key = Keys.find(path);
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
      addUnknown(path, origin(value));
    }
  }

  private void readHadoop(String path, ConfigValue value) {
    Hocon.scalarText(value)
        .filter(text -> StandardCharsets.UTF_8.newEncoder().canEncode(path + text))
        .ifPresentOrElse(
            text -> values.putHadoop(path.substring(Keys.HADOOP_PREFIX.length()), text),
            // What is there is not shown: it may be a secret.
            () -> addUnusable(path, value, "text", Hocon.describeHidden(value)));
  }

  private void readValue(Key key, ConfigValue value) {
    Optional<String> text = key.isList() ? Hocon.listText(value) : Hocon.scalarText(value);
    text.flatMap(key::parse)
        .ifPresentOrElse(
            parsed -> values.put(key, parsed, origin(value)),
            () -> {
              broken.add(key);
              add(key.path(), value, key.expected());
            });
  }

  private void readFlag(String path, String text) {
    Keys.find(path)
        .ifPresentOrElse(key -> readFlag(key, text), () -> addUnknown(path, "command line"));
  }

  private void readFlag(Key key, String text) {
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

  private RunConfiguration finish(List<Key> ofCommand) {
    RunConfiguration configuration = values.toConfiguration();
    problems.addAll(Combinations.check(configuration, values, broken, ofCommand));
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
    return configuration;
  }

  private void add(String path, ConfigValue value, String expected) {
    addUnusable(path, value, expected, Hocon.describe(value));
  }

  private void addUnusable(String path, ConfigValue value, String expected, String found) {
    problems.add(new Problem(path, origin(value), "expected " + expected + ", found " + found));
  }

  /** Where a value stands; one of an environment variable or a default stands in the file, too. */
  private String origin(ConfigValue value) {
    String origin = Hocon.origin(value);
    return origin.contains(source) ? origin : source + ", " + origin;
  }

  private void addUnknown(String path, String origin) {
    problems.add(
        new Problem(path, origin, "expected a known key, found an unknown one" + suggestion(path)));
  }

  private String suggestion(String unknown) {
    if (problems.size() >= ConfigurationException.MAX_LISTED) {
      // Searching takes a while, and this problem will not be listed.
      return "";
    }
    return Suggestion.nearest(unknown, Keys.all().stream().map(Key::path).toList())
        .map(nearest -> "; did you mean " + nearest + "?")
        .orElse("");
  }
}
