package io.sparkrnn.cli;

import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.Key;
import io.sparkrnn.config.RunConfiguration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * The options that the keys of the configuration define; their texts are checked where files are,
 * all at once.
 */
final class ConfigurationOptions {
  private ConfigurationOptions() {}

  static void addTo(CommandSpec command, List<Key> keys) {
    RunConfiguration defaults = ConfigurationLoader.defaults();
    for (Key key : keys) {
      OptionSpec.Builder option =
          OptionSpec.builder(key.flag()).description(description(key, defaults));
      if (key.isSwitch()) {
        option.type(boolean.class).arity("0");
      } else {
        option.type(String.class).arity("1").paramLabel(key.label());
      }
      command.addOption(option.build());
    }
  }

  private static String description(Key key, RunConfiguration defaults) {
    String text = key.text(defaults);
    return key.isSwitch() || text.isEmpty()
        ? key.description()
        : key.description() + " Default: " + text;
  }

  /** The texts of the flags that were given, by path of their keys. */
  static Map<String, String> given(ParseResult result, List<Key> keys) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (Key key : keys) {
      if (result.hasMatchedOption(key.flag())) {
        texts.put(key.path(), String.valueOf(result.matchedOption(key.flag()).<Object>getValue()));
      }
    }
    return texts;
  }
}
