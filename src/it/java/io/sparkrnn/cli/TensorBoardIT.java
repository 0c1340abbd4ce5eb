package io.sparkrnn.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.train.FirstImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The curves of a run and of one that is resumed; what is in a file is EventFileTest's. */
class TensorBoardIT {
  @TempDir(factory = OddTempDirectory.class)
  private Path temp;

  private CommandRun train(String... more) {
    List<String> common =
        List.of(
            "train",
            "--engine",
            "local",
            "--hidden",
            "8",
            "--data",
            FirstImages.in(temp, 400).toString(),
            "--validation",
            "100",
            "--run-dir",
            temp.resolve("run").toString(),
            "--tensorboard",
            temp.resolve("curves").toString());
    return CommandRun.of(Stream.concat(common.stream(), Stream.of(more)).toArray(String[]::new));
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.walk(temp.resolve("curves"))) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static int count(Path file, String tag) throws IOException {
    return new String(Files.readAllBytes(file), ISO_8859_1).split(tag, -1).length - 1;
  }

  @Test
  void eachAttemptHasAFileAndEachEpochAPoint() throws IOException {
    assertThat(train("--epochs", "3").exitCode()).isZero();
    assertThat(files()).hasSize(1);
    Path file = files().get(0);
    assertThat(file.getFileName().toString()).isEqualTo("events.out.tfevents.0000000001.spark-rnn");
    for (String tag : List.of("loss/training", "loss/validation", "accuracy/validation")) {
      assertThat(count(file, tag)).as(tag).isEqualTo(3);
    }
    for (String tag : List.of("loss/test", "accuracy/test")) {
      assertThat(count(file, tag)).as(tag).isEqualTo(1);
    }
    // Another user's TensorBoard reads them, if the umask lets it.
    Path plain = Files.createDirectory(temp.resolve("plain"));
    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(Files.getPosixFilePermissions(Files.createFile(plain.resolve("file"))));
    assertThat(Files.getPosixFilePermissions(file.getParent()))
        .isEqualTo(Files.getPosixFilePermissions(plain));
    long written = Files.size(file);
    // A complete run is only reported.
    assertThat(train("--epochs", "3").exitCode()).isZero();
    assertThat(files()).containsExactly(file);
    assertThat(Files.size(file)).isEqualTo(written);
  }

  @Test
  void curvesThatCannotBeWrittenDoNotHarmTheRun() throws IOException {
    Files.writeString(temp.resolve("curves"), "not a directory");
    CommandRun run = train("--epochs", "1");
    assertThat(run.exitCode()).as(run.errors()).isZero();
    assertThat(temp.resolve("curves")).hasContent("not a directory");
  }
}
