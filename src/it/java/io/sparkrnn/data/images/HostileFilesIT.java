package io.sparkrnn.data.images;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.ForkedJvm;
import io.sparkrnn.FullProof;
import io.sparkrnn.Jdk;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No file makes the reader fail in an unforeseen way, in a JVM with little memory. */
class HostileFilesIT {
  private static final long SEED = 1;

  @TempDir private static Path directory;

  @Test
  void aSample() throws Exception {
    sweep(2_000);
  }

  @Test
  @FullProof
  void all() throws Exception {
    sweep(10_000);
  }

  private static void sweep(int files) throws Exception {
    ForkedJvm jvm =
        Jdk.running()
            .start(
                List.of("-Xmx256m"),
                System.getProperty("java.class.path"),
                HostileFilesJvm.class.getName(),
                List.of(String.valueOf(SEED), String.valueOf(files)),
                directory.resolve("output-" + files));
    String output = jvm.awaitOutput();
    System.out.print("Seed %d, %s".formatted(SEED, output));
    assertThat(output)
        .contains(files + " hostile files: ", " 0 failures")
        // A bomb as large as its header says.
        .contains("refused for lack of memory=");
  }
}
