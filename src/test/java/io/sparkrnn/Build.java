package io.sparkrnn;

import java.nio.file.Path;

/** What Maven has built for the tests that run. */
public final class Build {
  /** Maven's build directory: each Spark that the program is built for has its own. */
  public static final Path DIRECTORY =
      Path.of(System.getProperty("build.directory", "target")).toAbsolutePath();

  private Build() {}

  /** A file or directory there. */
  public static Path resolve(String name) {
    return DIRECTORY.resolve(name);
  }
}
