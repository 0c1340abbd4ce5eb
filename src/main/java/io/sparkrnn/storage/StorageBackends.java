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
  /** By Hadoop's defaults a name node that is cut off without a word is waited for 15 minutes. */
  private static final Map<String, Integer> LIMITS =
      Map.of(
          "ipc.client.rpc-timeout.ms", 15_000,
          "ipc.client.connect.timeout", 5_000,
          "ipc.client.connect.max.retries.on.timeouts", 2);

  private final Configuration configuration = new Configuration();
  private final StorageBackend local;
  private final boolean ownerOnly;
  private final StorageBackend others;
  private final Map<String, StorageBackend> hdfs = new ConcurrentHashMap<>();

  /**
   * Backends.
   *
   * @param ownerOnly whether what they make is its owner's alone, whatever the umask
   * @param asSpark whether other file systems than {@code file:} and {@code hdfs:} are written to,
   *     without what these promise
   */
  StorageBackends(Map<String, String> hadoopProperties, boolean ownerOnly, boolean asSpark) {
    this.ownerOnly = ownerOnly;
    local = new LocalBackend(ownerOnly);
    hadoopProperties.forEach(configuration::set);
    limitWaiting(configuration);
    ReadOnlyBackend readOnly = new ReadOnlyBackend(configuration);
    others = asSpark ? new HadoopBackend(readOnly) : readOnly;
  }

  /** Sets what only Hadoop's own defaults say. */
  static void limitWaiting(Configuration configuration) {
    LIMITS.forEach(
        (name, limit) -> {
          String[] sources = configuration.getPropertySources(name);
          if (sources == null || sources[sources.length - 1].equals("core-default.xml")) {
            configuration.setInt(name, limit);
          }
        });
  }

  @Override
  public StorageBackend apply(URI uri) {
    if (Storage.isLocal(uri)) {
      return local;
    }
    if (!uri.getScheme().equalsIgnoreCase("hdfs")) {
      return others;
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
      return new HdfsBackend(FileContext.getFileContext(whole, configuration), ownerOnly);
    } catch (IOException e) {
      throw StorageFailures.translate("open", uri, e);
    } catch (RuntimeException e) {
      throw StorageFailures.translate("open", uri, StorageFailures.ofConstruction(uri, e));
    }
  }
}
