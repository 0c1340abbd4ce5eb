package io.sparkrnn.config;

import java.io.Serializable;
import java.util.List;

/**
 * The data to train and test on: a source with the four standard file names, or four explicit
 * files.
 */
public record DataConfiguration(
    @Setting(
            value =
                "Data to train and test on: builtin:mnist, or a directory (a path or any URI that Hadoop can read) with the four IDX files by their standard names, gzipped or not.",
            flag = "--data",
            label = "URI",
            required = true,
            free = true)
        String uri,
    @Setting(
            value =
                "IDX file of the training images, a path or URI; the four files go together and take the place of data.uri.",
            label = "URI",
            free = true)
        String trainImages,
    @Setting(value = "IDX file of the training labels.", label = "URI", free = true)
        String trainLabels,
    @Setting(value = "IDX file of the test images.", label = "URI", free = true) String testImages,
    @Setting(value = "IDX file of the test labels.", label = "URI", free = true) String testLabels,
    @Setting(value = "Training samples held out for validation, drawn by the seed.", min = 0)
        int validation)
    implements Serializable {
  /**
   * Whether the four files are named one by one; a loaded configuration names all of them or none.
   */
  public boolean hasExplicitFiles() {
    return !(trainImages.isEmpty()
        && trainLabels.isEmpty()
        && testImages.isEmpty()
        && testLabels.isEmpty());
  }

  /** What is read, in one line: the source, or the four files' directory, or else the files. */
  public String described() {
    if (!hasExplicitFiles()) {
      return uri;
    }
    List<String> files = List.of(trainImages, trainLabels, testImages, testLabels);
    List<String> directories =
        files.stream()
            .map(file -> file.substring(0, file.lastIndexOf('/') + 1))
            .distinct()
            .toList();
    return directories.size() == 1 && !directories.contains("")
        ? directories.get(0)
        : String.join(", ", files);
  }
}
