package io.sparkrnn.data.images;

import io.sparkrnn.config.DataConfiguration;
import io.sparkrnn.data.DataException;
import io.sparkrnn.data.DataFingerprint;
import java.lang.ref.SoftReference;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What this JVM has decoded, by the files' fingerprints and how they are read; shared between tasks
 * for as long as memory lasts.
 */
final class DecodedFiles<T> {
  private final Map<Key, SoftReference<T>> decoded = new HashMap<>();
  private final Function<T, List<DataFingerprint>> fingerprints;

  /** The same files may be read in several ways. */
  private record Key(DataConfiguration how, List<DataFingerprint> files) {}

  DecodedFiles(Function<T, List<DataFingerprint>> fingerprints) {
    this.fingerprints = fingerprints;
  }

  synchronized T add(DataConfiguration how, T files) {
    decoded.put(new Key(how, List.copyOf(fingerprints.apply(files))), new SoftReference<>(files));
    return files;
  }

  /**
   * The decoded files, read again where they are not there. Tasks of one executor start together:
   * one of them reads, the others wait for it.
   *
   * @throws DataException if what was read is not what the driver saw
   */
  synchronized T get(DataConfiguration how, List<DataFingerprint> expected, Supplier<T> source) {
    Key key = new Key(how, expected);
    SoftReference<T> reference = decoded.get(key);
    T files = reference == null ? null : reference.get();
    if (files == null) {
      files = source.get();
      verify(expected, fingerprints.apply(files));
      decoded.put(key, new SoftReference<>(files));
    }
    return files;
  }

  private static void verify(List<DataFingerprint> expected, List<DataFingerprint> found) {
    for (int i = 0; i < expected.size(); i++) {
      if (!expected.get(i).sha256().equals(found.get(i).sha256())) {
        throw new DataException(
            "Cannot rebuild samples from %s: expected SHA-256 %s as when the run began, found %s"
                .formatted(
                    found.get(i).location(), expected.get(i).sha256(), found.get(i).sha256()));
      }
    }
  }
}
