package io.sparkrnn.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkrnn.train.CheckpointReport;
import io.sparkrnn.train.EpochReport;
import io.sparkrnn.train.TrainingListener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * All epochs of a run, those of earlier attempts included: checkpoints carry them. It is for people
 * alone; nothing of a result depends on it.
 *
 * <p>Safe for use by several threads: one tells it, another writes checkpoints.
 */
public final class TrainingHistory implements TrainingListener {
  /** The name of its section in a checkpoint. */
  public static final String SECTION = "history";

  private final int attempt;
  private final List<EpochRecord> epochs = new ArrayList<>();
  private final List<Double> workerSeconds = new ArrayList<>();

  private record Section(List<EpochRecord> epochs, List<Double> workerSeconds) {}

  /**
   * An empty one.
   *
   * @param attempt the driver that goes on from here
   */
  public TrainingHistory(int attempt) {
    this.attempt = attempt;
  }

  /**
   * Takes what a checkpoint has of earlier attempts.
   *
   * @param where names the checkpoint
   */
  public synchronized void resume(byte[] section, String where) {
    if (section.length == 0) {
      // Of a version that kept none.
      return;
    }
    try {
      Section read = mapper().readValue(section, Section.class);
      epochs.addAll(read.epochs());
      workerSeconds.addAll(read.workerSeconds());
    } catch (IOException e) {
      throw new IllegalStateException(
          "Cannot read the history in %s: expected JSON, found %s".formatted(where, e.getMessage()),
          e);
    }
  }

  /** The section of a checkpoint after so many epochs. */
  public synchronized byte[] section(int epoch) {
    try {
      return mapper()
          .writeValueAsBytes(
              new Section(
                  epochs.stream().filter(record -> record.epoch() <= epoch).toList(),
                  workerSeconds));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("numbers are always JSON", e);
    }
  }

  private static ObjectMapper mapper() {
    return new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
  }

  /** In their order. */
  public synchronized List<EpochRecord> epochs() {
    return List.copyOf(epochs);
  }

  /** What each worker has computed in these epochs, or one time of all where that is not known. */
  public synchronized List<Double> workerSeconds() {
    return List.copyOf(workerSeconds);
  }

  @Override
  public synchronized void onEpoch(EpochReport report) {
    epochs.add(EpochRecord.of(report, attempt));
    for (int worker = 0; worker < report.workerSeconds().size(); worker++) {
      double seconds = report.workerSeconds().get(worker);
      if (worker == workerSeconds.size()) {
        workerSeconds.add(seconds);
      } else {
        workerSeconds.set(worker, workerSeconds.get(worker) + seconds);
      }
    }
  }

  @Override
  public synchronized void onCheckpoint(CheckpointReport report) {
    // Within an epoch, its time counts for the last one that has ended.
    for (int i = epochs.size() - 1; i >= 0; i--) {
      if (epochs.get(i).epoch() <= report.state().epoch()) {
        epochs.set(i, epochs.get(i).withCheckpoint(report.seconds()));
        return;
      }
    }
  }
}
