package io.sparkrnn.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Values under their keys, with where each was written; turns into a configuration when complete.
 */
final class Values {
  private record Written(Object value, String origin) {}

  private final Map<Key, Object> defaults = new HashMap<>();
  private final Map<Key, Written> written = new HashMap<>();
  private final Map<String, String> hadoop = new TreeMap<>();

  /** The first value of a key is its default, the latest one counts. */
  void put(Key key, Object value, String origin) {
    defaults.putIfAbsent(key, value);
    written.put(key, new Written(value, origin));
  }

  void putHadoop(String property, String value) {
    hadoop.put(property, value);
  }

  String origin(Key key) {
    return written.get(key).origin();
  }

  boolean isDefault(Key key) {
    return defaults.get(key).equals(written.get(key).value());
  }

  RunConfiguration toConfiguration() {
    return new RunConfiguration(
        section(ModelConfiguration.class),
        section(DataConfiguration.class),
        section(TableConfiguration.class),
        section(TrainingConfiguration.class),
        section(UpdaterConfiguration.class),
        section(ScheduleConfiguration.class),
        section(OutputConfiguration.class),
        section(SparkConfiguration.class),
        hadoop);
  }

  private <R extends Record> R section(Class<R> type) {
    List<Key> keys = Keys.all().stream().filter(key -> key.isOf(type)).toList();
    try {
      return type.getDeclaredConstructor(keys.stream().map(Key::type).toArray(Class<?>[]::new))
          .newInstance(keys.stream().map(key -> written.get(key).value()).toArray());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
