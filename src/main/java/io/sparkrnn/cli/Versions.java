package io.sparkrnn.cli;

import io.sparkrnn.spark.SparkEngine;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/** What a run was made with. */
final class Versions implements IVersionProvider {
  /** Changes whenever the same seed may give other bits. */
  static final int ARITHMETIC = 1;

  static String sparkRnn() {
    return Objects.requireNonNullElse(
        Versions.class.getPackage().getImplementationVersion(), "development");
  }

  static Map<String, String> all() {
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("sparkRnn", sparkRnn());
    versions.put("arithmetic", String.valueOf(ARITHMETIC));
    versions.put("spark", SparkEngine.version());
    versions.put("java", System.getProperty("java.version"));
    versions.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    return versions;
  }

  @Override
  public String[] getVersion() {
    return new String[] {"spark-rnn " + sparkRnn()};
  }
}
