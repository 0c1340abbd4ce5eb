package io.sparkrnn.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The registry of keys: every component of the records of {@link RunConfiguration}. Those that the
 * program names have constants here.
 */
public final class Keys {
  /** Below it, any name is a Hadoop property. */
  static final String HADOOP_PREFIX = "hadoop.";

  private static final List<Key> ALL =
      Stream.of(RunConfiguration.class.getRecordComponents())
          .filter(section -> section.getType().isRecord())
          .flatMap(
              section ->
                  Stream.of(section.getType().getRecordComponents())
                      .map(component -> new Key(section, component)))
          .toList();

  private static final Map<String, Key> BY_PATH =
      ALL.stream().collect(Collectors.toMap(Key::path, key -> key));

  public static final Key MODEL_NAME = of("model.name");
  public static final Key HIDDEN = of("model.hidden");
  public static final Key ACTIVATION = of("model.activation");
  public static final Key EMBEDDINGS = of("model.embeddings");
  public static final Key DATA_URI = of("data.uri");
  public static final Key TRAIN_IMAGES = of("data.train-images");
  public static final Key TRAIN_LABELS = of("data.train-labels");
  public static final Key TEST_IMAGES = of("data.test-images");
  public static final Key TEST_LABELS = of("data.test-labels");
  public static final Key SEED = of("training.seed");
  public static final Key ENGINE = of("training.engine");
  public static final Key KERNELS = of("training.kernels");
  public static final Key INITIAL_MODEL = of("training.initial-model");
  public static final Key RUN_DIR = of("run.dir");
  public static final Key RESUME = of("run.resume");
  public static final Key ALLOW_DRIFT = of("run.allow-drift");
  public static final Key TENSORBOARD = of("run.tensorboard");
  public static final Key MASTER = of("spark.master");
  public static final Key SHARED_PATHS = of("spark.shared-paths");

  private Keys() {}

  /** Every key, in the order of the configuration file. */
  public static List<Key> all() {
    return ALL;
  }

  public static Optional<Key> find(String path) {
    return Optional.ofNullable(BY_PATH.get(path));
  }

  /** The key of a path that the program names. */
  public static Key of(String path) {
    return find(path).orElseThrow(() -> new IllegalArgumentException("There is no key " + path));
  }

  static boolean isSection(String path) {
    return HADOOP_PREFIX.equals(path + ".")
        || ALL.stream().anyMatch(key -> key.section().equals(path));
  }
}
