package io.sparkrnn.spark;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.yarn.api.records.ApplicationId;
import org.apache.hadoop.yarn.api.records.ApplicationReport;
import org.apache.hadoop.yarn.client.api.YarnClient;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.exceptions.YarnException;
import org.apache.hadoop.yarn.server.MiniYARNCluster;

/**
 * A small YARN: a resource manager and two node managers in this process, every container a process
 * of its own. Every port is a free one.
 */
public final class MiniYarn implements AutoCloseable {
  /** Also the directory of its containers below Maven's, which stays for people to look at. */
  private static final String NAME = "mini-yarn";

  private static final int NODES = 2;
  private static final long START_MILLIS = 120_000;

  private final MiniYARNCluster cluster;
  private final YarnClient client;
  private final Path configurationDirectory;

  private MiniYarn(MiniYARNCluster cluster, YarnClient client, Path configurationDirectory) {
    this.cluster = cluster;
    this.client = client;
    this.configurationDirectory = configurationDirectory;
  }

  /**
   * Starts it.
   *
   * @param configurationDirectory is made, and filled with what its clients must know
   * @param fileSystem the default one of its applications
   * @param fileSystemProperties what clients of that need
   */
  public static MiniYarn start(
      Path configurationDirectory, URI fileSystem, Map<String, String> fileSystemProperties)
      throws Exception {
    MiniYARNCluster cluster = new MiniYARNCluster(NAME, NODES, 1, 1);
    cluster.init(settings());
    cluster.start();
    if (!cluster.waitForNodeManagersToConnect(START_MILLIS)) {
      cluster.stop();
      throw new IllegalStateException("YARN's node managers did not connect");
    }
    YarnClient client = YarnClient.createYarnClient();
    client.init(cluster.getConfig());
    client.start();
    MiniYarn yarn = new MiniYarn(cluster, client, configurationDirectory);
    yarn.writeConfiguration(fileSystem, fileSystemProperties);
    return yarn;
  }

  private static Configuration settings() {
    Configuration settings = new YarnConfiguration();
    settings.setInt("yarn.nodemanager.resource.memory-mb", 4096);
    settings.setInt("yarn.scheduler.minimum-allocation-mb", 128);
    settings.setBoolean("yarn.nodemanager.vmem-check-enabled", false);
    settings.setBoolean("yarn.nodemanager.pmem-check-enabled", false);
    // A node whose disk is nearly full would get no containers.
    settings.setBoolean("yarn.nodemanager.disk-health-checker.enable", false);
    settings.set("yarn.scheduler.capacity.root.queues", "default");
    settings.set("yarn.scheduler.capacity.root.default.capacity", "100");
    settings.set("yarn.scheduler.capacity.maximum-am-resource-percent", "1");
    settings.setInt("yarn.resourcemanager.nodemanagers.heartbeat-interval-ms", 100);
    return settings;
  }

  private void writeConfiguration(URI fileSystem, Map<String, String> fileSystemProperties)
      throws IOException {
    Files.createDirectory(configurationDirectory);
    Configuration core = new Configuration(false);
    core.set("fs.defaultFS", fileSystem.toString());
    write("core-site.xml", core);
    Configuration hdfs = new Configuration(false);
    fileSystemProperties.forEach(hdfs::set);
    write("hdfs-site.xml", hdfs);
    Configuration yarn = new Configuration(false);
    for (Map.Entry<String, String> setting : cluster.getConfig()) {
      if (setting.getKey().matches("yarn\\.resourcemanager\\..*address")) {
        yarn.set(setting.getKey(), setting.getValue());
      }
    }
    write("yarn-site.xml", yarn);
  }

  private void write(String name, Configuration configuration) throws IOException {
    try (OutputStream out = Files.newOutputStream(configurationDirectory.resolve(name))) {
      configuration.writeXml(out);
    }
  }

  /** The {@code HADOOP_CONF_DIR} of its clients. */
  public Path configurationDirectory() {
    return configurationDirectory;
  }

  /** What YARN says of an application. */
  public ApplicationReport application(String id) throws IOException, YarnException {
    return client.getApplicationReport(ApplicationId.fromString(id));
  }

  /** As {@code yarn application -kill} does. */
  public void kill(String application) throws IOException, YarnException {
    client.killApplication(ApplicationId.fromString(application));
  }

  /** The JVMs of one try's containers; the first of them is the application master's. */
  public List<ProcessHandle> containers(String application, int attempt) {
    String prefix = containerPrefix(application, attempt);
    return ProcessHandle.current()
        .descendants()
        .filter(process -> process.info().command().orElse("").endsWith("java"))
        .filter(process -> process.info().commandLine().orElse("").contains(prefix))
        .sorted()
        .toList();
  }

  /** What one try's application master has printed, with its log; empty when there was none. */
  public String masterOutput(String application, int attempt) throws IOException {
    return output(containerPrefix(application, attempt) + "000001");
  }

  private String output(String container) throws IOException {
    try (Stream<Path> files = Files.walk(cluster.getTestWorkDir().toPath())) {
      StringBuilder printed = new StringBuilder();
      for (Path file :
          files
              .filter(
                  path ->
                      path.endsWith(Path.of(container, "stdout"))
                          || path.endsWith(Path.of(container, "stderr")))
              .sorted()
              .toList()) {
        printed.append(Files.readString(file));
      }
      return printed.toString();
    }
  }

  private static String containerPrefix(String application, int attempt) {
    return "%s_%02d_".formatted(application.replace("application_", "container_"), attempt);
  }

  @Override
  public void close() {
    client.stop();
    cluster.stop();
  }
}
