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

/**
 * HDFS, by {@link FileContext}: {@code FileSystem}'s rename moves into existing directories, and
 * its create brings missing parents back.
 */
final class HdfsBackend implements StorageBackend {
  private static final FsPermission DIRECTORY = new FsPermission((short) 0700);
  private static final FsPermission FILE = new FsPermission((short) 0600);

  private final FileContext context;

  HdfsBackend(FileContext context) {
    this.context = context;
  }

  @Override
  public InputStream open(URI file) throws IOException {
    return context.open(new Path(file));
  }

  @Override
  public Optional<FileEntry> status(URI path) throws IOException {
    try {
      return Optional.of(entry(context.getFileStatus(new Path(path))));
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
  }

  @Override
  public List<FileEntry> list(URI directory) throws IOException {
    List<FileEntry> entries = new ArrayList<>();
    RemoteIterator<FileStatus> children = context.listStatus(new Path(directory));
    while (children.hasNext()) {
      entries.add(entry(children.next()));
    }
    return entries;
  }

  @Override
  public Object identity(URI path) throws IOException {
    if (context.getFileStatus(new Path(path)) instanceof HdfsFileStatus status) {
      return status.getFileId();
    }
    throw new IOException("the file system gives no file ids");
  }

  @Override
  public void createDirectories(URI directory) throws IOException {
    context.mkdir(new Path(directory), DIRECTORY, true);
  }

  /**
   * HDFS's mkdir succeeds on a directory that is there, so the claim is a rename, which does not.
   */
  @Override
  public boolean createDirectory(URI directory) throws IOException {
    Path target = new Path(directory);
    if (isDirectory(directory)) {
      return false;
    }
    Path unique = new Path(target.getParent(), "." + target.getName() + "." + UUID.randomUUID());
    context.mkdir(unique, DIRECTORY, false);
    try {
      context.rename(unique, target, Rename.NONE);
      return true;
    } catch (FileAlreadyExistsException e) {
      context.delete(unique, true);
      if (isDirectory(directory)) {
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
    Path path = new Path(file);
    FSDataOutputStream out =
        context.create(
            path,
            EnumSet.of(CreateFlag.CREATE),
            CreateOpts.perms(FILE),
            CreateOpts.donotCreateParent());
    try (out) {
      out.write(bytes);
      out.hsync();
    } catch (IOException e) {
      context.delete(path, false);
      throw e;
    }
  }

  @Override
  public void rename(URI from, URI to) throws IOException {
    context.rename(new Path(from), new Path(to), Rename.NONE);
  }

  @Override
  public void replace(URI from, URI to) throws IOException {
    context.rename(new Path(from), new Path(to), Rename.OVERWRITE);
  }

  @Override
  public void delete(URI path) throws IOException {
    try {
      context.delete(new Path(path), true);
    } catch (FileNotFoundException e) {
      // Gone is what was asked for.
    }
  }

  private static FileEntry entry(FileStatus status) {
    return new FileEntry(
        status.getPath().getName(),
        status.isDirectory() ? 0 : status.getLen(),
        status.isDirectory());
  }
}
