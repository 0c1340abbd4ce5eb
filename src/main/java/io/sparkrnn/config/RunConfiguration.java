package io.sparkrnn.config;

import static com.typesafe.config.ConfigUtil.quoteString;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Everything a run is told.
 *
 * @param hadoop Hadoop properties by name, in the order of their names
 */
public record RunConfiguration(
    ModelConfiguration model,
    DataConfiguration data,
    TableConfiguration table,
    TrainingConfiguration training,
    UpdaterConfiguration updater,
    ScheduleConfiguration schedule,
    OutputConfiguration run,
    SparkConfiguration spark,
    Map<String, String> hadoop)
    implements Serializable {
  /** The {@code spark.redaction.regex} of {@code conf/spark-defaults.conf}. */
  static final Pattern SECRET =
      Pattern.compile(
          "(?i)secret|passw(or)?d|passphrase|token|credential"
              + "|(access|account|private|encryption|api|shared)[._-]?key|[.]sas([.]|$)");

  /** Workers up to which {@code auto} averages parameters. */
  public static final int MOST_AVERAGING_PARAMETERS = 4;

  private static final String REDACTED = "(redacted)";

  public RunConfiguration {
    hadoop = Collections.unmodifiableMap(new TreeMap<>(hadoop));
  }

  /**
   * What rounds average: {@code auto} means parameters up to {@value #MOST_AVERAGING_PARAMETERS}
   * workers, and with DL4J's master, which does nothing else; gradients beyond. By the number of
   * workers that is configured, whatever runs them.
   */
  public Averaging averaging() {
    if (training.averaging() != Averaging.AUTO) {
      return training.averaging();
    }
    return training.workers() <= MOST_AVERAGING_PARAMETERS || training.engine() == Engine.DL4J
        ? Averaging.PARAMETERS
        : Averaging.GRADIENTS;
  }

  /** Samples that a step of the updater is taken for. */
  public long samplesOfStep() {
    int workers = averaging() == Averaging.GRADIENTS ? training.workers() : 1;
    return (long) workers * training.minibatchSize();
  }

  /**
   * Epochs without a better validation after which a run ends, on its best epoch: as many as there
   * can be where the best epoch is kept without ending early; 0: it ends on its last one.
   */
  public int patienceEpochs() {
    int never = training.keepBest() ? Integer.MAX_VALUE : 0;
    return training.earlyStoppingEpochs() > 0 ? training.earlyStoppingEpochs() : never;
  }

  /** Whether there are to be samples to validate on. */
  public boolean validates() {
    return data.validation() > 0
        || !table.validation().isEmpty()
        || !table.validationFrom().isEmpty();
  }

  /** Whether what an epoch's evaluation finds decides about the epochs after it, or the model. */
  public boolean followsValidation() {
    return patienceEpochs() > 0 || schedule.plateauEpochs() > 0;
  }

  /**
   * Those that say something: four files of one's own, or tables, take the place of {@code
   * data.uri}, and without tables nothing is to be said of them.
   */
  public List<Key> keys() {
    return Keys.all().stream()
        .filter(key -> key != Keys.DATA_URI || !(data.hasExplicitFiles() || table.isGiven()))
        .filter(key -> table.isGiven() || !key.isOf(TableConfiguration.class))
        .toList();
  }

  /** HOCON that {@link ConfigurationLoader#parse} reads back as an equal configuration. */
  public String render() {
    StringBuilder hocon = new StringBuilder();
    keys().stream()
        .collect(groupingBy(Key::section, LinkedHashMap::new, toList()))
        .forEach(
            (section, keys) -> {
              hocon.append(section).append(" {\n");
              keys.forEach(key -> line(hocon, key.name(), key.rendered(this)));
              hocon.append("}\n");
            });
    hocon.append("hadoop {\n");
    hadoop.forEach((property, value) -> line(hocon, quoteString(property), quoteString(value)));
    return hocon.append("}\n").toString();
  }

  /**
   * A copy for logs and run directories: values of Hadoop properties that look like secrets are
   * masked.
   */
  public RunConfiguration redacted() {
    Map<String, String> masked = new TreeMap<>(hadoop);
    masked.replaceAll((property, value) -> SECRET.matcher(property).find() ? REDACTED : value);
    return withHadoop(masked);
  }

  /**
   * With other values of some keys.
   *
   * @param texts by key, as flags would say them
   */
  public RunConfiguration with(Map<Key, String> texts) {
    Values values = new Values();
    for (Key key : Keys.all()) {
      Object value =
          texts.containsKey(key) ? key.parse(texts.get(key)).orElseThrow() : key.value(this);
      values.put(key, value, "");
    }
    hadoop.forEach(values::putHadoop);
    return values.toConfiguration();
  }

  /** With another's Hadoop properties where it has none of its own; masked ones are left out. */
  public RunConfiguration withHadoopOf(RunConfiguration other) {
    Map<String, String> properties = new TreeMap<>(other.hadoop);
    properties.values().removeIf(REDACTED::equals);
    properties.putAll(hadoop);
    return withHadoop(properties);
  }

  RunConfiguration withHadoop(Map<String, String> properties) {
    return new RunConfiguration(
        model, data, table, training, updater, schedule, run, spark, properties);
  }

  private static void line(StringBuilder hocon, String name, String value) {
    hocon.append("  ").append(name).append(" = ").append(value).append('\n');
  }
}
