package io.sparkrnn.run;

import io.sparkrnn.config.ConfigurationException;
import io.sparkrnn.config.Engine;
import io.sparkrnn.config.Key;
import io.sparkrnn.config.Keys;
import io.sparkrnn.config.Problem;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Refuses local paths where other machines would have to read them: they may have other files of
 * that name, or none.
 *
 * @param executorsElsewhere whether executors run on other machines
 * @param driverElsewhere whether the driver does
 */
public record ClusterPaths(
    RunConfiguration configuration, boolean executorsElsewhere, boolean driverElsewhere) {
  private static final String BUILTIN = "builtin:";

  /** As spark-submit says where things run; what the configuration says counts more. */
  public static ClusterPaths of(RunConfiguration configuration) {
    return of(
        configuration,
        System.getProperty("spark.master", ""),
        System.getProperty("spark.submit.deployMode", ""));
  }

  /** What Spark is to run on; empty where nobody says. */
  static String master(RunConfiguration configuration) {
    return master(configuration, System.getProperty("spark.master", ""));
  }

  private static String master(RunConfiguration configuration, String submitted) {
    return configuration.spark().master().isEmpty() ? submitted : configuration.spark().master();
  }

  /**
   * As the other.
   *
   * @param submittedMaster and the next: empty without spark-submit
   */
  public static ClusterPaths of(
      RunConfiguration configuration, String submittedMaster, String deployMode) {
    String master = master(configuration, submittedMaster);
    // local[2] and local-cluster[2,1,1024]: processes of this machine.
    boolean cluster = !master.isEmpty() && !master.startsWith("local");
    return new ClusterPaths(
        configuration,
        cluster && configuration.training().engine() != Engine.LOCAL,
        cluster && deployMode.equals("cluster"));
  }

  /**
   * Demands that a run finds its data and leaves its run directory where it can be found.
   *
   * @throws ConfigurationException with every location that is wrong
   */
  public void requireRunnable() {
    List<Problem> problems = dataProblems();
    String directory = configuration.run().dir();
    if (driverElsewhere && directory.isEmpty()) {
      problems.add(
          new Problem(
              Keys.RUN_DIR.path(),
              Keys.RUN_DIR.flag(),
              "expected hdfs: or another location every machine can read, since the driver may run on any of them, found none"));
    } else if (driverElsewhere) {
      check(Keys.RUN_DIR.path(), Keys.RUN_DIR.flag(), directory).ifPresent(problems::add);
    }
    for (Key key : List.of(Keys.INITIAL_MODEL, Keys.EMBEDDINGS, Keys.TENSORBOARD)) {
      String location = key.text(configuration);
      if (driverElsewhere && !location.isEmpty()) {
        check(key.path(), key.flag(), location).ifPresent(problems::add);
      }
    }
    require(problems);
  }

  /**
   * As the other, for the data of an evaluation and for a file that only the driver reads.
   *
   * @param flag names the file in the message
   */
  public void requireReadable(String flag, String file) {
    List<Problem> problems = dataProblems();
    if (driverElsewhere) {
      check(flag, "", file).ifPresent(problems::add);
    }
    require(problems);
  }

  /**
   * Demands that executors find what they read, and what they write can be found.
   *
   * @param locations by the flags that name them in messages
   */
  public void requireShared(Map<String, String> locations) {
    List<Problem> problems = new ArrayList<>();
    if (executorsElsewhere || driverElsewhere) {
      locations.forEach((flag, location) -> check(flag, "", location).ifPresent(problems::add));
    }
    require(problems);
  }

  /** Whether tables have names in a catalog, which are the same everywhere. */
  public boolean hasTableNames() {
    return configuration.table().format().equals("table");
  }

  private List<Problem> dataProblems() {
    List<Problem> problems = new ArrayList<>();
    if (executorsElsewhere || driverElsewhere) {
      for (Key key : dataKeys()) {
        check(key.path(), key.flag(), key.text(configuration)).ifPresent(problems::add);
      }
    }
    return problems;
  }

  private List<Key> dataKeys() {
    if (hasTableNames()) {
      return List.of();
    }
    if (configuration.table().isGiven()) {
      return Stream.of("table.train", "table.validation", "table.test")
          .map(Keys::of)
          .filter(key -> !key.text(configuration).isEmpty())
          .toList();
    }
    return configuration.data().hasExplicitFiles()
        ? Stream.of(Keys.TRAIN_IMAGES, Keys.TRAIN_LABELS, Keys.TEST_IMAGES, Keys.TEST_LABELS)
            .filter(key -> !key.text(configuration).isEmpty())
            .toList()
        : List.of(Keys.DATA_URI);
  }

  private Optional<Problem> check(String name, String flag, String location) {
    if (location.startsWith(BUILTIN) || !isLocal(location)) {
      return Optional.empty();
    }
    if (!configuration.spark().sharedPaths()) {
      return Optional.of(
          new Problem(
              name,
              flag,
              "expected hdfs: or another location every machine can read, found %s; %s says that a mounted share is the same everywhere"
                  .formatted(location, Keys.SHARED_PATHS.flag())));
    }
    if (driverElsewhere && !location.startsWith("/") && !location.contains(":")) {
      return Optional.of(
          new Problem(
              name,
              flag,
              "expected an absolute path, since the driver has another working directory, found "
                  + location));
    }
    return Optional.empty();
  }

  private static boolean isLocal(String location) {
    try {
      return Locations.uri(location).getScheme().equalsIgnoreCase("file");
    } catch (StorageException e) {
      // What is no location is refused when it is used.
      return false;
    }
  }

  private static void require(List<Problem> problems) {
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
  }
}
