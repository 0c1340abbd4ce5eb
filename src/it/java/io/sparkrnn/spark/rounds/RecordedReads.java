package io.sparkrnn.spark.rounds;

import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.Shard;
import io.sparkrnn.data.TrainingData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Data that write down who reads which shard, a line each, and may take their time for it.
 *
 * @param file of the lines {@code worker process}
 */
record RecordedReads(TrainingData data, String file, long seconds) implements TrainingData {
  static RecordedReads in(Path file, TrainingData data) throws IOException {
    return new RecordedReads(data, Files.createFile(file).toString(), 0);
  }

  List<String> lines() {
    try {
      return Files.readAllLines(Path.of(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public int workers() {
    return data.workers();
  }

  @Override
  public int shardSize(int worker) {
    return data.shardSize(worker);
  }

  @Override
  public Shard shard(int worker) {
    String line = "%d %d%n".formatted(worker, ProcessHandle.current().pid());
    try {
      Files.writeString(Path.of(file), line, StandardOpenOption.APPEND);
      TimeUnit.SECONDS.sleep(seconds);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return data.shard(worker);
  }

  @Override
  public int size(Part part) {
    return data.size(part);
  }

  @Override
  public SequenceDataset part(Part part) {
    return data.part(part);
  }
}
