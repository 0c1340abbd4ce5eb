package io.sparkrnn.cli;

import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.Key;
import io.sparkrnn.config.Keys;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.run.RunDirectory;
import io.sparkrnn.storage.Storage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How images are read for a model that was trained on some: as its run says, if there is a run
 * directory, unless a file or flags say otherwise.
 */
final class ModelImages {
  /** The keys of what is done with pixels. */
  static final List<Key> PIXELS =
      Stream.of("data.resize", "data.transpose", "data.invert", "data.scale")
          .map(Keys::of)
          .toList();

  private static final Key LABEL_OFFSET = Keys.of("data.label-offset");

  /** Those of what a model is tested on. */
  static final List<Key> TEST =
      List.of(Keys.DATA_URI, Keys.TEST_IMAGES, Keys.TEST_LABELS, LABEL_OFFSET);

  /** Where images are. */
  private static final List<Key> PLACES =
      List.of(
          Keys.DATA_URI, Keys.TRAIN_IMAGES, Keys.TRAIN_LABELS, Keys.TEST_IMAGES, Keys.TEST_LABELS);

  private ModelImages() {}

  /**
   * The texts of a configuration that reads images for a model.
   *
   * @param location of the model, perhaps its run directory
   * @param given what a file and flags say overrides what the run says; of places as a whole
   * @param flags those of them that were given as flags
   */
  static Map<String, String> texts(
      Storage storage, String location, RunConfiguration given, Map<String, String> flags) {
    Map<String, String> texts = new LinkedHashMap<>();
    Map<String, String> places = said(given, PLACES);
    PLACES.stream()
        .map(Key::path)
        .filter(flags::containsKey)
        .forEach(path -> places.put(path, flags.get(path)));
    RunDirectory.configuration(storage, location)
        .filter(run -> !run.table().isGiven())
        .ifPresent(
            run -> {
              texts.putAll(said(run, PIXELS));
              texts.putAll(said(run, List.of(LABEL_OFFSET)));
              if (places.isEmpty()) {
                texts.putAll(said(run, PLACES));
              }
            });
    texts.putAll(places);
    texts.putAll(said(given, PIXELS));
    texts.putAll(said(given, List.of(LABEL_OFFSET)));
    texts.putAll(flags);
    return texts;
  }

  /** What is not as the defaults say. */
  private static Map<String, String> said(RunConfiguration configuration, List<Key> keys) {
    RunConfiguration defaults = ConfigurationLoader.defaults();
    Map<String, String> texts = new LinkedHashMap<>();
    for (Key key : keys) {
      if (!key.text(configuration).equals(key.text(defaults))) {
        texts.put(key.path(), key.text(configuration));
      }
    }
    return texts;
  }
}
