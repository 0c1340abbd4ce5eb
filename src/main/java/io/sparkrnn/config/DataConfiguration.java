package io.sparkrnn.config;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;

/**
 * The data to train and test on: a source with the four standard file names, or four explicit
 * files.
 *
 * @param uri {@code builtin:mnist}, or a directory; not read when there are explicit files
 * @param trainImages IDX file; empty: not explicit, as for the next three
 * @param trainLabels IDX file
 * @param testImages IDX file
 * @param testLabels IDX file
 * @param validation training samples to hold out
 */
public record DataConfiguration(
    String uri,
    String trainImages,
    String trainLabels,
    String testImages,
    String testLabels,
    int validation)
    implements Serializable {
  public DataConfiguration {
    requireNonNull(uri, "uri");
    requireNonNull(trainImages, "trainImages");
    requireNonNull(trainLabels, "trainLabels");
    requireNonNull(testImages, "testImages");
    requireNonNull(testLabels, "testLabels");
  }

  /**
   * Whether the four files are named one by one; a loaded configuration names all of them or none.
   */
  public boolean hasExplicitFiles() {
    return !(trainImages.isEmpty()
        && trainLabels.isEmpty()
        && testImages.isEmpty()
        && testLabels.isEmpty());
  }
}
