package io.sparkrnn.storage;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * One kind of file system: the primitives below {@link Storage}, with that file system's own
 * exceptions.
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
  Object identity(URI path) throws IOException;

  void createDirectories(URI directory) throws IOException;

  /** Creates a directory in an existing parent; false when a directory is there already. */
  boolean createDirectory(URI directory) throws IOException;

  /**
   * Creates a file in an existing parent and forces its bytes to disk; fails when the name is
   * taken, and removes what it could not finish.
   */
  void create(URI file, byte[] bytes) throws IOException;

  /** Renames in one atomic step; fails when the target's name is taken. */
  void rename(URI from, URI to) throws IOException;

  /** Renames a file in one atomic step, in place of any file that has the target's name. */
  void replace(URI from, URI to) throws IOException;

  /** Makes a file or directory and its name outlive a power cut, whoever made it. */
  void force(URI path) throws IOException;

  /** Deletes a file, or a directory and all it holds. */
  void delete(URI path) throws IOException;
}
