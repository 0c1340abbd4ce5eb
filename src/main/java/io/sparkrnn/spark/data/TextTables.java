package io.sparkrnn.spark.data;

import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.config.TableConfiguration;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.model.ChannelScale;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.model.TargetScale;
import io.sparkrnn.model.Vocabulary;
import io.sparkrnn.spark.data.Cells.Place;
import io.sparkrnn.spark.data.TableData.Description;
import io.sparkrnn.spark.data.TableData.Parts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StringType;

/** Reads texts that the next token is to be told of: all rows of a table are one text. */
final class TextTables {
  private static final String LINE_FEED = "\n";

  /** Column of what Spark reads as text. */
  private static final String VALUE = "value";

  /** Enough for a minibatch, and as few as leaves them long. */
  private static final int EVALUATION_STREAMS = 64;

  private final SparkSession session;
  private final RunConfiguration configuration;
  private final TableConfiguration table;
  private final Optional<ModelFile> initial;

  /** Tokens of all texts, each once, in the order in which they were found. */
  private final Map<String, Integer> dictionary = new HashMap<>();

  private final List<String> tokens = new ArrayList<>();

  /**
   * Texts.
   *
   * @param initial whose vocabulary is kept, where training starts from it
   */
  TextTables(SparkSession spark, RunConfiguration configuration, Optional<ModelFile> initial) {
    this.session = TableSource.session(spark);
    this.configuration = configuration;
    this.table = configuration.table();
    this.initial = initial;
  }

  TableData read() {
    TableSource source = new TableSource(session, configuration, table.train());
    requireWindows(source);
    if (configuration.data().validation() > 0
        && table.validation().isEmpty()
        && table.validationFrom().isEmpty()) {
      throw source.refusal(
          "where the validation part of a text begins in table.validation-from",
          "data.validation alone");
    }
    int[] text = text(source);
    int testFrom =
        table.testFrom().isEmpty()
            ? text.length
            : TextStreams.boundary("table.test-from", table.testFrom(), text.length);
    int trainingEnd =
        table.validationFrom().isEmpty()
            ? testFrom
            : TextStreams.boundary("table.validation-from", table.validationFrom(), text.length);
    if (trainingEnd > testFrom) {
      throw source.refusal(
          "table.validation-from before table.test-from",
          "%s and %s".formatted(table.validationFrom(), table.testFrom()));
    }
    int[] training = Arrays.copyOfRange(text, 0, trainingEnd);
    Vocabulary vocabulary =
        initial
            .map(model -> KeptPreparation.of(source, table, model).vocabulary())
            .orElseGet(() -> fit(source, training));
    int streams =
        Math.multiplyExact(
            configuration.training().workers(), configuration.training().minibatchSize());
    TextStreams.Part trained = streams(vocabulary, training).training(source, table, streams);
    TextStreams.Part validation =
        part(
            source,
            vocabulary,
            table.validation(),
            Arrays.copyOfRange(text, trainingEnd, testFrom),
            !table.validationFrom().isEmpty(),
            trained);
    TextStreams.Part test =
        part(
            source,
            vocabulary,
            table.test(),
            Arrays.copyOfRange(text, testFrom, text.length),
            !table.testFrom().isEmpty(),
            trained);
    Parts parts =
        new Parts(
            trained.dataset(), validation.dataset(), test.dataset(), shards(trained, streams));
    return new TableData(
        JavaSparkContext.fromSparkContext(session.sparkContext()),
        parts,
        new Description(
            TableParts.described(table),
            new Preparation(
                List.of(),
                ChannelScale.NONE,
                Map.of(),
                vocabulary,
                List.of(),
                TargetScale.IDENTITY),
            TableParts.fingerprints(table, parts),
            List.of(),
            Math.max(
                parts.timeSteps(),
                initial.map(model -> model.topology().network().timeSteps()).orElse(0)),
            validation.streams(),
            test.streams(),
            Map.of(),
            Arrays.stream(parts.shards()).mapToInt(shard -> shard.length).toArray(),
            validation.dataset().size(),
            test.dataset().size()));
  }

  /** The test part, in tokens that a model knows. */
  TextStreams.Part test(Vocabulary vocabulary) {
    TableSource source = new TableSource(session, configuration, TestTable.location(table));
    requireWindows(source);
    int[] text = text(source);
    int from =
        table.test().isEmpty()
            ? TextStreams.boundary("table.test-from", table.testFrom(), text.length)
            : 0;
    return streams(vocabulary, Arrays.copyOfRange(text, from, text.length))
        .evaluation(source, table, EVALUATION_STREAMS);
  }

  private void requireWindows(TableSource source) {
    if (table.windowSteps() == 0) {
      throw source.refusal("the time steps of windows in table.window-steps", 0);
    }
  }

  /** Of each worker, window by window, those of its streams. */
  private int[][] shards(TextStreams.Part training, int streams) {
    int ofWorker = configuration.training().minibatchSize();
    int windows = training.dataset().size() / streams;
    int[][] shards = new int[configuration.training().workers()][];
    for (int worker = 0; worker < shards.length; worker++) {
      int first = worker * ofWorker;
      shards[worker] =
          IntStream.range(0, windows * ofWorker)
              .map(i -> i / ofWorker * streams + first + i % ofWorker)
              .toArray();
    }
    return shards;
  }

  private TextStreams.Part part(
      TableSource source,
      Vocabulary vocabulary,
      String own,
      int[] ofTraining,
      boolean given,
      TextStreams.Part training) {
    if (!own.isEmpty()) {
      TableSource ownSource = new TableSource(session, configuration, own);
      return streams(vocabulary, text(ownSource)).evaluation(ownSource, table, EVALUATION_STREAMS);
    }
    if (!given) {
      SequenceDataset none = training.dataset().subset(new int[0]);
      return new TextStreams.Part(none, 0);
    }
    return streams(vocabulary, ofTraining).evaluation(source, table, EVALUATION_STREAMS);
  }

  private Vocabulary fit(TableSource source, int[] training) {
    long[] found = new long[tokens.size()];
    for (int token : training) {
      found[token]++;
    }
    Map<String, Long> counts = new HashMap<>();
    for (int token = 0; token < found.length; token++) {
      if (found[token] > 0) {
        counts.put(tokens.get(token), found[token]);
      }
    }
    Vocabulary vocabulary = TextTokens.fit(source.location(), table, counts);
    if (vocabulary.size() > SequenceDataset.MAX_CLASSES) {
      throw source.refusal(
          "at most %d tokens, of which each is a class; table.vocabulary-size leaves out rare ones"
              .formatted(SequenceDataset.MAX_CLASSES - Vocabulary.FIRST),
          vocabulary.tokens().size());
    }
    return vocabulary;
  }

  private TextStreams streams(Vocabulary vocabulary, int[] text) {
    Map<String, Integer> known = vocabulary.ids();
    int[] ids =
        tokens.stream().mapToInt(token -> known.getOrDefault(token, Vocabulary.UNKNOWN)).toArray();
    return new TextStreams(
        Arrays.stream(text).map(token -> ids[token]).toArray(), vocabulary.size());
  }

  /** The rows of a table as one text, with a line feed between two; tokens by the dictionary. */
  private int[] text(TableSource source) {
    Dataset<Row> rows = source.rows();
    String name = table.text().isEmpty() ? VALUE : table.text();
    int column = Arrays.asList(rows.columns()).indexOf(name);
    if (column < 0 || !(rows.schema().fields()[column].dataType() instanceof StringType)) {
      throw source.refusal(
          "a column %s of texts".formatted(name),
          column < 0
              ? Arrays.toString(rows.columns())
              : rows.schema().fields()[column].dataType().simpleString());
    }
    Cells cells = new Cells(source.location(), !table.query().isEmpty(), false);
    List<String> lines = source.collect(rows, new Lines(cells, name, column));
    IntStream.Builder found = IntStream.builder();
    for (int line = 0; line < lines.size(); line++) {
      if (line > 0) {
        found.add(number(LINE_FEED));
      }
      for (String token : TextTokens.unit(table).cut(lines.get(line))) {
        found.add(number(token));
      }
    }
    int[] text = found.build().toArray();
    if (text.length == 0) {
      throw source.refusal("a text", "an empty one");
    }
    return text;
  }

  private int number(String token) {
    Integer known = dictionary.get(token);
    if (known == null) {
      known = tokens.size();
      dictionary.put(token, known);
      tokens.add(token);
    }
    return known;
  }

  private record Lines(Cells cells, String name, int column)
      implements TableSource.RowFunction<String> {
    @Override
    public String apply(Row row, long number) {
      return cells.given(row, column, new Place(name, number), "a text").toString();
    }

    @Override
    public long bytes(String line) {
      return 56 + 2L * line.length();
    }
  }
}
