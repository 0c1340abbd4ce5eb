package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.Jdk;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.storage.MiniHdfs;
import io.sparkrnn.storage.Storage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An HDFS that is not there, or not for this user: the program says so in a sentence, with 74. */
class MissingHdfsIT {
  @TempDir private Path temp;
  private SlimJar jar;

  @BeforeEach
  void copyJar() throws IOException {
    jar = SlimJar.in(temp);
  }

  private Driver train(String output, List<String> options, String... more) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("train", "--hidden", "4", "--epochs", "1"));
    arguments.addAll(List.of("--master", "local[1]"));
    arguments.addAll(List.of(more));
    if (!arguments.contains("--run-dir")) {
      arguments.addAll(List.of("--run-dir", temp.resolve(output + "-run").toString()));
    }
    List<String> all = Jdk.shortLived();
    all.addAll(options);
    all.add("-Dlog4j2.configurationFile=" + Path.of("conf", "log4j2.properties").toAbsolutePath());
    all.add("-Dspark-rnn.log=" + temp.resolve(output + ".log"));
    return jar.start(all, arguments, temp.resolve(output + ".out"));
  }

  private static void assertSentence(Driver driver, String sentence) throws Exception {
    assertThat(driver.awaitExit()).as(driver.output()).isEqualTo(ExitCode.STORAGE);
    assertThat(driver.output().lines().filter(line -> line.startsWith("spark-rnn: ")))
        .singleElement()
        .asString()
        .startsWith("spark-rnn: " + sentence);
    assertThat(driver.output()).doesNotContain("\tat ", "Exception");
  }

  @Test
  void missingOnesAreNamed() throws Exception {
    Map<String, String> wheres = new LinkedHashMap<>();
    wheres.put("hdfs://127.0.0.1:1/there", "nobody answers there (connection refused)");
    wheres.put("hdfs://no-such-host.invalid/there", "unknown host no-such-host.invalid");
    // All at once: Hadoop tries for some seconds.
    List<Driver> drivers = new ArrayList<>();
    List<String> sentences = new ArrayList<>();
    try {
      for (String where : wheres.keySet()) {
        for (String flag : List.of("--data", "--run-dir")) {
          drivers.add(train("missing-" + drivers.size(), List.of(), flag, where));
          String action = where.contains(":1/") ? "look for" : "open";
          sentences.add("Cannot %s %s: %s".formatted(action, where, wheres.get(where)));
        }
      }
      for (int i = 0; i < drivers.size(); i++) {
        assertSentence(drivers.get(i), sentences.get(i));
      }
    } finally {
      drivers.forEach(Driver::close);
    }
  }

  @Test
  void forbiddenOnesAreNamed() throws Exception {
    MiniHdfs hdfs = MiniHdfs.shared();
    // Others may neither look into it nor write beside it.
    URI hidden = Storage.resolve(hdfs.directory(), "run");
    URI atTheTop = hidden.resolve("/run");
    List<String> eve = List.of("-DHADOOP_USER_NAME=eve");
    try (Driver data = train("data", eve, "--data", hidden.toString());
        Driver search = train("search", eve, "--run-dir", hidden.toString());
        Driver make = train("make", eve, "--run-dir", atTheTop.toString())) {
      assertSentence(
          data, "Cannot look for %s: permission denied: user=eve, access=".formatted(hidden));
      assertSentence(
          search,
          "Cannot look for %s: permission denied: user=eve, access=EXECUTE".formatted(hidden));
      assertSentence(
          make,
          "Cannot create directory %s: permission denied: user=eve, access=WRITE"
              .formatted(atTheTop));
    }
    assertThat(hdfs.storage().exists(atTheTop)).isFalse();
  }
}
