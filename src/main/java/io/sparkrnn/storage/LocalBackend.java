package io.sparkrnn.storage;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AccessMode;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Local disks, by NIO: Hadoop's own local file system neither forces files to disk nor refuses to
 * overwrite.
 *
 * @param ownerOnly whether what it makes is its owner's alone, whatever the umask
 */
record LocalBackend(boolean ownerOnly) implements StorageBackend {
  @Override
  public InputStream open(URI file) throws IOException {
    Path path = path(file);
    if (Files.isDirectory(path)) {
      throw new FileSystemException(path.toString(), null, "it is a directory");
    }
    return Files.newInputStream(path);
  }

  @Override
  public Optional<FileEntry> status(URI file) throws IOException {
    return status(path(file));
  }

  private static Optional<FileEntry> status(Path path) throws IOException {
    try {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      boolean directory = attributes.isDirectory();
      String name = Objects.toString(path.getFileName(), "");
      return Optional.of(new FileEntry(name, directory ? 0 : attributes.size(), directory));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  @Override
  public List<FileEntry> list(URI directory) throws IOException {
    List<FileEntry> entries = new ArrayList<>();
    try (DirectoryStream<Path> children = Files.newDirectoryStream(path(directory))) {
      for (Path child : children) {
        // Empty when it vanished since, or is a symbolic link to nowhere.
        status(child).ifPresent(entries::add);
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return entries;
  }

  @Override
  public Object identity(URI file) throws IOException {
    Path path = path(file);
    Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    // Windows has no keys; its real path is the best there is.
    return key == null ? path.toRealPath() : key;
  }

  @Override
  public void createDirectories(URI directory) throws IOException {
    createDirectories(path(directory));
  }

  private void createDirectories(Path directory) throws IOException {
    if (status(directory).map(FileEntry::directory).orElse(false)) {
      // Whoever made it may have been killed before he forced it to disk.
      forceIfReadable(directory.getParent());
      return;
    }
    if (directory.getParent() != null) {
      createDirectories(directory.getParent());
    }
    createDirectory(directory);
  }

  @Override
  public boolean createDirectory(URI directory) throws IOException {
    return createDirectory(path(directory));
  }

  private boolean createDirectory(Path directory) throws IOException {
    try {
      Files.createDirectory(directory, permissions(directory, "rwx------"));
    } catch (FileAlreadyExistsException e) {
      if (Files.isDirectory(directory)) {
        return false;
      }
      throw e;
    }
    forceDirectory(directory.getParent());
    return true;
  }

  @Override
  public void create(URI file, byte[] bytes) throws IOException {
    Path path = path(file);
    Set<StandardOpenOption> options =
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    FileChannel channel = FileChannel.open(path, options, permissions(path, "rw-------"));
    try (channel) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    } catch (IOException e) {
      removeUnfinished(path, e);
      throw e;
    }
  }

  private static void removeUnfinished(Path path, IOException failure) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  /**
   * A file gets its new name as a second link, which fails when the name is taken, and then loses
   * the old one. For directories there are no links; the operating system refuses to rename over
   * one that holds something, and an empty one is looked for first.
   */
  @Override
  public void rename(URI from, URI to) throws IOException {
    Path source = path(from);
    Path target = path(to);
    if (attributes(source).isDirectory()) {
      if (isThere(target)) {
        throw new FileAlreadyExistsException(target.toString());
      }
      Files.move(source, target, StandardCopyOption.ATOMIC_MOVE);
    } else {
      link(source, target);
      // Before the old name goes: after a power cut one of the two names is there.
      forceDirectory(target.getParent());
      // Whoever renamed the source's directory away in this very moment has the old name now; the
      // commit stands.
      Files.deleteIfExists(source);
      return;
    }
    forceDirectory(target.getParent());
    forceOtherParent(source, target);
  }

  /** A directory that has lost a name is forced, too, or a power cut brings the name back. */
  private static void forceOtherParent(Path source, Path target) throws IOException {
    Path parent = source.getParent();
    if (!parent.equals(target.getParent())) {
      // Renamed away itself in this very moment, it is another's to force.
      forceIfReadable(parent);
    }
  }

  private static void link(Path source, Path target) throws IOException {
    try {
      Files.createLink(target, source);
    } catch (UnsupportedOperationException e) {
      throw noLinks(target, e);
    } catch (FileSystemException e) {
      String reason = Objects.toString(e.getReason(), "");
      if (reason.contains("not permitted") || reason.contains("not supported")) {
        throw noLinks(target, e);
      }
      throw e;
    }
  }

  private static UnsupportedStorageException noLinks(Path target, Exception cause) {
    return new UnsupportedStorageException(
        "Cannot publish %s: expected a disk with hard links, which give a file its name without overwriting, and found one without"
            .formatted(target),
        cause);
  }

  @Override
  public void replace(URI from, URI to) throws IOException {
    Path target = path(to);
    Files.move(
        path(from), target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    forceDirectory(target.getParent());
    forceOtherParent(path(from), target);
  }

  @Override
  public void force(URI file) throws IOException {
    Path path = path(file);
    if (attributes(path).isDirectory()) {
      forceDirectory(path);
    } else {
      try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
    }
    forceDirectory(path.getParent());
  }

  @Override
  public void delete(URI file) throws IOException {
    delete(path(file));
  }

  private static void delete(Path path) throws IOException {
    try {
      if (attributes(path).isDirectory()) {
        try (DirectoryStream<Path> children = Files.newDirectoryStream(path)) {
          for (Path child : children) {
            delete(child);
          }
        }
      }
      Files.deleteIfExists(path);
    } catch (NoSuchFileException e) {
      // Another deletes it, too.
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  private static Path path(URI uri) throws IOException {
    if (uri.getAuthority() != null) {
      throw new FileSystemException(
          uri.toString(),
          null,
          "a local file has no host, but the URI names " + uri.getAuthority());
    }
    if (uri.getPath() == null || !uri.getPath().startsWith("/")) {
      throw new FileSystemException(uri.toString(), null, "expected an absolute path");
    }
    try {
      // Unlike Path.of, it takes /C:/data on Windows.
      return new File(uri.getPath()).toPath();
    } catch (InvalidPathException e) {
      throw new FileSystemException(uri.getPath(), null, Locations.unusable(e));
    }
  }

  private static BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  /** Not {@link Files#exists}, for which a failure to look is the same as nothing there. */
  private static boolean isThere(Path path) throws IOException {
    try {
      attributes(path);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private FileAttribute<?>[] permissions(Path path, String permissions) {
    return ownerOnly && posix(path)
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }

  /** Fails as itself, since by now the step that it makes durable has happened. */
  private static void forceDirectory(Path directory) {
    // Windows cannot open directories, and needs not: it journals their changes.
    if (directory != null && posix(directory)) {
      try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      } catch (IOException e) {
        throw StorageFailures.translate("force to disk", directory.toUri(), e);
      }
    }
  }

  /**
   * Directories above a run need not be readable for who uses them. Not by {@link
   * Files#isReadable}, for which a failure to look is the same as a no.
   */
  private static void forceIfReadable(Path directory) throws IOException {
    if (directory == null) {
      return;
    }
    try {
      directory.getFileSystem().provider().checkAccess(directory, AccessMode.READ);
    } catch (AccessDeniedException | NoSuchFileException e) {
      return;
    }
    forceDirectory(directory);
  }

  private static boolean posix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }
}
