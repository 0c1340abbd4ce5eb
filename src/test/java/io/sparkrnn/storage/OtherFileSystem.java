package io.sparkrnn.storage;

import java.net.URI;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * The local disk under another scheme: a Hadoop file system that is neither {@code file:} nor
 * {@code hdfs:}.
 */
public final class OtherFileSystem extends RawLocalFileSystem {
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
}
