package io.sparkrnn.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * Temporary directories with a name that is a name everywhere: it has letters beyond ASCII, and
 * some that shells, URIs and patterns of files read as something else. It has no spaces, at which
 * tests part command lines.
 */
public final class OddTempDirectory implements TempDirFactory {
  @Override
  public Path createTempDirectory(AnnotatedElementContext annotated, ExtensionContext extension)
      throws IOException {
    return Files.createTempDirectory("\u00DCbung#1%20[x]'q'");
  }
}
