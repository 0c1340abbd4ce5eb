package io.sparkrnn.config;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Values under their keys, with where each was written; turns into a configuration when complete.
 */
final class Values {
  private record Written(Object value, String origin) {}

  private final Map<Key<?>, Object> defaults = new HashMap<>();
  private final Map<Key<?>, Written> written = new HashMap<>();
  private final Map<String, String> hadoop = new TreeMap<>();

  /** The first value of a key is its default, the latest one counts. */
  <T> void put(Key<T> key, T value, String origin) {
    defaults.putIfAbsent(key, value);
    written.put(key, new Written(value, origin));
  }

  void putHadoop(String property, String value) {
    hadoop.put(property, value);
  }

  String origin(Key<?> key) {
    return written.get(key).origin();
  }

  boolean isDefault(Key<?> key) {
    return defaults.get(key).equals(written.get(key).value());
  }

  RunConfiguration toConfiguration() {
    return new RunConfiguration(
        new ModelConfiguration(
            get(Keys.MODEL_NAME), get(Keys.HIDDEN), get(Keys.ACTIVATION), get(Keys.RECURRENT_INIT)),
        new DataConfiguration(
            get(Keys.DATA_URI),
            get(Keys.TRAIN_IMAGES),
            get(Keys.TRAIN_LABELS),
            get(Keys.TEST_IMAGES),
            get(Keys.TEST_LABELS),
            get(Keys.VALIDATION)),
        new TrainingConfiguration(
            get(Keys.EPOCHS),
            get(Keys.MINIBATCH_SIZE),
            get(Keys.WORKERS),
            get(Keys.THREADS_PER_WORKER),
            get(Keys.AVERAGING_FREQUENCY),
            get(Keys.FIRST_EPOCH_AVERAGING_FREQUENCY),
            get(Keys.SEED),
            get(Keys.CLIP_NORM),
            get(Keys.L2),
            get(Keys.ENGINE),
            get(Keys.KERNELS),
            get(Keys.ROUNDS),
            get(Keys.EVALUATION_OVERLAP_ROUNDS),
            get(Keys.EARLY_STOPPING_EPOCHS),
            get(Keys.EARLY_STOPPING_MIN_DELTA),
            get(Keys.EMA_DECAY),
            get(Keys.INITIAL_MODEL)),
        new UpdaterConfiguration(
            get(Keys.UPDATER_NAME),
            get(Keys.LEARNING_RATE),
            get(Keys.MOMENTUM),
            get(Keys.BETA1),
            get(Keys.BETA2),
            get(Keys.EPSILON)),
        new ScheduleConfiguration(
            get(Keys.SCHEDULE_NAME),
            get(Keys.WARM_UP_ITERATIONS),
            get(Keys.DECAY_RATE),
            get(Keys.DECAY_ITERATIONS),
            get(Keys.FINAL_FRACTION),
            get(Keys.PLATEAU_EPOCHS),
            get(Keys.PLATEAU_FACTOR),
            get(Keys.PLATEAU_MIN_LEARNING_RATE)),
        new OutputConfiguration(
            get(Keys.RUN_DIR),
            get(Keys.RESUME),
            get(Keys.ALLOW_DRIFT),
            get(Keys.CHECKPOINT_EVERY),
            get(Keys.CHECKPOINT_EVERY_ROUNDS),
            get(Keys.CHECKPOINT_EVERY_MINUTES),
            get(Keys.KEEP),
            get(Keys.RETRY_SECONDS),
            get(Keys.HEARTBEAT_SECONDS),
            get(Keys.TAKEOVER_SECONDS),
            get(Keys.TENSORBOARD)),
        get(Keys.MASTER),
        get(Keys.SHARED_PATHS),
        hadoop);
  }

  @SuppressWarnings("unchecked") // put() took a T under this key.
  private <T> T get(Key<T> key) {
    return (T) written.get(key).value();
  }
}
