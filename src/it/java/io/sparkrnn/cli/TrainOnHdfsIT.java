package io.sparkrnn.cli;

import static io.sparkrnn.cli.RunState.result;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparkrnn.storage.FileEntry;
import io.sparkrnn.storage.MiniHdfs;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.train.FirstImages;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data read from HDFS, run directory on HDFS, and a run resumed from there. */
class TrainOnHdfsIT {
  @TempDir private Path temp;

  @Test
  void trainsAndResumesOnHdfs() throws Exception {
    MiniHdfs hdfs = MiniHdfs.shared();
    Storage storage = hdfs.storage();
    URI data = Storage.resolve(hdfs.directory(), "mnist");
    uploadCompressed(FirstImages.in(temp, 2000), storage, data);
    URI run = Storage.resolve(hdfs.directory(), "run");
    CommandRun first =
        CommandRun.succeed(
            "train --hidden 4 --epochs 2 --validation 500 --master local[2] --data %s --run-dir %s",
            data, run);
    assertThat(first.errors()).isEmpty();
    JsonNode whole = result(storage, run);

    List<FileEntry> checkpoints = storage.list(Storage.resolve(run, "checkpoints"));
    assertThat(checkpoints).hasSize(2);
    storage.delete(Storage.resolve(Storage.resolve(run, "checkpoints"), checkpoints.get(1).name()));
    storage.delete(Storage.resolve(run, "results/1.json"));
    storage.delete(Storage.resolve(run, "result.json"));
    storage.delete(Storage.resolve(run, "model.srnn"));
    CommandRun resumed = CommandRun.succeed("train --resume --run-dir %s --master local[2]", run);
    assertThat(resumed.errors()).isEmpty();
    assertThat(resumed.output()).contains("Resuming from hdfs://").contains("after epoch 1");
    assertThat(result(storage, run).path("parametersSha256"))
        .isEqualTo(whole.path("parametersSha256"));

    CommandRun evaluated =
        CommandRun.succeed("evaluate --model %s --data %s --engine local", run, data);
    assertThat(evaluated.output())
        .contains(
            String.format(
                java.util.Locale.ROOT,
                "accuracy %.2f%%",
                100 * whole.at("/test/accuracy").asDouble()));
  }

  private static void uploadCompressed(Path from, Storage storage, URI directory)
      throws IOException {
    storage.createDirectories(directory);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
          Files.copy(file, out);
        }
        storage.writePrivate(
            Storage.resolve(directory, file.getFileName() + ".gz"), bytes.toByteArray());
      }
    }
  }
}
