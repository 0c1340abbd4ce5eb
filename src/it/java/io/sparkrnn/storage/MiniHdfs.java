package io.sparkrnn.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.commons.io.FileUtils;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.hdfs.MiniDFSCluster.DataNodeProperties;
import org.apache.hadoop.hdfs.MiniDFSNNTopology;
import org.apache.hadoop.hdfs.protocol.HdfsConstants;
import org.apache.hadoop.hdfs.server.namenode.ha.ConfiguredFailoverProxyProvider;

/** A small HDFS in this process, and what can go wrong with it. */
public final class MiniHdfs implements AutoCloseable {
  /** What a file under way takes of a quota, whatever its length. */
  public static final int BLOCK_BYTES = 1 << 20;

  /** Of the highly available one: the host in its URIs. */
  private static final String NAMESERVICE = "minihdfs";

  private final MiniDFSCluster cluster;
  private final boolean highlyAvailable;
  private final AtomicInteger directories = new AtomicInteger();
  private int active;

  private MiniHdfs(MiniDFSCluster cluster, boolean highlyAvailable) {
    this.cluster = cluster;
    this.highlyAvailable = highlyAvailable;
  }

  /**
   * One for all tests of this JVM that do nothing to it as a whole, with its files in memory where
   * the system has room for them there; the JVM's end is its own.
   */
  public static MiniHdfs shared() {
    return Shared.HDFS;
  }

  private static final class Shared {
    static final MiniHdfs HDFS = start();

    private static MiniHdfs start() {
      try {
        Path memory = Path.of("/dev/shm");
        Path parent =
            Files.isWritable(memory) ? memory : Path.of(System.getProperty("java.io.tmpdir"));
        Path files = Files.createTempDirectory(parent, "mini-hdfs");
        // Which cannot shut HDFS down: that changes the hooks.
        Thread end = new Thread(() -> FileUtils.deleteQuietly(files.toFile()), "mini-hdfs-end");
        Runtime.getRuntime().addShutdownHook(end);
        return MiniHdfs.start(files);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Starts a name node and one data node that keep their files in the given directory. */
  public static MiniHdfs start(Path directory) throws IOException {
    return start(directory, 1);
  }

  /** Starts a name node and data nodes, each of which has every block. */
  public static MiniHdfs start(Path directory, int dataNodes) throws IOException {
    MiniDFSCluster cluster = builder(directory).numDataNodes(dataNodes).build();
    cluster.waitActive();
    return new MiniHdfs(cluster, false);
  }

  /** Starts two name nodes, the first of them active, and one data node. */
  public static MiniHdfs startHighlyAvailable(Path directory) throws IOException {
    MiniDFSCluster cluster =
        builder(directory)
            .nnTopology(
                new MiniDFSNNTopology()
                    .addNameservice(
                        new MiniDFSNNTopology.NSConf(NAMESERVICE)
                            .addNN(new MiniDFSNNTopology.NNConf("nn1"))
                            .addNN(new MiniDFSNNTopology.NNConf("nn2"))))
            .numDataNodes(1)
            .build();
    cluster.transitionToActive(0);
    cluster.waitActive();
    return new MiniHdfs(cluster, true);
  }

  private static MiniDFSCluster.Builder builder(Path directory) {
    Configuration configuration = new Configuration();
    configuration.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, directory.toString());
    // Seconds: a data node is soon known again after its own or the name node's restart.
    configuration.set("dfs.heartbeat.interval", "1");
    configuration.set("dfs.ha.tail-edits.period", "1");
    configuration.setInt("dfs.blocksize", BLOCK_BYTES);
    return new MiniDFSCluster.Builder(configuration);
  }

  /** What a user would configure for it; clients wait less than is usual. */
  public Map<String, String> properties() {
    Map<String, String> properties = new HashMap<>();
    properties.put("dfs.client.block.write.locateFollowingBlock.initial.delay.ms", "20");
    properties.put("dfs.client.retry.window.base", "50");
    properties.put("dfs.client.socket-timeout", "10000");
    properties.put("ipc.client.connect.max.retries", "1");
    properties.put("ipc.client.connect.retry.interval", "100");
    if (highlyAvailable) {
      properties.put("dfs.nameservices", NAMESERVICE);
      properties.put("dfs.ha.namenodes." + NAMESERVICE, "nn1,nn2");
      for (int index = 0; index < 2; index++) {
        properties.put(
            "dfs.namenode.rpc-address.%s.nn%d".formatted(NAMESERVICE, index + 1),
            "127.0.0.1:" + cluster.getNameNodePort(index));
      }
      properties.put(
          "dfs.client.failover.proxy.provider." + NAMESERVICE,
          ConfiguredFailoverProxyProvider.class.getName());
      properties.put("dfs.client.failover.sleep.base.millis", "20");
      properties.put("dfs.client.failover.sleep.max.millis", "500");
    }
    return properties;
  }

  public Storage storage() {
    return Storage.of(properties());
  }

  /** A new and empty directory. */
  public URI directory() {
    URI root = highlyAvailable ? URI.create("hdfs://" + NAMESERVICE) : cluster.getURI();
    URI directory = Storage.resolve(root, "test-" + directories.incrementAndGet());
    storage().createDirectories(directory);
    return directory;
  }

  /** Stops the name node and starts it again. What it was doing is not answered. */
  public void restartNameNode() {
    try {
      cluster.restartNameNode(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes the standby name node active, after the active one has been made a standby. */
  public void failOver() {
    try {
      cluster.transitionToStandby(active);
      active = 1 - active;
      cluster.transitionToActive(active);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Stops the active name node, makes the other one active, and starts the first as its standby.
   */
  public void stopActiveNameNode() {
    int stopped = active;
    try {
      cluster.shutdownNameNode(stopped);
      active = 1 - stopped;
      cluster.transitionToActive(active);
      // Not until it has heard of all blocks: it would wait for those that the other one deletes.
      cluster.restartNameNode(stopped, false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Stops a data node.
   *
   * @param index from 0, among those that run
   * @return starts it again
   */
  public Runnable stopDataNode(int index) {
    DataNodeProperties stopped = cluster.stopDataNode(index);
    return () -> {
      try {
        cluster.restartDataNode(stopped, true);
        cluster.waitActive();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    };
  }

  /** Allows so many bytes in a directory, all replicas and whole blocks under way counted. */
  public void limitSpace(URI directory, long bytes) throws IOException {
    setSpaceQuota(directory, bytes);
  }

  /** Allows any number of bytes in a directory again. */
  public void unlimitSpace(URI directory) throws IOException {
    setSpaceQuota(directory, HdfsConstants.QUOTA_RESET);
  }

  private void setSpaceQuota(URI directory, long bytes) throws IOException {
    cluster
        .getFileSystem()
        .setQuota(
            new org.apache.hadoop.fs.Path(directory.getPath()),
            HdfsConstants.QUOTA_DONT_SET,
            bytes);
  }

  @Override
  public void close() {
    cluster.shutdown();
  }
}
