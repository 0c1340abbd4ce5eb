package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sparkrnn.Build;
import io.sparkrnn.FullProof;
import io.sparkrnn.spark.version.SparkVersion;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The wheel for Python, in PySpark of PyPI and over Spark Connect. */
class PythonIT {
  private static final boolean SPARK_4 = !SparkVersion.SCALA.equals("2.12");

  private static final Path TESTS = LauncherRun.HOME.resolve("src/it/python/spark_ml.py");

  /** To compile with C2 what runs once or twice takes longer than to run it. */
  private static final Map<String, String> WITHOUT_C2 =
      Map.of("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1");

  /** What the tests and the notebook need beside PySpark. */
  private static final List<String> LIBRARIES = List.of("numpy<2", "matplotlib==3.9.4");

  @TempDir private static Path temp;
  private static Path wheel;
  private static Path installed;

  /** Of PySpark with a JVM of its own, once a test has asked for it. */
  private static String classicResults;

  @BeforeAll
  static void install() throws Exception {
    wheel = wheel("first");
    installed = temp.resolve("installed");
    pip("--no-index", "--no-deps", "--target", installed.toString(), wheel.toString());
  }

  private static Path wheel(String directory) throws Exception {
    Path made = Files.createDirectory(temp.resolve(directory));
    run(
        Map.of(),
        LauncherRun.HOME.resolve(".ci/wheel").toString(),
        made.toString(),
        (SPARK_4 ? "spark-4=" : "spark-3.5=") + Build.resolve("spark-rnn.jar"));
    try (Stream<Path> files = Files.list(made)) {
      return files.findFirst().orElseThrow();
    }
  }

  @Test
  void aWheelHasTheSameBytesEachTime() throws Exception {
    assertThat(Files.mismatch(wheel, wheel("second"))).isEqualTo(-1);
  }

  @Test
  void withoutPysparkItSaysWhichItWants() throws Exception {
    Path output = temp.resolve("output");
    assertThat(
            start(output, python(installed), List.of("python3", "-c", "import spark_rnn"))
                .waitFor())
        .isEqualTo(1);
    assertThat(Files.readString(output))
        .contains("ImportError: spark_rnn needs pyspark 3.5, 4.2 or 4.3: expected one, found none");
  }

  @Test
  void pysparkTrainsSearchesAndSaves() throws Exception {
    classic();
  }

  /** A client that has no JVM gets what a session of its own gets. */
  @Test
  @FullProof
  void clientsOfSparkConnectGetTheSame() throws Exception {
    assumeTrue(SPARK_4, "Spark 3.5 has no Spark ML over Spark Connect");
    Path client =
        fetched("pyspark-client", List.of("pyspark-client==" + SparkVersion.SPARK.get(0) + ".*"));
    Path home = home();
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Path log = temp.resolve("server.log");
    Map<String, String> ofServer = new HashMap<>(WITHOUT_C2);
    ofServer.putAll(Map.of("SPARK_HOME", home.toString(), "SPARK_LOCAL_IP", "127.0.0.1"));
    Process server =
        start(
            log,
            ofServer,
            List.of(
                home.resolve("bin/spark-submit").toString(),
                "--class",
                "org.apache.spark.sql.connect.service.SparkConnectServer",
                "--master",
                "local[2]",
                "--driver-java-options",
                "--add-modules=jdk.incubator.vector",
                "--conf",
                "spark.connect.grpc.binding.address=127.0.0.1",
                "--conf",
                "spark.connect.grpc.binding.port=" + port,
                "--conf",
                "spark.ui.enabled=false",
                "--conf",
                "spark.sql.shuffle.partitions=2",
                "--conf",
                "spark.sql.codegen.wholeStage=false",
                "--conf",
                "spark.sql.codegen.factoryMode=NO_CODEGEN",
                "--jars",
                installed.resolve("spark_rnn/jars/spark-4/spark-rnn.jar").toString(),
                "spark-internal"));
    try {
      await(server, port, log);
      Map<String, String> environment = new HashMap<>(python(installed, client));
      environment.put("SPARK_REMOTE", "sc://127.0.0.1:" + port);
      environment.put("JAVA_HOME", "/nowhere");
      assertThat(tested("remote", environment)).isEqualTo(classic());
    } finally {
      server.destroyForcibly();
    }
  }

  private static void await(Process server, int port, Path log) throws Exception {
    for (int i = 0; i < 600; i++) {
      assertThat(server.isAlive()).as(Files.readString(log)).isTrue();
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        return;
      } catch (IOException e) {
        Thread.sleep(100);
      }
    }
    throw new AssertionError(Files.readString(log));
  }

  private static Path home() throws Exception {
    return PySpark.home(SparkVersion.SPARK.get(0) + ".*");
  }

  private static String classic() throws Exception {
    if (classicResults != null) {
      return classicResults;
    }
    Path home = home();
    Path libraries = fetched("python-libraries", LIBRARIES);
    Path py4j;
    try (Stream<Path> files = Files.list(home.resolve("python/lib"))) {
      py4j = files.filter(file -> file.toString().contains("py4j")).findFirst().orElseThrow();
    }
    classicResults = tested("classic", python(installed, home.getParent(), py4j, libraries));
    return classicResults;
  }

  /** What PyPI has, fetched once. */
  private static Path fetched(String directory, List<String> packages) throws Exception {
    Path there = Build.resolve(directory);
    if (!Files.exists(there)) {
      Path part = Build.resolve(directory + ".part");
      List<String> arguments = new ArrayList<>(List.of("--target", part.toString()));
      arguments.addAll(packages);
      pip(arguments.toArray(String[]::new));
      Files.move(part, there);
    }
    return there;
  }

  /** Runs the tests in Python, and gives back what they leave. */
  private static String tested(String directory, Map<String, String> environment) throws Exception {
    Path work = Files.createDirectory(temp.resolve(directory));
    Path output = temp.resolve(directory + ".log");
    ProcessBuilder builder = builder(output, environment, List.of("python3", TESTS.toString()));
    Process process = builder.directory(work.toFile()).start();
    assertThat(process.waitFor(10, TimeUnit.MINUTES)).as(Files.readString(output)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(output)).isZero();
    return Files.readString(work.resolve("results.json"));
  }

  private static Map<String, String> python(Path... path) {
    Map<String, String> environment = new HashMap<>(WITHOUT_C2);
    environment.putAll(
        Map.of(
            "PYTHONPATH",
            String.join(File.pathSeparator, Stream.of(path).map(Path::toString).toList()),
            "PYTHONDONTWRITEBYTECODE",
            "1",
            "SPARK_LOCAL_IP",
            "127.0.0.1"));
    return environment;
  }

  private static void pip(String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                "python3",
                "-m",
                "pip",
                "install",
                "--quiet",
                // Most of it is never run.
                "--no-compile",
                "--disable-pip-version-check",
                "--root-user-action=ignore"));
    command.addAll(List.of(arguments));
    run(Map.of(), command.toArray(String[]::new));
  }

  private static void run(Map<String, String> environment, String... command) throws Exception {
    Path output = temp.resolve("output");
    assertThat(start(output, environment, List.of(command)).waitFor())
        .as("%s: %s", List.of(command), Files.readString(output))
        .isZero();
  }

  private static Process start(Path output, Map<String, String> environment, List<String> command)
      throws IOException {
    return builder(output, environment, command).start();
  }

  private static ProcessBuilder builder(
      Path output, Map<String, String> environment, List<String> command) {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    LauncherRun.asOfAUser(builder.environment());
    builder.environment().keySet().removeIf(name -> name.startsWith("PYTHON"));
    builder.environment().putAll(environment);
    return builder;
  }
}
