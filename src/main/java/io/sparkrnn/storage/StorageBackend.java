package io.sparkrnn.storage;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * One kind of file system: the primitives below {@link Storage}, with that file system's own
 * exceptions. What changes something is refused unless a backend can do it.
 */
interface StorageBackend {
  InputStream open(URI file) throws IOException;

  /** Empty when nothing is there. */
  Optional<FileEntry> status(URI path) throws IOException;

  /** In any order. */
  List<FileEntry> list(URI directory) throws IOException;

  /**
   * Equal before and after a rename, and different for any two files that exist at the same time.
   */
  default Object identity(URI path) throws IOException {
    throw refusal(path);
  }

  default void createDirectories(URI directory) throws IOException {
    throw refusal(directory);
  }

  /** Creates a directory in an existing parent; false when a directory is there already. */
  default boolean createDirectory(URI directory) throws IOException {
    throw refusal(directory);
  }

  /**
   * Creates a file in an existing parent and forces its bytes to disk; fails when the name is
   * taken, and removes what it could not finish.
   */
  default void create(URI file, byte[] bytes) throws IOException {
    throw refusal(file);
  }

  /** Renames in one atomic step; fails when the target's name is taken. */
  default void rename(URI from, URI to) throws IOException {
    throw refusal(from);
  }

  /** Renames a file in one atomic step, in place of any file that has the target's name. */
  default void replace(URI from, URI to) throws IOException {
    throw refusal(from);
  }

  /** Makes a file or directory and its name outlive a power cut, whoever made it. */
  default void force(URI path) throws IOException {
    throw refusal(path);
  }

  /** Deletes a file, or a directory and all it holds. */
  default void delete(URI path) throws IOException {
    throw refusal(path);
  }

  private static UnsupportedStorageException refusal(URI path) {
    return new UnsupportedStorageException(
        "Cannot change %s: expected a file: or hdfs: location, because %s: has no atomic rename that refuses to overwrite; it can only be read"
            .formatted(Storage.describe(path), path.getScheme()));
  }
}
