package io.sparkrnn.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Two copies of the kernels in one JVM, with vectors of two widths, as where two applications share
 * one: C2 must not take the one's vectors for the other's.
 */
class TwoWidthsTest {
  @Test
  void twoWidthsInOneJvmGiveTheSameBits() throws Exception {
    String before = System.getProperty(VectorKernelsSpecies.PROPERTY);
    List<String> digests = new ArrayList<>();
    try (URLClassLoader wide = kernels();
        URLClassLoader narrow = kernels()) {
      for (int turn = 0; turn < 2; turn++) {
        digests.add(digest(wide, 512));
        digests.add(digest(narrow, 256));
      }
    } finally {
      if (before == null) {
        System.clearProperty(VectorKernelsSpecies.PROPERTY);
      } else {
        System.setProperty(VectorKernelsSpecies.PROPERTY, before);
      }
    }
    assertThat(digests).containsOnly(KernelDigest.of(new PortableOps()));
  }

  /** A loader that shares no class with this one. */
  private static URLClassLoader kernels() throws IOException {
    List<URL> urls = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      urls.add(Path.of(entry).toUri().toURL());
    }
    return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
  }

  private static String digest(ClassLoader loader, int bits) throws ReflectiveOperationException {
    System.setProperty(VectorKernelsSpecies.PROPERTY, String.valueOf(bits));
    Class<?> digest = loader.loadClass(KernelDigest.class.getName());
    return (String) digest.getMethod("ofVectorKernels").invoke(null);
  }
}
