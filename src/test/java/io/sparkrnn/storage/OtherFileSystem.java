package io.sparkrnn.storage;

import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * The local disk under another scheme: a Hadoop file system that is neither {@code file:} nor
 * {@code hdfs:}.
 */
public class OtherFileSystem extends RawLocalFileSystem {
  @Override
  public URI getUri() {
    return URI.create("other://host");
  }

  @Override
  public String getScheme() {
    return "other";
  }

  @Override
  public java.io.File pathToFile(Path path) {
    return new java.io.File(path.toUri().getPath());
  }

  @Override
  public FileStatus getFileStatus(Path path) throws IOException {
    return plain(super.getFileStatus(path));
  }

  @Override
  public FileStatus[] listStatus(Path path) throws IOException {
    return Arrays.stream(super.listStatus(path))
        .map(OtherFileSystem::plain)
        .toArray(FileStatus[]::new);
  }

  /** Without permissions, which the local file system looks for under its own scheme. */
  private static FileStatus plain(FileStatus status) {
    return new FileStatus(
        status.getLen(),
        status.isDirectory(),
        status.getReplication(),
        status.getBlockSize(),
        status.getModificationTime(),
        status.getPath());
  }
}
