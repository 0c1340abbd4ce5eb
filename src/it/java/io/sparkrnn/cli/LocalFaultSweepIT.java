package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.ForkedJvm;
import io.sparkrnn.Jdk;
import io.sparkrnn.SelectedTests;
import io.sparkrnn.faults.FaultFileSystem;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.io.FileUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs {@link LocalFaultSweep} where it can: in a JVM of its own. */
class LocalFaultSweepIT {
  @TempDir private Path temp;

  @Test
  void sweepsLocalDisks() throws Exception {
    List<String> options =
        new ArrayList<>(
            List.of(
                "-XX:+UseSerialGC",
                "-Dproof=" + System.getProperty("proof", ""),
                "-Djava.nio.file.spi.DefaultFileSystemProvider="
                    + FaultFileSystem.class.getName()));
    Path memory = FaultSweepContract.inMemory(temp);
    options.add("-Djava.io.tmpdir=" + memory);
    ForkedJvm jvm =
        Jdk.running()
            .start(
                options,
                withoutDl4j(),
                SelectedTests.class.getName(),
                List.of("class:" + LocalFaultSweep.class.getName(), ".*"),
                temp.resolve("output"));
    String printed;
    try {
      printed = jvm.awaitOutput();
    } finally {
      FileUtils.deleteDirectory(memory.toFile());
    }
    printed.lines().filter(line -> line.contains(" points, ")).forEach(System.out::println);
    assertThat(printed).contains("passed LocalFaultSweep 11");
  }

  /** DL4J's native library takes seconds to load, and its zip is published like any other file. */
  private static String withoutDl4j() {
    return String.join(
        File.pathSeparator,
        List.of(System.getProperty("java.class.path").split(File.pathSeparator)).stream()
            .filter(entry -> !entry.contains("deeplearning4j"))
            .toList());
  }
}
