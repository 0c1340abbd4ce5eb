package io.sparkrnn.storage;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.MiniDFSCluster;

/** A small HDFS in this process. */
public final class MiniHdfs implements AutoCloseable {
  private final MiniDFSCluster cluster;
  private final AtomicInteger directories = new AtomicInteger();

  private MiniHdfs(MiniDFSCluster cluster) {
    this.cluster = cluster;
  }

  /** Starts a name node and one data node that keep their files in the given directory. */
  public static MiniHdfs start(Path directory) throws IOException {
    Configuration configuration = new Configuration();
    configuration.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, directory.toString());
    MiniDFSCluster cluster = new MiniDFSCluster.Builder(configuration).numDataNodes(1).build();
    cluster.waitActive();
    return new MiniHdfs(cluster);
  }

  public Storage storage() {
    return Storage.of(Map.of());
  }

  /** A new and empty directory. */
  public URI directory() {
    URI directory = Storage.resolve(cluster.getURI(), "test-" + directories.incrementAndGet());
    storage().createDirectories(directory);
    return directory;
  }

  @Override
  public void close() {
    cluster.shutdown();
  }
}
