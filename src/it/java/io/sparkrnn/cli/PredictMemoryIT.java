package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.ForkedJvm;
import io.sparkrnn.FullProof;
import io.sparkrnn.Jdk;
import io.sparkrnn.train.FirstImages;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images stream: of a file that is larger than the heap no task holds much. */
class PredictMemoryIT {
  private static final int IMAGES = 220_000;
  private static final long HEAP_MIB = 160;

  @TempDir private static Path temp;
  private static Path images;

  @BeforeAll
  static void makeFiles() throws IOException {
    CommandRun.succeed(
        "train --engine local --epochs 1 --hidden 8 --data %s --run-dir %s",
        FirstImages.in(temp, 100), temp.resolve("run"));
    images = temp.resolve("images");
    byte[] some = new byte[1000 * 28 * 28];
    new Random(1).nextBytes(some);
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(images)))) {
      for (int field : new int[] {0x803, IMAGES, 28, 28}) {
        out.writeInt(field);
      }
      for (int i = 0; i < IMAGES; i += 1000) {
        out.write(some);
      }
    }
    assertThat(Files.size(images)).isGreaterThan(HEAP_MIB << 20);
  }

  private static ForkedJvm start(Path output) throws IOException {
    return Jdk.running()
        .start(
            // Of less than 450 MiB, Spark starts only with a smaller reserve.
            Jdk.withVectorModule(
                "-Xmx" + HEAP_MIB + "m", "-Dspark.testing.reservedMemory=" + (32 << 20)),
            System.getProperty("java.class.path"),
            Main.class.getName(),
            List.of(
                "predict --master local[2] --model %s --input-format idx --input %s --output %s"
                    .formatted(temp.resolve("run"), images, output)
                    .split(" ")),
            temp.resolve(output.getFileName() + ".log"));
  }

  @Test
  void imagesFarBeyondTheHeapArePredicted() throws Exception {
    assertThat(start(temp.resolve("table")).awaitOutput())
        .contains("predicted 220,000 rows, 0 bad");
  }

  @Test
  @FullProof
  void anInterruptedTableIsNotComplete() throws Exception {
    Path table = temp.resolve("interrupted");
    ForkedJvm jvm = start(table);
    Path unfinished = table.resolve("_temporary");
    while (jvm.process().isAlive() && !Files.exists(unfinished)) {
      Thread.sleep(20);
    }
    // Not SIGINT: what a shell without job control starts in the background ignores that.
    jvm.process().destroy();

    assertThat(jvm.process().waitFor()).isEqualTo(143);
    if (Files.exists(table)) {
      try (Stream<Path> left = Files.list(table)) {
        assertThat(left.map(path -> path.getFileName().toString()))
            .doesNotContain("_SUCCESS", "status=ok");
      }
    }
  }
}
