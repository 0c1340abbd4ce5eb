package io.sparkrnn.storage;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Any other Hadoop file system, for reading and for what Spark itself relies on: a new file is made
 * and closed, and what is in the way is removed first. No step promises to be atomic. Permissions
 * are the file system's.
 */
record HadoopBackend(ReadOnlyBackend reading) implements StorageBackend {
  @Override
  public InputStream open(URI file) throws IOException {
    return reading.open(file);
  }

  @Override
  public Optional<FileEntry> status(URI path) throws IOException {
    return reading.status(path);
  }

  @Override
  public List<FileEntry> list(URI directory) throws IOException {
    return reading.list(directory);
  }

  @Override
  public void createDirectories(URI directory) throws IOException {
    Path path = new Path(directory);
    if (!reading.fileSystem(directory).mkdirs(path)) {
      throw new IOException("the file system did not make the directory");
    }
  }

  @Override
  public void create(URI file, byte[] bytes) throws IOException {
    FileSystem fileSystem = reading.fileSystem(file);
    Path path = new Path(file);
    FSDataOutputStream out = fileSystem.create(path, false);
    try {
      out.write(bytes);
      out.close();
    } catch (IOException | RuntimeException e) {
      removeUnfinished(fileSystem, out, path, e);
      throw e;
    }
  }

  /** An object store makes a file of what there is when its stream is closed. */
  private static void removeUnfinished(
      FileSystem fileSystem, FSDataOutputStream out, Path file, Exception failure) {
    try {
      out.close();
    } catch (IOException e) {
      // It failed before.
    }
    try {
      fileSystem.delete(file, false);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  @Override
  public void replace(URI from, URI to) throws IOException {
    FileSystem fileSystem = reading.fileSystem(to);
    fileSystem.delete(new Path(to), false);
    if (!fileSystem.rename(new Path(from), new Path(to))) {
      throw new IOException("the file system did not rename the file");
    }
  }

  @Override
  public void delete(URI path) throws IOException {
    try {
      reading.fileSystem(path).delete(new Path(path), true);
    } catch (FileNotFoundException e) {
      // Gone is what was asked for.
    }
  }
}
