package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkrnn.storage.FileEntry;
import io.sparkrnn.storage.MiniHdfs;
import io.sparkrnn.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data read from HDFS, run directory on HDFS, and a run resumed from there. */
class TrainOnHdfsIT {
  @TempDir private Path temp;

  @Test
  void trainsAndResumesOnHdfs() throws Exception {
    try (MiniHdfs hdfs = MiniHdfs.start(temp)) {
      Storage storage = hdfs.storage();
      URI data = Storage.resolve(hdfs.directory(), "mnist");
      upload(storage, data);
      URI run = Storage.resolve(hdfs.directory(), "run");
      String[] arguments = {
        "train",
        "--hidden",
        "4",
        "--epochs",
        "2",
        "--master",
        "local[2]",
        "--data",
        data.toString(),
        "--run-dir",
        run.toString()
      };
      CommandRun first = CommandRun.of(arguments);
      assertThat(first.errors()).isEmpty();
      assertThat(first.exitCode()).isZero();
      JsonNode whole = result(storage, run);

      List<FileEntry> checkpoints = storage.list(Storage.resolve(run, "checkpoints"));
      assertThat(checkpoints).hasSize(2);
      storage.delete(
          Storage.resolve(Storage.resolve(run, "checkpoints"), checkpoints.get(1).name()));
      storage.delete(Storage.resolve(run, "results/1.json"));
      storage.delete(Storage.resolve(run, "result.json"));
      storage.delete(Storage.resolve(run, "model.srnn"));
      CommandRun resumed =
          CommandRun.of("train", "--resume", "--run-dir", run.toString(), "--master", "local[2]");
      assertThat(resumed.errors()).isEmpty();
      assertThat(resumed.exitCode()).isZero();
      assertThat(resumed.output()).contains("Resuming from hdfs://").contains("after epoch 1");
      assertThat(result(storage, run).path("parametersSha256"))
          .isEqualTo(whole.path("parametersSha256"));

      CommandRun evaluated =
          CommandRun.of(
              "evaluate",
              "--model",
              run.toString(),
              "--data",
              data.toString(),
              "--engine",
              "local");
      assertThat(evaluated.exitCode()).isZero();
      assertThat(evaluated.output())
          .contains(
              String.format(
                  java.util.Locale.ROOT,
                  "accuracy %.2f%%",
                  100 * whole.at("/test/accuracy").asDouble()));
    }
  }

  private static JsonNode result(Storage storage, URI run) throws IOException {
    return new ObjectMapper().readTree(storage.read(Storage.resolve(run, "result.json"), 1 << 20));
  }

  private static void upload(Storage storage, URI directory) throws IOException {
    storage.createDirectories(directory);
    for (String name :
        List.of(
            "train-images-idx3-ubyte.gz",
            "train-labels-idx1-ubyte.gz",
            "t10k-images-idx3-ubyte.gz",
            "t10k-labels-idx1-ubyte.gz")) {
      try (InputStream in = Main.class.getResourceAsStream("/io/sparkrnn/data/mnist/" + name)) {
        storage.writePrivate(Storage.resolve(directory, name), in.readAllBytes());
      }
    }
  }
}
