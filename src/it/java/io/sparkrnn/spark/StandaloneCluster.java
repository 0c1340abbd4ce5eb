package io.sparkrnn.spark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkrnn.Build;
import io.sparkrnn.spark.version.SparkVersion;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.launcher.JavaModuleOptions;

/**
 * A Spark standalone cluster of processes on this machine: a master, and Spark workers of one core
 * and 1 GiB each, with the settings in conf/. Every port is a free one. Needs the jars that Maven
 * lays under target/.
 */
public final class StandaloneCluster implements AutoCloseable {
  private static final Pattern MASTER_URL =
      Pattern.compile("Starting Spark master at (spark://\\S+)");
  private static final Pattern MASTER_PAGE = Pattern.compile("started at (http://\\S+)");
  private static final long START_SECONDS = 120;

  /** Of processes that end before C2 would pay. */
  private static final String SMALL_JVM = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

  private final Path directory;
  private final List<Process> daemons = new ArrayList<>();
  // A test that is killed does not close its cluster.
  private final Thread killer = new Thread(this::kill, "standalone-cluster-killer");
  private final int workers;
  private final String master;

  private StandaloneCluster(Path directory, int workers, Map<String, String> settings) {
    this.directory = directory;
    this.workers = workers;
    Runtime.getRuntime().addShutdownHook(killer);
    try {
      List<String> ports = List.of("--host", "127.0.0.1", "--port", "0", "--webui-port", "0");
      daemon("master", settings, "org.apache.spark.deploy.master.Master", ports);
      this.master = await(() -> inLog("master", MASTER_URL));
      URI page = URI.create(await(() -> inLog("master", MASTER_PAGE)) + "/json/");
      for (int i = 0; i < workers; i++) {
        List<String> arguments = new ArrayList<>(ports);
        arguments.addAll(List.of("--cores", "1", "--memory", "1g"));
        arguments.addAll(List.of("--work-dir", directory.resolve("work-" + i).toString(), master));
        daemon("worker-" + i, settings, "org.apache.spark.deploy.worker.Worker", arguments);
      }
      await(() -> aliveWorkers(page) == workers ? "" : null);
    } catch (Throwable e) {
      close();
      throw e;
    }
  }

  /**
   * Starts a cluster and waits until all Spark workers are there.
   *
   * @param directory for logs and the executors' files
   * @param settings properties of Spark for the daemons
   */
  public static StandaloneCluster start(Path directory, int workers, Map<String, String> settings) {
    return new StandaloneCluster(directory, workers, settings);
  }

  /**
   * A cluster of two executors for a benchmark: prints its master, and ends when its input does.
   */
  public static void main(String[] arguments) throws IOException {
    Path directory = Files.createTempDirectory("standalone-cluster");
    try (StandaloneCluster cluster = start(directory, 2, Map.of())) {
      System.out.println(cluster.master());
      System.in.transferTo(OutputStream.nullOutputStream());
    }
  }

  /** Spark workers that it was started with, which have an executor each. */
  public int workers() {
    return workers;
  }

  /** For example {@code spark://127.0.0.1:40521}. */
  public String master() {
    return master;
  }

  /** Options of spark-submit for a small driver, in a deploy mode. */
  public List<String> submission(String mode) {
    return List.of(
        "--master",
        master,
        "--deploy-mode",
        mode,
        "--driver-memory",
        "512m",
        "--executor-memory",
        "512m",
        "--conf",
        "spark.executor.extraJavaOptions=" + SMALL_JVM,
        // What a Spark worker does not add to a driver, unlike spark-submit.
        "--driver-java-options",
        JavaModuleOptions.defaultModuleOptions() + " " + SMALL_JVM);
  }

  /** The executors' processes of one application. */
  public List<ProcessHandle> executors(String applicationId) {
    return executors().stream()
        .filter(process -> process.info().commandLine().orElse("").contains(applicationId))
        .toList();
  }

  /** The executors' processes of all applications. */
  public List<ProcessHandle> executors() {
    return daemons.stream()
        .flatMap(daemon -> daemon.toHandle().descendants())
        .filter(
            process ->
                process.info().commandLine().orElse("").contains("CoarseGrainedExecutorBackend"))
        .toList();
  }

  /** SIGKILL to all Spark workers and their executors. */
  public void killWorkers() {
    kill(daemons.subList(1, daemons.size()));
  }

  /** What a driver has printed that runs on a Spark worker, with its log. */
  public String driverOutput(String driverId) throws IOException {
    StringBuilder printed = new StringBuilder();
    for (int i = 0; i < daemons.size() - 1; i++) {
      for (String name : List.of("stdout", "stderr")) {
        Path output = directory.resolve("work-" + i).resolve(driverId).resolve(name);
        printed.append(Files.exists(output) ? Files.readString(output) : "");
      }
    }
    return printed.toString();
  }

  /** The process of a driver that runs on a Spark worker; empty when there is none. */
  public Optional<ProcessHandle> driver(String driverId) {
    return daemons.stream()
        .flatMap(daemon -> daemon.toHandle().descendants())
        .filter(process -> process.info().commandLine().orElse("").contains(driverId))
        .findFirst();
  }

  private void daemon(
      String name, Map<String, String> settings, String mainClass, List<String> arguments) {
    Path spark = Build.resolve("spark");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(Arrays.asList(JavaModuleOptions.defaultModuleOptions().strip().split("\\s+")));
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    settings.forEach((key, value) -> command.add("-D" + key + "=" + value));
    command.addAll(List.of("-cp", spark.resolve("jars") + File.separator + "*", mainClass));
    command.addAll(
        List.of(
            "--properties-file",
            Path.of("conf", "spark-defaults.conf").toAbsolutePath().toString()));
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log(name).toFile());
    builder.environment().put("SPARK_HOME", spark.toString());
    builder.environment().put("SPARK_SCALA_VERSION", SparkVersion.SCALA);
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    try {
      daemons.add(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path log(String name) {
    return directory.resolve(name + ".log");
  }

  private String inLog(String name, Pattern pattern) {
    try {
      Matcher matcher = pattern.matcher(Files.readString(log(name)));
      return matcher.find() ? matcher.group(1) : null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long aliveWorkers(URI page) {
    try {
      JsonNode status = new ObjectMapper().readTree(page.toURL());
      return status.path("aliveworkers").asLong();
    } catch (IOException e) {
      return 0;
    }
  }

  /** What is there at last; an exception with the logs if a daemon ends or time runs out. */
  private String await(Supplier<String> found) {
    long began = System.nanoTime();
    try {
      while (System.nanoTime() - began < TimeUnit.SECONDS.toNanos(START_SECONDS)
          && daemons.stream().allMatch(Process::isAlive)) {
        String value = found.get();
        if (value != null) {
          return value;
        }
        Thread.sleep(50);
      }
      StringBuilder logs = new StringBuilder();
      try (var files = Files.newDirectoryStream(directory, "*.log")) {
        for (Path file : files) {
          logs.append(System.lineSeparator()).append(Files.readString(file));
        }
      }
      throw new IllegalStateException("the standalone cluster did not start:" + logs);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Kills all processes, executors and drivers of Spark workers included. */
  private void kill() {
    kill(daemons);
  }

  private static void kill(List<Process> daemons) {
    List<ProcessHandle> processes =
        daemons.stream()
            .flatMap(
                daemon ->
                    Stream.concat(Stream.of(daemon.toHandle()), daemon.toHandle().descendants()))
            .toList();
    processes.forEach(ProcessHandle::destroyForcibly);
    processes.forEach(process -> process.onExit().orTimeout(10, TimeUnit.SECONDS).join());
  }

  @Override
  public void close() {
    kill();
    Runtime.getRuntime().removeShutdownHook(killer);
  }
}
