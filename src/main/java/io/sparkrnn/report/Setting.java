package io.sparkrnn.report;

import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.Key;
import io.sparkrnn.config.RunConfiguration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One key of a run's configuration.
 *
 * @param isDefault whether it has the value that it has where nothing is said
 */
record Setting(String path, String value, boolean isDefault) {

  /** All keys that say something, secrets masked. */
  static List<Setting> of(RunConfiguration configuration) {
    RunConfiguration shown = configuration.redacted();
    RunConfiguration defaults = ConfigurationLoader.load(Optional.empty(), Map.of());
    return shown.keys().stream()
        .map(key -> setting(key, shown, defaults))
        .filter(setting -> !(setting.isDefault() && setting.value().isEmpty()))
        .toList();
  }

  private static Setting setting(Key key, RunConfiguration shown, RunConfiguration defaults) {
    String value = key.text(shown);
    return new Setting(key.path(), value, value.equals(key.text(defaults)));
  }
}
