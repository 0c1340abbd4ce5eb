package io.sparkrnn.retrain;

import io.sparkrnn.data.DataException;
import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.Readings;
import io.sparkrnn.data.RunData;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.registry.DataSummary;
import io.sparkrnn.registry.DataSummary.ColumnDrift;
import io.sparkrnn.registry.LogEntry;
import io.sparkrnn.registry.RegisteredModel;
import java.util.List;
import java.util.Optional;

/**
 * What data must be like to be trained on without anybody looking at them.
 *
 * @param minSamples the fewest training samples
 * @param maxLabelDrift as {@link DataSummary#labelDrift}
 * @param maxFeatureDrift as {@link DataSummary#pixelDrift}, or {@link DataSummary#columnDrift} of
 *     tables
 */
public record DataChecks(long minSamples, double maxLabelDrift, double maxFeatureDrift) {
  public DataChecks {
    if (minSamples < 1 || !(maxLabelDrift >= 0 && maxLabelDrift <= 1) || !(maxFeatureDrift >= 0)) {
      throw new IllegalArgumentException(
          "expected at least 1 sample, a label drift from 0 to 1 and a pixel drift of at least 0, found %d, %s and %s"
              .formatted(minSamples, maxLabelDrift, maxFeatureDrift));
    }
  }

  /**
   * Demands sequences that a current version can be compared on.
   *
   * @param where names the data in messages
   */
  static void requireSchema(RegisteredModel current, RunData data, String where) {
    Optional<Preparation> learnt = current.model().preparation();
    if (learnt.isPresent() != data.preparation().isPresent()) {
      throw new DataException(
          "Cannot train on %s: expected %s as version %d has learnt, found %s; another --registry allows them"
              .formatted(
                  where,
                  learnt.isPresent() ? "a table" : "images",
                  current.version().number(),
                  data.noun()));
    }
    if (learnt.isPresent()) {
      TableSchema.require(current, data, where);
      return;
    }
    Network network = current.model().topology().network();
    SequenceDataset training = data.training();
    if (network.timeSteps() != data.timeSteps()
        || network.inputSize() != training.inputSize()
        || network.classes() != training.classes()) {
      throw new DataException(
          "Cannot train on %s: expected sequences of %d x %d in %d classes as version %d has learnt, found %d x %d in %d; another --registry allows them"
              .formatted(
                  where,
                  network.timeSteps(),
                  network.inputSize(),
                  network.classes(),
                  current.version().number(),
                  data.timeSteps(),
                  training.inputSize(),
                  training.classes()));
    }
    List<String> known = current.model().classNames();
    // A model of before names were kept has none.
    if (!known.isEmpty() && !data.classNames().isEmpty() && !known.equals(data.classNames())) {
      throw new DataException(
          "Cannot train on %s: expected the classes %s as version %d has learnt, found the classes %s; another --registry allows them"
              .formatted(where, known, current.version().number(), data.classNames()));
    }
  }

  /** Demands enough samples, of every class where a sample has one, and some to decide by. */
  void requireSamples(RunData data, DataSummary summary, String where) {
    if (summary.samples() < minSamples) {
      throw new DataException(
          "Cannot train on %s: expected at least %d training samples, found %d; --min-samples allows fewer"
              .formatted(where, minSamples, summary.samples()));
    }
    if (data.size(Part.TEST) == 0) {
      throw new DataException(
          "Cannot train on %s: expected a test part that decides, found none in --test-table and --test-from"
              .formatted(where));
    }
    // Of time steps, a rare class may be lacking on any night.
    boolean ofSamples = data.training().readings() == Readings.ONE;
    int missing = ofSamples ? summary.labelCounts().indexOf(0L) : -1;
    if (missing >= 0) {
      throw new DataException(
          "Cannot train on %s: expected training samples of every class, found none of class %s; no option allows that"
              .formatted(where, name(data, missing)));
    }
  }

  private static String name(RunData data, int label) {
    List<String> names = data.classNames();
    return label < names.size() ? names.get(label) : String.valueOf(label);
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
      if (data.labelDrift(before) <= maxLabelDrift
          && data.pixelDrift(before) <= maxFeatureDrift
          && data.columnDrift(before).map(ColumnDrift::deviations).orElse(0.0) <= maxFeatureDrift) {
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
    Optional<ColumnDrift> column = data.columnDrift(before);
    if (column.isPresent()) {
      ColumnDrift drift = column.get();
      return new DataException(
          "Cannot train on %s: expected values of %s like %s, of mean %.4g and deviation %.4g, at most %s deviations away, found mean %.4g and deviation %.4g, %.4f away; --max-feature-drift allows more"
              .formatted(
                  where,
                  drift.now().name(),
                  reference,
                  drift.before().mean(),
                  drift.before().standardDeviation(),
                  maxFeatureDrift,
                  drift.now().mean(),
                  drift.now().standardDeviation(),
                  drift.deviations()));
    }
    return new DataException(
        "Cannot train on %s: expected pixels like %s, of mean %.4f and deviation %.4f, at most %s deviations away, found mean %.4f and deviation %.4f, %.4f away; --max-pixel-drift allows more"
            .formatted(
                where,
                reference,
                before.pixelMean().orElseThrow(),
                before.pixelStandardDeviation().orElseThrow(),
                maxFeatureDrift,
                data.pixelMean().orElseThrow(),
                data.pixelStandardDeviation().orElseThrow(),
                data.pixelDrift(before)));
  }
}
