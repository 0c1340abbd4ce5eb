package io.sparkrnn.storage;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Any other Hadoop file system, for reading alone. None of them promises a rename that is atomic
 * and refuses to overwrite.
 */
record ReadOnlyBackend(Configuration configuration) implements StorageBackend {
  /**
   * Made only for reading, so that a change is refused with its own reason on a machine that lacks
   * the file system.
   */
  FileSystem fileSystem(URI uri) throws IOException {
    try {
      return FileSystem.get(uri, configuration);
    } catch (RuntimeException e) {
      throw StorageFailures.ofConstruction(uri, e);
    }
  }

  @Override
  public InputStream open(URI file) throws IOException {
    return fileSystem(file).open(new Path(file));
  }

  @Override
  public Optional<FileEntry> status(URI path) throws IOException {
    try {
      return Optional.of(FileEntry.of(fileSystem(path).getFileStatus(new Path(path))));
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
  }

  @Override
  public List<FileEntry> list(URI directory) throws IOException {
    List<FileEntry> entries = new ArrayList<>();
    for (FileStatus status : fileSystem(directory).listStatus(new Path(directory))) {
      entries.add(FileEntry.of(status));
    }
    return entries;
  }
}
