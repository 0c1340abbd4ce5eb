package io.sparkrnn.kernel;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Two copies of the kernels in one JVM, with vectors of two widths, as where two applications share
 * one. A program, since C2 makes objects of vectors there for the rest of the JVM's life.
 */
public final class TwoWidths {
  private TwoWidths() {}

  /** Prints a line for each digest that any of the copies gave. */
  public static void main(String[] args) throws Exception {
    Set<String> digests = new TreeSet<>();
    try (URLClassLoader wide = kernels();
        URLClassLoader narrow = kernels()) {
      for (int turn = 0; turn < 2; turn++) {
        digests.add(digest(wide, 512));
        digests.add(digest(narrow, 256));
      }
    }
    digests.forEach(System.out::println);
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
    System.setProperty(VectorTiles.PROPERTY, String.valueOf(bits));
    Class<?> digest = loader.loadClass(KernelDigest.class.getName());
    return (String) digest.getMethod("ofVectorKernels").invoke(null);
  }
}
