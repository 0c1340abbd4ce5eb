package io.sparkrnn.spark.data;

import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.config.TableConfiguration;
import io.sparkrnn.config.TaskName;
import io.sparkrnn.data.DataException;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.spark.data.TableData.Description;
import io.sparkrnn.spark.data.TableData.Parts;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** Reads the test part for a model that is there: nothing is fitted, and nothing is trained on. */
public final class TestTable {
  private TestTable() {}

  /**
   * Reads the test table of a configuration, or where it has none, the test part of its training
   * table.
   *
   * @param preparation what was fitted when the network was trained
   * @return data with a test part alone
   * @throws DataException if the table is not what the configuration says
   */
  public static TableData read(
      SparkSession spark,
      RunConfiguration configuration,
      Network network,
      Preparation preparation) {
    SparkSession session = TableSource.session(spark);
    TextStreams.Part test =
        configuration.model().task() == TaskName.LANGUAGE_MODEL
            ? new TextTables(spark, configuration, Optional.empty()).test(preparation.vocabulary())
            : new TextStreams.Part(sequences(session, configuration, network, preparation), 0);
    SequenceDataset none = test.dataset().subset(new int[0]);
    return new TableData(
        JavaSparkContext.fromSparkContext(session.sparkContext()),
        new Parts(none, none, test.dataset(), new int[0][]),
        new Description(
            location(configuration.table()),
            preparation,
            List.of(),
            List.of(),
            network.timeSteps(),
            0,
            test.streams(),
            Map.of(),
            new int[0],
            0,
            test.dataset().size()));
  }

  static String location(TableConfiguration table) {
    return table.test().isEmpty() ? table.train() : table.test();
  }

  private static SequenceDataset sequences(
      SparkSession session,
      RunConfiguration configuration,
      Network network,
      Preparation preparation) {
    TableConfiguration table = configuration.table();
    Sequences read = Sequences.read(session, configuration, location(table));
    List<Window> windows = windows(table, read);
    if (windows.isEmpty()) {
      throw read.source()
          .refusal(
              "windows of %d steps, %d ahead"
                  .formatted(Math.max(1, table.windowSteps()), table.horizonSteps()),
              "none");
    }
    ClassNames classes =
        network.head().loss().ofClasses()
            ? new ClassNames(preparation.classes(), network.classes())
            : ClassNames.NONE;
    return new SequenceBuilder(
            table, preparation, classes, read.columns().readings(configuration.model().task()))
        .build(read.source(), windows, network.timeSteps());
  }

  private static List<Window> windows(TableConfiguration table, Sequences read) {
    if (read.columns().times().isEmpty()) {
      return read.all().stream().map(Window::of).toList();
    }
    SeriesWindows windows = new SeriesWindows(table, read.columns().times().get());
    return table.test().isEmpty() ? windows.test(read.all()) : windows.all(read.all());
  }
}
