package io.sparkrnn.spark.dl4j;

import io.sparkrnn.data.DataException;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.spark.data.SampleReader;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

/**
 * Turns DL4J's data sets into plain arrays, or says what they have that we would train wrongly:
 * features {@code [sample][input][timeStep]} and one-hot labels {@code [sample][class]} are read.
 *
 * @param network whose inputs and classes the samples must have
 */
public record DataSetReader(Network network) implements SampleReader<DataSet> {
  @Override
  public int count(DataSet set) {
    return set.numExamples();
  }

  @Override
  public long values(DataSet set) {
    return set.getFeatures() == null ? 0 : set.getFeatures().length();
  }

  @Override
  public Samples read(DataSet set, long number, int partition) {
    String where = "data set %d of partition %d".formatted(number, partition);
    requireAllSeen(set.getFeaturesMaskArray(), where, "a features mask");
    requireAllSeen(set.getLabelsMaskArray(), where, "a labels mask");
    INDArray features = set.getFeatures();
    INDArray labels = set.getLabels();
    if (features == null || features.rank() != 3 || features.size(1) != network.inputSize()) {
      throw refused(
          where,
          "features [samples, %d inputs, time steps]".formatted(network.inputSize()),
          "features " + form(features));
    }
    if (labels != null && labels.rank() == 3) {
      throw refused(where, "one label a sequence", "per-time-step labels " + form(labels));
    }
    if (labels == null
        || labels.rank() != 2
        || labels.size(0) != features.size(0)
        || labels.size(1) != network.classes()) {
      throw refused(
          where,
          "labels [%d samples, %d classes]".formatted(features.size(0), network.classes()),
          "labels " + form(labels));
    }
    return new Samples(
        features.permute(0, 2, 1).dup('c').data().asFloat(),
        classes(labels.dup('c').data().asFloat(), network.classes(), where),
        (int) features.size(2));
  }

  /** DL4J's readers of sequences add masks of ones, which hide nothing, to those of one length. */
  private static void requireAllSeen(INDArray mask, String where, String name) {
    if (mask == null) {
      return;
    }
    for (float seen : mask.dup('c').data().asFloat()) {
      if (seen != 1) {
        throw refused(where, "no masks but of ones", "%s with %s in it".formatted(name, seen));
      }
    }
  }

  private static int[] classes(float[] oneHot, int classes, String where) {
    int[] labels = new int[oneHot.length / classes];
    for (int s = 0; s < labels.length; s++) {
      float[] row = Arrays.copyOfRange(oneHot, s * classes, (s + 1) * classes);
      int label = -1;
      for (int c = 0; c < classes; c++) {
        if (row[c] == 1 && label < 0) {
          label = c;
        } else if (row[c] != 0) {
          label = classes;
        }
      }
      if (label < 0 || label == classes) {
        throw refused(where, "one-hot labels", Arrays.toString(row) + " at sample " + s);
      }
      labels[s] = label;
    }
    return labels;
  }

  private static String form(INDArray array) {
    return array == null ? "missing" : Arrays.toString(array.shape());
  }

  private static DataException refused(String where, String expected, String found) {
    return new DataException(
        "Cannot train on %s: expected %s, found %s".formatted(where, expected, found));
  }
}
