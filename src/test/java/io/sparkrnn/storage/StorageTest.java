package io.sparkrnn.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkrnn.checkpoint.MonotonicClock;
import io.sparkrnn.checkpoint.Retry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StorageTest {
  private static final URI SOURCE = URI.create("file:///private");

  @ParameterizedTest
  @CsvSource({
    "/data/mnist, file:///data/mnist",
    "/data/with a space, file:///data/with%20a%20space",
    "/data/50%20, file:///data/50%2520",
    "file:///data/50%20, file:///data/50%2520",
    "file:///data/%C3%9Cbung%201, file:///data/Übung%201",
    "file:///data/%C3%9Cbung %20, file:///data/%25C3%259Cbung%20%2520",
    "hdfs:///%C3%9C, hdfs:///%25C3%259C",
    "/data/Übung, file:///data/Übung",
    "file:/data/mnist, file:///data/mnist",
    "file:///data/mnist/, file:///data/mnist",
    "hdfs://host:8020/mnist, hdfs://host:8020/mnist",
    "hdfs:///mnist, hdfs:///mnist",
    "s3a://bucket/a b, s3a://bucket/a%20b",
  })
  void readsPathsAndUris(String text, String uri) {
    assertThat(Locations.uri(text)).hasToString(uri);
  }

  @Test
  void lettersThatALocaleLacksAreRefusedWithTheOneThatHasThem() throws Exception {
    ProcessBuilder jvm =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Umlaut.class.getName());
    jvm.environment().put("LC_ALL", "C");
    Process process = jvm.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
        .isEqualTo(
            "Cannot use '?bung': expected letters that the locale has (ANSI_X3.4-1968), found others; LANG=C.UTF-8 has all");
  }

  /** What a JVM says of a path. */
  public static final class Umlaut {
    private Umlaut() {}

    public static void main(String[] args) {
      try {
        Locations.uri("\u00DCbung");
      } catch (StorageException e) {
        System.out.print(e.getMessage());
      }
    }
  }

  @Test
  void takesARelativePathFromTheWorkingDirectory() {
    assertThat(Locations.uri("runs/../a")).hasToString("file://" + Path.of("a").toAbsolutePath());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "hdfs:relative"})
  void refusesWhatIsNoLocation(String text) {
    assertThatThrownBy(() -> Locations.uri(text))
        .isInstanceOf(StorageException.class)
        .hasMessageStartingWith("Cannot use ")
        .hasMessageContaining("expected a path");
  }

  @ParameterizedTest
  @CsvSource({
    "file:///a, b, file:///a/b",
    "file:/a/, b/c, file:///a/b/c",
    "hdfs://host:1/, b c, hdfs://host:1/b%20c",
    "hdfs:///a, b:c, hdfs:///a/b:c",
    "/a, b, file:///a/b",
  })
  void resolvesChildren(URI directory, String child, String uri) {
    assertThat(Storage.resolve(directory, child)).hasToString(uri);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "..", "a/../b", "/a", "a/", "a//b", "."})
  void refusesChildrenThatAreElsewhere(String child) {
    assertThatThrownBy(() -> Storage.resolve(SOURCE, child))
        .isInstanceOf(StorageException.class)
        .hasMessage("Cannot use '" + child + "' below /private: expected a relative path of names");
  }

  @Test
  void refusesToChangeOtherFileSystemsAndSaysWhy() {
    Storage storage = Storage.of(Map.of());
    URI file = URI.create("s3a://bucket/run/a");

    ThrowingCallable[] changes = {
      () -> storage.writePrivate(file, new byte[1]),
      () -> storage.createDirectories(file),
      () -> storage.createDirectory(file),
      () -> storage.overwrite(file, new byte[1]),
      () -> storage.rename(file, URI.create("s3a://bucket/b")),
      () -> storage.publish(file, URI.create("s3a://bucket/b")),
      () -> storage.replace(file, URI.create("s3a://bucket/b")),
      () -> storage.delete(file),
    };
    for (ThrowingCallable change : changes) {
      assertThatThrownBy(change)
          .isInstanceOf(UnsupportedStorageException.class)
          .hasMessageMatching(
              "Cannot change s3a://bucket/run/\\S+: expected a file: or hdfs: location, because s3a: has no atomic rename that refuses to overwrite; it can only be read");
    }
  }

  @Test
  void writesToAnyHadoopFileSystemAsSparkDoes(@TempDir Path directory) throws IOException {
    Storage storage =
        Storage.asSpark(
            Map.of(
                "fs.other.impl",
                OtherFileSystem.class.getName(),
                "fs.other.impl.disable.cache",
                "true"));
    URI parent = Storage.resolve(URI.create("other://host" + directory), "a/b");
    URI file = Storage.resolve(parent, "model");
    storage.createDirectories(parent);
    storage.overwrite(file, "old".getBytes(UTF_8));
    storage.overwrite(file, "new".getBytes(UTF_8));
    assertThat(storage.read(file, 10)).isEqualTo("new".getBytes(UTF_8));
    assertThat(directory.resolve("a/b")).isDirectoryContaining("glob:**/model");
    assertThat(storage.list(parent)).hasSize(1);
    // It was made by no atomic step, so none is promised.
    assertThatThrownBy(() -> storage.rename(file, Storage.resolve(parent, "other")))
        .isInstanceOf(UnsupportedStorageException.class);
    storage.delete(parent);
    assertThat(directory.resolve("a/b")).doesNotExist();
    storage.delete(parent);
  }

  @Test
  void readsAnyHadoopFileSystem(@TempDir Path directory) throws IOException {
    Storage storage =
        Storage.of(
            Map.of(
                "fs.other.impl",
                OtherFileSystem.class.getName(),
                "fs.other.impl.disable.cache",
                "true"));
    Files.write(directory.resolve("b"), "text".getBytes(UTF_8));
    Files.createDirectory(directory.resolve("a"));
    URI root = URI.create("other://host" + directory);

    assertThat(storage.list(root))
        .containsExactly(new FileEntry("a", 0, true), new FileEntry("b", 4, false));
    assertThat(storage.read(Storage.resolve(root, "b"), 4)).isEqualTo("text".getBytes(UTF_8));
    assertThat(storage.exists(Storage.resolve(root, "c"))).isFalse();
    assertThatThrownBy(() -> storage.open(Storage.resolve(root, "c")))
        .isInstanceOf(MissingFileException.class)
        .hasMessage(
            "Cannot read other://host" + directory + "/c: there is no such file or directory");
  }

  @Test
  void saysThatASchemeIsUnknown() {
    assertThatThrownBy(() -> Storage.of(Map.of()).open(URI.create("nosuch://host/a")))
        .isInstanceOf(UnsupportedStorageException.class)
        .hasMessage("Cannot read nosuch://host/a: no Hadoop file system is known for nosuch:");
  }

  @Test
  void saysThatAFileSystemIsNotOnTheClassPath() {
    Storage storage = Storage.of(Map.of("fs.absent.impl", "org.example.Absent"));

    assertThatThrownBy(() -> storage.open(URI.create("absent://host/a")))
        .isInstanceOf(StorageException.class)
        .hasMessageStartingWith(
            "Cannot read absent://host/a: the Hadoop file system for absent: is not on the class path");
  }

  @Test
  void saysThatAHostIsUnknownOrSilent() {
    Storage storage = Storage.of(Map.of("ipc.client.connect.max.retries", "0"));

    assertThatThrownBy(() -> storage.open(URI.create("hdfs://no-such-host.invalid:8020/a")))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("no-such-host.invalid");
    assertThatThrownBy(() -> storage.open(URI.create("hdfs://127.0.0.1:1/a")))
        .isInstanceOf(StorageException.class)
        .hasMessageStartingWith("Cannot read hdfs://127.0.0.1:1/a: ");
  }

  @Test
  void readsPathsAsHadoopMeansThem() {
    Map<String, String> hdfs = Map.of("fs.defaultFS", "hdfs://127.0.0.1:1");
    assertThat(Locations.hadoopUri("/a b", hdfs)).hasToString("hdfs://127.0.0.1:1/a%20b");
    assertThat(Locations.hadoopUri("a", hdfs).getPath()).startsWith("/user/").endsWith("/a");
    assertThat(Locations.hadoopUri("file:/a", hdfs)).isEqualTo(Locations.uri("/a"));
    assertThat(Locations.hadoopUri("a", Map.of())).isEqualTo(Locations.uri("a"));
    assertThatThrownBy(() -> Locations.hadoopUri("nosuch://host/a", hdfs))
        .isInstanceOf(StorageException.class)
        .hasMessageStartingWith(
            "Cannot use 'nosuch://host/a' as a location: expected a path or a URI of a file system that Hadoop knows");
  }

  @Test
  void saysThatAnHdfsUriHasNoHost() {
    assertThatThrownBy(() -> Storage.of(Map.of()).open(URI.create("hdfs:///a")))
        .isExactlyInstanceOf(StorageException.class)
        .hasMessage(
            "Cannot open hdfs:///a: expected a host in it or an hdfs: location in fs.defaultFS, found file:///");
  }

  @Test
  void refusesToPublishAcrossFileSystems() {
    assertThatThrownBy(
            () -> Storage.of(Map.of()).publish(SOURCE, URI.create("s3a://bucket/public")))
        .isInstanceOf(UnsupportedStorageException.class)
        .hasMessage(
            "Cannot publish /private as s3a://bucket/public: expected both on one file system");
  }

  @Test
  void aFileThatReadsBackDifferentlyIsRemoved() {
    FlippingBackend backend = new FlippingBackend();
    Storage storage = new Storage(uri -> backend);

    assertThatThrownBy(() -> storage.writePrivate(SOURCE, new byte[3]))
        .isExactlyInstanceOf(StorageException.class)
        .hasMessage(
            "Cannot write /private: expected the 3 bytes written to be read back, found a difference at byte 2");
    assertThat(storage.exists(SOURCE)).isFalse();
  }

  /** One file in memory, whose third byte is read otherwise than it was written. */
  private static final class FlippingBackend implements StorageBackend {
    private byte[] file;

    @Override
    public void create(URI location, byte[] bytes) {
      file = bytes.clone();
    }

    @Override
    public InputStream open(URI location) {
      byte[] read = file.clone();
      read[2] ^= 1;
      return new ByteArrayInputStream(read);
    }

    @Override
    public Optional<FileEntry> status(URI location) {
      return Optional.ofNullable(file).map(bytes -> new FileEntry("it", bytes.length, false));
    }

    @Override
    public List<FileEntry> list(URI directory) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void delete(URI location) {
      file = null;
    }
  }

  /** As one whose packets are lost: nothing but a limit ends the waiting. */
  @Test
  void aNameNodeThatNeverAnswersIsNamed() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      URI where = URI.create("hdfs://127.0.0.1:" + silent.getLocalPort() + "/run");
      Storage storage = Storage.of(Map.of("ipc.client.rpc-timeout.ms", "100"));
      List<String> warnings = new ArrayList<>();
      MonotonicClock clock =
          new MonotonicClock() {
            @Override
            public long nanoTime() {
              return warnings.size();
            }

            @Override
            public void sleep(Duration pause) {
              warnings.add("tried again");
            }
          };
      Retry retry = new Retry(Duration.ofNanos(1), () -> false, clock);

      assertThatThrownBy(() -> retry.run(() -> storage.exists(where)))
          .isInstanceOf(StorageException.class)
          .hasMessage("Cannot look for " + where + ": nobody answers there (timed out)");
      assertThat(warnings).hasSize(1);
    }
  }

  @Test
  void hadoopsWaitingIsLimitedWhereTheUserHasNotSaidHowLong() {
    Configuration configuration = new Configuration();
    String site =
        "<configuration><property><name>ipc.client.connect.timeout</name><value>20000</value></property></configuration>";
    configuration.addResource(new ByteArrayInputStream(site.getBytes(UTF_8)), "core-site.xml");
    configuration.set("ipc.client.connect.max.retries.on.timeouts", "45");

    StorageBackends.limitWaiting(configuration);

    assertThat(configuration.get("ipc.client.rpc-timeout.ms")).isEqualTo("15000");
    assertThat(configuration.get("ipc.client.connect.timeout")).isEqualTo("20000");
    assertThat(configuration.get("ipc.client.connect.max.retries.on.timeouts")).isEqualTo("45");

    Configuration unsaid = new Configuration();
    StorageBackends.limitWaiting(unsaid);
    assertThat(unsaid.get("ipc.client.connect.timeout")).isEqualTo("5000");
    assertThat(unsaid.get("ipc.client.connect.max.retries.on.timeouts")).isEqualTo("2");
  }
}
