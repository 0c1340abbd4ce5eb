package io.sparkrnn.storage;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Options.CreateOpts;
import org.apache.hadoop.fs.Options.Rename;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.protocol.HdfsFileStatus;
import org.apache.hadoop.ipc.RemoteException;

/**
 * HDFS, by {@link FileContext}: {@code FileSystem}'s rename moves into existing directories, and
 * its create brings missing parents back.
 */
final class HdfsBackend implements StorageBackend {
  private final FileContext context;
  private final FsPermission directories;
  private final FsPermission files;

  /**
   * A backend.
   *
   * @param ownerOnly whether what it makes is its owner's alone, whatever the umask
   */
  HdfsBackend(FileContext context, boolean ownerOnly) {
    directories = ownerOnly ? new FsPermission((short) 0700) : FsPermission.getDirDefault();
    files = ownerOnly ? new FsPermission((short) 0600) : FsPermission.getFileDefault();
    this.context = context;
  }

  @Override
  public InputStream open(URI file) throws IOException {
    return context.open(path(file));
  }

  @Override
  public Optional<FileEntry> status(URI path) throws IOException {
    try {
      return Optional.of(FileEntry.of(context.getFileStatus(path(path))));
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
  }

  @Override
  public List<FileEntry> list(URI directory) throws IOException {
    List<FileEntry> entries = new ArrayList<>();
    RemoteIterator<FileStatus> children = context.listStatus(path(directory));
    while (children.hasNext()) {
      entries.add(FileEntry.of(children.next()));
    }
    return entries;
  }

  @Override
  public Object identity(URI path) throws IOException {
    return identity(path(path));
  }

  private Object identity(Path path) throws IOException {
    if (context.getFileStatus(path) instanceof HdfsFileStatus status) {
      return status.getFileId();
    }
    throw new IOException("the file system gives no file ids");
  }

  @Override
  public void createDirectories(URI directory) throws IOException {
    context.mkdir(path(directory), directories, true);
  }

  /**
   * HDFS's mkdir succeeds on a directory that is there, so the claim is a rename, which does not.
   */
  @Override
  public boolean createDirectory(URI directory) throws IOException {
    Path target = path(directory);
    if (isDirectory(directory)) {
      return false;
    }
    Path unique = new Path(target.getParent(), "." + target.getName() + "." + UUID.randomUUID());
    context.mkdir(unique, directories, false);
    Object claim = identity(unique);
    try {
      rename(unique, target);
      return true;
    } catch (IOException e) {
      if (context.util().exists(target) && identity(target).equals(claim)) {
        // Only the answer was lost.
        return true;
      }
      context.delete(unique, true);
      if (isDirectory(directory)) {
        // Who has it may have removed the other one.
        return false;
      }
      throw e;
    }
  }

  private boolean isDirectory(URI path) throws IOException {
    return status(path).map(FileEntry::directory).orElse(false);
  }

  @Override
  public void create(URI file, byte[] bytes) throws IOException {
    Path path = path(file);
    FSDataOutputStream out =
        context.create(
            path,
            EnumSet.of(CreateFlag.CREATE),
            CreateOpts.perms(files),
            CreateOpts.donotCreateParent());
    try {
      out.write(bytes);
      out.hsync();
      out.close();
    } catch (IOException | RuntimeException e) {
      removeUnfinished(out, path, e);
      throw e;
    }
  }

  /**
   * Not by try-with-resources: a failed stream's close throws the very exception of its failure.
   */
  private void removeUnfinished(FSDataOutputStream out, Path file, Exception failure) {
    try {
      out.close();
    } catch (IOException e) {
      // It failed before.
    }
    try {
      context.delete(file, false);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  @Override
  public void rename(URI from, URI to) throws IOException {
    rename(path(from), path(to));
  }

  private void rename(Path from, Path to) throws IOException {
    try {
      context.rename(from, to, Rename.NONE);
    } catch (RemoteException e) {
      // A file in a directory's place, or the other way round, has no exception of its own.
      if (context.util().exists(to)) {
        throw (IOException) new FileAlreadyExistsException(e.getMessage()).initCause(e);
      }
      throw e;
    }
  }

  @Override
  public void replace(URI from, URI to) throws IOException {
    context.rename(path(from), path(to), Rename.OVERWRITE);
  }

  @Override
  public void force(URI file) {
    // The name node answers a rename when it is in its journal, and only forced bytes are renamed.
  }

  @Override
  public void delete(URI path) throws IOException {
    try {
      context.delete(path(path), true);
    } catch (FileNotFoundException e) {
      // Gone is what was asked for.
    }
  }

  /** Without a host, which the context has, and a URI such as {@code hdfs:///a} has not. */
  private static Path path(URI uri) {
    return new Path(null, null, uri.getPath());
  }
}
