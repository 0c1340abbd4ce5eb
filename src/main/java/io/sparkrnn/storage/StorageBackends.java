package io.sparkrnn.storage;

import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;

/** The backend of each URI, by its scheme; one connection for each HDFS. */
final class StorageBackends implements Function<URI, StorageBackend> {
  private final Configuration configuration = new Configuration();
  private final StorageBackend local = new LocalBackend();
  private final StorageBackend readOnly;
  private final Map<String, StorageBackend> hdfs = new ConcurrentHashMap<>();

  StorageBackends(Map<String, String> hadoopProperties) {
    hadoopProperties.forEach(configuration::set);
    readOnly = new ReadOnlyBackend(configuration);
  }

  @Override
  public StorageBackend apply(URI uri) {
    if (Storage.isLocal(uri)) {
      return local;
    }
    if (!uri.getScheme().equalsIgnoreCase("hdfs")) {
      return readOnly;
    }
    return hdfs.computeIfAbsent(String.valueOf(uri.getAuthority()), unused -> connect(uri));
  }

  private StorageBackend connect(URI uri) {
    URI whole = uri.getAuthority() == null ? FileSystem.getDefaultUri(configuration) : uri;
    if (!"hdfs".equalsIgnoreCase(whole.getScheme())) {
      throw new StorageException(
          "Cannot open %s: expected a host in it or an hdfs: location in fs.defaultFS, found %s"
              .formatted(Storage.describe(uri), whole));
    }
    try {
      return new HdfsBackend(FileContext.getFileContext(whole, configuration));
    } catch (IOException e) {
      throw StorageFailures.translate("open", uri, e);
    } catch (RuntimeException e) {
      throw StorageFailures.translate("open", uri, StorageFailures.ofConstruction(uri, e));
    }
  }
}
