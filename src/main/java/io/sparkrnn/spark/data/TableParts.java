package io.sparkrnn.spark.data;

import io.sparkrnn.config.TableConfiguration;
import io.sparkrnn.data.DataFingerprint;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.spark.data.TableData.Parts;
import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.Storage;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is said of the parts that were read from tables. */
final class TableParts {
  private TableParts() {}

  /** The tables, in one line. */
  static String described(TableConfiguration table) {
    return Stream.of(table.train(), table.validation(), table.test())
        .filter(location -> !location.isEmpty())
        .distinct()
        .collect(Collectors.joining(", "));
  }

  /**
   * One for each part that there is, with the SHA-256 of its dataset. A part of the training table
   * has its name behind that of the table.
   */
  static List<DataFingerprint> fingerprints(TableConfiguration table, Parts parts) {
    List<DataFingerprint> fingerprints = new ArrayList<>();
    fingerprints.add(fingerprint(table.train(), "", parts.training()));
    addPart(fingerprints, table, table.validation(), "#validation", parts.validation());
    addPart(fingerprints, table, table.test(), "#test", parts.test());
    return List.copyOf(fingerprints);
  }

  private static void addPart(
      List<DataFingerprint> fingerprints,
      TableConfiguration table,
      String own,
      String name,
      SequenceDataset dataset) {
    if (dataset.size() > 0) {
      fingerprints.add(
          own.isEmpty()
              ? fingerprint(table.train(), name, dataset)
              : fingerprint(own, "", dataset));
    }
  }

  static DataFingerprint fingerprint(String table, String part, SequenceDataset dataset) {
    return new DataFingerprint(
        table + part, Storage.describe(Locations.uri(table)), dataset.sha256(), bytes(dataset));
  }

  /** What a dataset's numbers take, of four bytes each. */
  private static long bytes(SequenceDataset dataset) {
    long numbers = 0;
    for (int sample = 0; sample < dataset.size(); sample++) {
      numbers += (long) dataset.length(sample) * (dataset.inputSize() + dataset.channels());
      numbers += dataset.staticSize();
    }
    return numbers * Float.BYTES;
  }
}
