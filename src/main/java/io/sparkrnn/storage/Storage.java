package io.sparkrnn.storage;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Files by URI. Reading works on local disks and on every Hadoop file system; changing only on
 * {@code file:} and {@code hdfs:}, where one atomic step can give a file its name and refuse when
 * the name is taken. Elsewhere it is refused with {@link UnsupportedStorageException}.
 *
 * <p>New directories have permissions 0700, new files 0600, but for {@link #ofUmask} and {@link
 * #asSpark}. Every method throws {@link StorageException} with one sentence that names the path:
 * {@link MissingFileException}, {@link PermissionDeniedException} and {@link TargetExistsException}
 * where that is what happened. Safe for use by several threads.
 */
public final class Storage {
  /** The largest array that every JVM can make. */
  public static final int MAX_FILE_BYTES = Integer.MAX_VALUE - 8;

  private static final Set<String> NO_NAMES = Set.of("", ".", "..");

  private final Function<URI, StorageBackend> backends;

  Storage(Function<URI, StorageBackend> backends) {
    this.backends = backends;
  }

  /**
   * Storage with the Hadoop configuration files on the class path, overridden by these properties.
   *
   * @param hadoopProperties such as {@code fs.defaultFS}; may be empty
   */
  public static Storage of(Map<String, String> hadoopProperties) {
    return new Storage(new StorageBackends(hadoopProperties, true, false));
  }

  /** The same for what holds no parameters and no data: permissions follow the umask. */
  public static Storage ofUmask(Map<String, String> hadoopProperties) {
    return new Storage(new StorageBackends(hadoopProperties, false, false));
  }

  /**
   * The same for what lies among files that Spark writes, wherever it does: on every file system,
   * where that is not {@code file:} or {@code hdfs:} with {@link #createDirectories}, {@link
   * #overwrite} and {@link #delete} alone, and without their promises to readers. A reader has to
   * know by something that is written later that all is there.
   */
  public static Storage asSpark(Map<String, String> hadoopProperties) {
    return new Storage(new StorageBackends(hadoopProperties, false, true));
  }

  /**
   * The URI of something below a directory.
   *
   * @param child one name, or several with slashes between
   */
  public static URI resolve(URI directory, String child) {
    if (Stream.of(child.split("/", -1)).anyMatch(NO_NAMES::contains)) {
      throw new StorageException(
          "Cannot use '%s' below %s: expected a relative path of names"
              .formatted(child, describe(directory)));
    }
    String parent = directory.getPath();
    String separator = parent.endsWith("/") ? "" : "/";
    return build(directory.getScheme(), directory.getAuthority(), parent + separator + child);
  }

  static URI build(String scheme, String authority, String path) {
    String known = scheme == null ? "file" : scheme;
    try {
      return new URI(known, authority == null ? "" : authority, path, null, null);
    } catch (URISyntaxException e) {
      throw new StorageException("Cannot use '" + path + "' as a location: " + e.getReason(), e);
    }
  }

  /** The location as people write it: local files as plain paths, without escapes. */
  public static String describe(URI uri) {
    if (isLocal(uri) && uri.getPath() != null && uri.getAuthority() == null) {
      return uri.getPath();
    }
    String authority = uri.getAuthority() == null ? "" : uri.getAuthority();
    return uri.getPath() == null
        ? uri.toString()
        : uri.getScheme() + "://" + authority + uri.getPath();
  }

  static boolean isLocal(URI uri) {
    return uri.getScheme() == null || uri.getScheme().equalsIgnoreCase("file");
  }

  /**
   * Opens a file for reading. What fails later, while reading, is an {@link IOException} of the
   * stream.
   */
  public InputStream open(URI file) {
    return attempt("read", file, backend -> backend.open(file));
  }

  /** Reads a whole file, and fails before reading it when it is longer than {@code maxBytes}. */
  public byte[] read(URI file, long maxBytes) {
    long limit = Math.min(maxBytes, MAX_FILE_BYTES);
    return attempt(
        "read",
        file,
        backend -> {
          // Neither by its listed length nor by what the stream gives.
          Optional<FileEntry> entry = backend.status(file);
          if (entry.isPresent() && entry.get().length() > limit) {
            throw tooLong(file, limit, entry.get().length());
          }
          try (InputStream in = backend.open(file)) {
            byte[] bytes = in.readNBytes((int) Math.min(limit + 1, MAX_FILE_BYTES));
            if (bytes.length > limit) {
              throw tooLong(file, limit, bytes.length);
            }
            return bytes;
          }
        });
  }

  private static StorageException tooLong(URI file, long limit, long found) {
    return new StorageException(
        "Cannot read %s: expected at most %d bytes, found %d"
            .formatted(describe(file), limit, found));
  }

  /** Whether there is a file or a directory. */
  public boolean exists(URI path) {
    return status(path).isPresent();
  }

  /** What is there; empty for nothing. */
  public Optional<FileEntry> status(URI path) {
    return attempt("look for", path, backend -> backend.status(path));
  }

  /** Whether there is a directory. */
  public boolean isDirectory(URI path) {
    return status(path).map(FileEntry::directory).orElse(false);
  }

  /** A directory's entries, sorted by name. */
  public List<FileEntry> list(URI directory) {
    return attempt(
        "list",
        directory,
        backend -> {
          // HDFS lists a file as a directory of itself.
          if (backend.status(directory).map(entry -> !entry.directory()).orElse(false)) {
            throw new StorageException(
                "Cannot list " + describe(directory) + ": expected a directory, found a file");
          }
          return backend.list(directory).stream()
              .sorted(Comparator.comparing(FileEntry::name))
              .toList();
        });
  }

  /** As {@link #list}; none where there is no directory. */
  public List<FileEntry> listIfThere(URI directory) {
    try {
      return list(directory);
    } catch (MissingFileException e) {
      return List.of();
    }
  }

  /** Makes a directory and its missing parents; one that is there is left as it is. */
  public void createDirectories(URI directory) {
    run("create directory", directory, backend -> backend.createDirectories(directory));
  }

  /**
   * Makes one directory in an existing parent. Of any number of callers exactly one gets true,
   * which makes it the way to claim a name.
   *
   * @return false when the directory is there already
   */
  public boolean createDirectory(URI directory) {
    return attempt("create directory", directory, backend -> backend.createDirectory(directory));
  }

  /**
   * Writes a new file in an existing directory, forces it to disk, and reads it back to compare. A
   * file that could not be finished is removed.
   */
  public void writePrivate(URI file, byte[] bytes) {
    run(
        "write",
        file,
        backend -> {
          backend.create(file, bytes);
          try {
            verify(backend, file, bytes);
          } catch (IOException | StorageException e) {
            removeUnverified(backend, file, e);
            throw e;
          }
        });
  }

  private static void verify(StorageBackend backend, URI file, byte[] expected) throws IOException {
    try (InputStream in = backend.open(file)) {
      byte[] found = in.readNBytes((int) Math.min(expected.length + 1L, MAX_FILE_BYTES));
      int mismatch = Arrays.mismatch(expected, found);
      if (mismatch >= 0) {
        throw new StorageException(
            "Cannot write %s: expected the %d bytes written to be read back, found a difference at byte %d"
                .formatted(describe(file), expected.length, mismatch));
      }
    }
  }

  private static void removeUnverified(StorageBackend backend, URI file, Exception failure) {
    try {
      backend.delete(file);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  /**
   * Gives a file that {@link #writePrivate} wrote its public name, in one atomic step: of competing
   * publishers of one target exactly one succeeds, and the others get {@link
   * TargetExistsException}. A private file that is gone, because its directory was renamed away, is
   * {@link MissingFileException} and changes nothing. When the outcome of the step is unknown, as
   * after a lost connection, the target is looked at to find out whose it is.
   */
  public void publish(URI privateFile, URI target) {
    move("publish", privateFile, target);
  }

  /**
   * Renames a file or directory; fails with {@link TargetExistsException} when the new name is
   * taken.
   */
  public void rename(URI from, URI to) {
    move("rename", from, to);
  }

  private void move(String verb, URI from, URI to) {
    String action = verb + " " + describe(from) + " as";
    run(
        action,
        to,
        backend -> {
          requireSameFileSystem(action, from, to);
          Object identity = attempt(verb, from, source -> source.identity(from));
          try {
            backend.rename(from, to);
          } catch (IOException e) {
            if (!identity.equals(identityAfter(backend, to, e))) {
              throw e;
            }
            // It was done, but perhaps not to its end.
            backend.force(to);
          }
        });
  }

  /**
   * The identity of what has the target's name, or a fresh object when nothing has or it cannot be
   * told.
   */
  private static Object identityAfter(StorageBackend backend, URI target, IOException failure) {
    try {
      return backend.identity(target);
    } catch (IOException e) {
      failure.addSuppressed(e);
      return new Object();
    }
  }

  /**
   * As {@link #publish}, but takes the place of a file that has the target's name: for hints that
   * may be lost.
   */
  public void replace(URI privateFile, URI target) {
    String action = "publish " + describe(privateFile) + " as";
    run(
        action,
        target,
        backend -> {
          requireSameFileSystem(action, privateFile, target);
          backend.replace(privateFile, target);
        });
  }

  /**
   * Makes a file or directory and its name outlive a power cut: for who finds that another has
   * published what he was about to, and cannot know whether that was finished.
   */
  public void force(URI file) {
    run("force to disk", file, backend -> backend.force(file));
  }

  /**
   * Writes a file in an existing directory so that readers see either the old or the new bytes, and
   * never a part.
   */
  public void overwrite(URI file, byte[] bytes) {
    String name = file.getPath().substring(file.getPath().lastIndexOf('/') + 1);
    URI unfinished = resolve(file.resolve("."), ".%s.%s".formatted(name, UUID.randomUUID()));
    writePrivate(unfinished, bytes);
    try {
      replace(unfinished, file);
    } catch (StorageException e) {
      delete(unfinished);
      throw e;
    }
  }

  /** Deletes a file, or a directory with all that it holds. Nothing there is no failure. */
  public void delete(URI path) {
    run("delete", path, backend -> backend.delete(path));
  }

  private void requireSameFileSystem(String action, URI from, URI to) {
    if (backends.apply(from) != backends.apply(to)) {
      throw new UnsupportedStorageException(
          "Cannot " + action + " " + describe(to) + ": expected both on one file system");
    }
  }

  private <T> T attempt(String action, URI where, BackendCall<T> call) {
    try {
      return call.on(backends.apply(where));
    } catch (IOException e) {
      throw StorageFailures.translate(action, where, e);
    }
  }

  private void run(String action, URI where, BackendAction call) {
    attempt(
        action,
        where,
        backend -> {
          call.on(backend);
          return true;
        });
  }

  @FunctionalInterface
  private interface BackendCall<T> {
    T on(StorageBackend backend) throws IOException;
  }

  @FunctionalInterface
  private interface BackendAction {
    void on(StorageBackend backend) throws IOException;
  }
}
