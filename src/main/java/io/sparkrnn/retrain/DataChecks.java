package io.sparkrnn.retrain;

import io.sparkrnn.data.DataException;
import io.sparkrnn.data.ImageTrainingData;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.registry.DataSummary;
import io.sparkrnn.registry.LogEntry;
import io.sparkrnn.registry.RegisteredModel;
import java.util.List;

/**
 * What data must be like to be trained on without anybody looking at them.
 *
 * @param minSamples the fewest training samples
 * @param maxLabelDrift as {@link DataSummary#labelDrift}
 * @param maxPixelDrift as {@link DataSummary#pixelDrift}
 */
public record DataChecks(long minSamples, double maxLabelDrift, double maxPixelDrift) {
  public DataChecks {
    if (minSamples < 1 || !(maxLabelDrift >= 0 && maxLabelDrift <= 1) || !(maxPixelDrift >= 0)) {
      throw new IllegalArgumentException(
          "expected at least 1 sample, a label drift from 0 to 1 and a pixel drift of at least 0, found %d, %s and %s"
              .formatted(minSamples, maxLabelDrift, maxPixelDrift));
    }
  }

  /**
   * Demands sequences that a current version can be compared on.
   *
   * @param where names the data in messages
   */
  static void requireSchema(RegisteredModel current, ImageTrainingData data, String where) {
    Network network = current.model().topology().network();
    if (network.timeSteps() != data.timeSteps()
        || network.inputSize() != data.inputSize()
        || network.classes() != data.classes()) {
      throw new DataException(
          "Cannot train on %s: expected sequences of %d x %d in %d classes as version %d has learnt, found %d x %d in %d; another --registry allows them"
              .formatted(
                  where,
                  network.timeSteps(),
                  network.inputSize(),
                  network.classes(),
                  current.version().number(),
                  data.timeSteps(),
                  data.inputSize(),
                  data.classes()));
    }
  }

  /** Demands enough samples, of every class. */
  void requireSamples(DataSummary data, String where) {
    if (data.samples() < minSamples) {
      throw new DataException(
          "Cannot train on %s: expected at least %d training samples, found %d; --min-samples allows fewer"
              .formatted(where, minSamples, data.samples()));
    }
    int missing = data.labelCounts().indexOf(0L);
    if (missing >= 0) {
      throw new DataException(
          "Cannot train on %s: expected training samples of every class, found none of class %d; no option allows that"
              .formatted(where, missing));
    }
  }

  /**
   * Demands data that are like those of one of these entries: a night that was odd, but not
   * refused, must not make all usual ones odd.
   *
   * @param earlier the entries that describe them, the one for messages first; none allows anything
   */
  void requireAlike(List<LogEntry> earlier, DataSummary data, String where) {
    for (LogEntry entry : earlier) {
      DataSummary before = entry.data().orElseThrow();
      if (data.labelDrift(before) <= maxLabelDrift && data.pixelDrift(before) <= maxPixelDrift) {
        return;
      }
    }
    if (!earlier.isEmpty()) {
      throw unlike(earlier.get(0), data, where);
    }
  }

  private DataException unlike(LogEntry earlier, DataSummary data, String where) {
    DataSummary before = earlier.data().orElseThrow();
    String reference = "those of version %d".formatted(earlier.number());
    double labels = data.labelDrift(before);
    if (labels > maxLabelDrift) {
      return new DataException(
          "Cannot train on %s: expected labels distributed as %s, with a total variation distance of at most %s, found %.4f; --max-label-drift allows more"
              .formatted(where, reference, maxLabelDrift, labels));
    }
    return new DataException(
        "Cannot train on %s: expected pixels like %s, of mean %.4f and deviation %.4f, at most %s deviations away, found mean %.4f and deviation %.4f, %.4f away; --max-pixel-drift allows more"
            .formatted(
                where,
                reference,
                before.pixelMean(),
                before.pixelStandardDeviation(),
                maxPixelDrift,
                data.pixelMean(),
                data.pixelStandardDeviation(),
                data.pixelDrift(before)));
  }
}
