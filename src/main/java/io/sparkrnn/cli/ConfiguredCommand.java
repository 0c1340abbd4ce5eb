package io.sparkrnn.cli;

import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.Key;
import io.sparkrnn.config.RunConfiguration;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/**
 * A command with a configuration: a file, and an option for each key that means something to it.
 * Their texts are checked where files are, all at once.
 */
@Command(mixinStandardHelpOptions = true, sortOptions = false, usageHelpAutoWidth = true)
abstract class ConfiguredCommand implements Callable<Integer> {
  final PrintStream out;
  private final List<Key> keys;

  @Spec private CommandSpec spec;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "Configuration file (HOCON) whose values override the defaults; flags override it.")
  Path file;

  ConfiguredCommand(PrintStream out, List<Key> keys) {
    this.out = out;
    this.keys = keys;
  }

  /** Adds the options of the keys, behind the command's own. */
  final void addKeys() {
    RunConfiguration defaults = ConfigurationLoader.defaults();
    for (Key key : keys) {
      OptionSpec.Builder option =
          OptionSpec.builder(key.flag()).description(description(key, defaults));
      if (key.isSwitch()) {
        option.type(boolean.class).arity("0");
      } else {
        option.type(String.class).arity("1").paramLabel(key.label());
      }
      spec.addOption(option.build());
    }
  }

  private static String description(Key key, RunConfiguration defaults) {
    String text = key.text(defaults);
    return key.isSwitch() || text.isEmpty()
        ? key.description()
        : key.description() + " Default: " + text;
  }

  /** For people, where standard output is a result. */
  final PrintWriter err() {
    return spec.commandLine().getErr();
  }

  /** The texts of the flags that were given, by path of their keys. */
  final Map<String, String> flags() {
    ParseResult result = spec.commandLine().getParseResult();
    Map<String, String> texts = new LinkedHashMap<>();
    for (Key key : keys) {
      if (result.hasMatchedOption(key.flag())) {
        texts.put(key.path(), String.valueOf(result.matchedOption(key.flag()).<Object>getValue()));
      }
    }
    return texts;
  }

  /** What the file says, and these texts over it. */
  final RunConfiguration load(Map<String, String> texts) {
    return ConfigurationLoader.load(Optional.ofNullable(file), texts, keys);
  }

  final RunConfiguration configuration() {
    return load(flags());
  }
}
