package io.sparkrnn.config;

import java.io.Serializable;
import java.util.List;

/**
 * Tables of sequences to train and test on, in place of images: which rows there are, and what
 * their columns mean.
 */
public record TableConfiguration(
    @Setting(
            value =
                "Table of the training sequences, a path or any URI that Hadoop can read, in Parquet, ORC, JSON lines, CSV with a header, text, Avro, Delta or Iceberg, or a table's name in Spark's catalogs; it takes the place of data.uri.",
            flag = "--train-table",
            label = "URI",
            free = true)
        String train,
    @Setting(
            value =
                "Table of the sequences to validate on; empty: those that are held out, if any.",
            flag = "--validation-table",
            label = "URI",
            free = true)
        String validation,
    @Setting(
            value = "Table of the sequences to test on; empty: those from table.test-from on.",
            flag = "--test-table",
            label = "URI",
            free = true)
        String test,
    @Setting(
            value =
                "Format of the tables, or table for names in a catalog; empty: by the name's ending, or what is there.",
            flag = "--table-format",
            texts = {"parquet", "json", "csv", "text", "orc", "avro", "delta", "iceberg", "table"})
        String format,
    @Setting(
            value =
                "Spark SQL query that makes each table's rows; the table is called input. Empty: its rows as they are.",
            label = "SQL",
            lines = true)
        String query,
    @Setting(
            value =
                "Columns of numbers at each time step: arrays of arrays, flat arrays, or, of windows and long tables, single numbers. A * at the end of a name stands for all columns that begin so; their numbers are time steps.",
            label = "COLUMN")
        List<String> features,
    @Setting(
            value = "Numbers of each time step in features that are flat.",
            flag = "--inputs",
            min = 1)
        int inputs,
    @Setting(
            value =
                "Column of text, or of an array of texts, whose tokens are embedded; empty: none.",
            flag = "--text-column",
            label = "COLUMN")
        String text,
    @Setting("Tokens of a text: its characters, or its words between blanks.") TokenName tokens,
    @Setting(
            value =
                "Tokens that have an embedding, the most frequent ones; all others are one unknown token. 0: all.",
            min = 0)
        int vocabularySize,
    @Setting(
            value = "Times that a token must occur in the training data to have an embedding.",
            min = 1)
        int vocabularyMinCount,
    @Setting(
            value =
                "Column of a class, a number or a name, or of an array of them, one a time step; empty: none.",
            flag = "--label-column",
            label = "COLUMN")
        String label,
    @Setting(
            value = "Columns of numbers to come to: single ones, or arrays of one a time step.",
            flag = "--target-columns",
            label = "COLUMN")
        List<String> targets,
    @Setting(
            value = "Column of a sequence's weight in the loss; empty: 1.",
            flag = "--weight-column",
            label = "COLUMN")
        String weight,
    @Setting(
            value = "Columns of numbers that a whole sequence has.",
            flag = "--static-columns",
            label = "COLUMN")
        List<String> statics,
    @Setting(
            value =
                "Column that names the series of a row, where a row is one reading; empty: all are of one series.",
            flag = "--series-column",
            label = "COLUMN")
        String series,
    @Setting(
            value =
                "Column by which the readings of a series are put in order; given: a row is one reading.",
            flag = "--time-column",
            label = "COLUMN")
        String time,
    @Setting(
            value =
                "Time steps of the windows that series, or the text of a language model, are cut into; 0: none.",
            flag = "--window-steps",
            min = 0)
        int windowSteps,
    @Setting(
            value = "Time steps from one window's start to the next, of training windows.",
            flag = "--stride-steps",
            min = 1)
        int strideSteps,
    @Setting(
            value = "Time steps ahead that are forecast; 0: the target of the step itself.",
            flag = "--horizon-steps",
            min = 0)
        int horizonSteps,
    @Setting(
            value =
                "Features that are known ahead, such as those of the calendar: they are read at the time that is forecast.",
            flag = "--known-ahead",
            label = "COLUMN")
        List<String> knownAhead,
    @Setting(
            value =
                "Where the validation part of a series begins: a value of the time column, or of a text the part that is before, such as 0.9; empty: there is none.",
            label = "TIME")
        String validationFrom,
    @Setting(value = "Where the test part of a series begins, likewise.", label = "TIME")
        String testFrom,
    @Setting(
            "Whether numbers are brought to mean 0 and deviation 1, fitted on the training data: of each channel, of each series' channels, or not at all. Features that are 0 or 1 alone stay so, and so do counts, the targets of the loss poisson.")
        StandardiseName standardise,
    @Setting(
            value = "Features that are not standardised, such as those from 0 to 1.",
            label = "COLUMN")
        List<String> unscaled,
    @Setting(
            value = "Function of targets before they are standardised; scores undo it.",
            texts = "log1p")
        String targetTransform,
    @Setting(
            "Numbers that are missing: refused, filled with the last one before, or filled and marked in a channel more.")
        MissingName missing)
    implements Serializable {
  public TableConfiguration {
    features = List.copyOf(features);
    targets = List.copyOf(targets);
    statics = List.copyOf(statics);
    knownAhead = List.copyOf(knownAhead);
    unscaled = List.copyOf(unscaled);
  }

  /** Whether there are tables to read. */
  public boolean isGiven() {
    return !train.isEmpty();
  }
}
