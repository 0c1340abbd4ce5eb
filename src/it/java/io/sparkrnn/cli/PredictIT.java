package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.data.Axes;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.images.DataSource;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Biases;
import io.sparkrnn.kernel.Network.Direction;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.train.Predictor;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code predict} from every kind of input to every kind of table. */
class PredictIT {
  private static final int PIXELS = 28 * 28;

  @TempDir(factory = OddTempDirectory.class)
  private static Path shared;

  @TempDir private Path temp;

  private static SequenceDataset images;
  private static float[] logits;

  @BeforeAll
  static void train() throws IOException {
    CommandRun.succeed(
        "train --engine local --epochs 1 --hidden 40 --validation 50000 --run-dir %s",
        shared.resolve("run"));
    images =
        DataSource.loadTest(ConfigurationLoader.defaults().data(), Storage.of(Map.of())).dataset();
    ModelFile model =
        ModelFile.read(Storage.of(Map.of()), shared.resolve("run/model.srnn").toUri());
    logits =
        ForwardPass.run(
                Ops.named("portable"),
                model.topology(),
                model.parameters(),
                images.batch(IntStream.range(0, images.size()).toArray(), Axes.BATCH_FIRST),
                Axes.BATCH_FIRST,
                images.size())
            .logits();
    String name = "t10k-images-idx3-ubyte";
    try (InputStream in =
        Main.class.getResourceAsStream("/io/sparkrnn/data/mnist/" + name + ".gz")) {
      byte[] compressed = in.readAllBytes();
      Files.write(shared.resolve("images.gz"), compressed);
      try (InputStream plain =
          new GZIPInputStream(Files.newInputStream(shared.resolve("images.gz")))) {
        Files.write(shared.resolve("images"), plain.readAllBytes());
      }
    }
  }

  private CommandRun predict(String input, Path from, String... more) {
    List<String> arguments = new ArrayList<>(List.of("predict", "--master", "local[2]"));
    if (!List.of(more).contains("--model")) {
      arguments.addAll(List.of("--model", shared.resolve("run").toString()));
    }
    arguments.addAll(List.of("--input-format", input, "--input", from.toString()));
    if (!List.of(more).contains("--output")) {
      arguments.addAll(List.of("--output", output().toString()));
    }
    arguments.addAll(List.of(more));
    return CommandRun.of(arguments.toArray(String[]::new));
  }

  private Path output() {
    return temp.resolve("\u00DCbung #1 %20 'q'");
  }

  private static <T> T withSpark(Function<SparkSession, T> use) {
    SparkSession session = SparkSession.builder().master("local[2]").getOrCreate();
    try {
      return use.apply(session);
    } finally {
      session.stop();
    }
  }

  private List<Row> rows(String format, String order) {
    return withSpark(
        session ->
            session
                .read()
                .option("header", true)
                .option("inferSchema", format.equals("csv"))
                .format(format)
                .load(output().toString())
                .orderBy(order)
                .collectAsList());
  }

  private static int expected(int image) {
    int best = 0;
    for (int c = 1; c < 10; c++) {
      if (logits[image * 10 + c] > logits[image * 10 + best]) {
        best = c;
      }
    }
    return best;
  }

  private static double probability(int image, int label) {
    double sum = IntStream.range(0, 10).mapToDouble(c -> Math.exp(logits[image * 10 + c])).sum();
    return Math.exp(logits[image * 10 + label]) / sum;
  }

  @ParameterizedTest
  @CsvSource({"images, parquet", "images.gz, csv", "images, json"})
  void everyImageOfAFileIsPredicted(String file, String format) {
    CommandRun run = predict("idx", shared.resolve(file), "--output-format", format);
    assertThat(run.exitCode()).as(run.errors()).isZero();
    assertThat(run.output())
        .matches(
            "(?s)predicted 10,000 rows, 0 bad\\Rin +[\\d.]+ s, [\\d,]+ rows/s\\Rtable +%s\\R"
                .formatted(output()));
    assertThat(output().resolve("_SUCCESS")).exists();

    List<Row> rows = rows(format, "index");
    assertThat(rows).hasSize(10_000);
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      assertThat(((Number) row.getAs("index")).longValue()).isEqualTo(i);
      assertThat(((Number) row.getAs("prediction")).intValue()).isEqualTo(expected(i));
      for (int c = 0; c < 10; c++) {
        double found =
            format.equals("csv")
                ? ((Number) row.getAs("p" + c)).doubleValue()
                : (Double) row.getList(row.fieldIndex("probabilities")).get(c);
        assertThat(Math.abs(found - probability(i, c))).isLessThan(1e-9);
      }
    }
  }

  @Test
  void modelsOfAnyCellPredictImages() throws IOException {
    Network network =
        new Network(
            new Input(28, 28),
            List.of(new Layer("lstm", 6, Direction.BOTH, 0, Biases.TWO)),
            new Head(Loss.softmax(), 10, Reads.MEAN));
    RnnTopology topology = new RnnTopology("lstm", network);
    float[] parameters = ParameterInitializer.PYTORCH.initialise(topology, 1);
    Path model = temp.resolve("lstm.srnn");
    Files.write(model, new ModelFile(topology, parameters, Map.of()).encode("run"));
    ByteBuffer first =
        ByteBuffer.wrap(Files.readAllBytes(shared.resolve("images")), 0, 16 + 784 * 70);
    Files.write(temp.resolve("70"), Arrays.copyOf(first.putInt(4, 70).array(), first.limit()));

    CommandRun run = predict("idx", temp.resolve("70"), "--model", model.toString());

    assertThat(run.exitCode()).as(run.errors()).isZero();
    Predictor predictor = new Predictor(Ops.named("portable"), topology, parameters);
    List<Row> rows = rows("parquet", "index");
    assertThat(rows).hasSize(70);
    for (int i = 0; i < 70; i++) {
      predictor.put(0, images.batch(new int[] {i}, Axes.BATCH_FIRST));
      predictor.run(1);
      assertThat((int) rows.get(i).getAs("prediction")).isEqualTo(predictor.predicted(0));
      assertThat(rows.get(i).getList(rows.get(i).fieldIndex("probabilities")))
          .isEqualTo(Arrays.stream(predictor.probabilities(0)).boxed().toList());
    }
  }

  @Test
  void imagesOfADirectoryAreNamedByTheirPaths() throws IOException {
    Path directory = Files.createDirectory(temp.resolve("%20 #1, of [digits]"));
    for (int i = 0; i < 70; i++) {
      int type = i % 2 == 0 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB;
      BufferedImage image = new BufferedImage(28, 28, type);
      float[] pixels = images.batch(new int[] {i}, Axes.BATCH_FIRST);
      for (int p = 0; p < PIXELS; p++) {
        int gray = Math.round(pixels[p] * 255);
        if (type == BufferedImage.TYPE_BYTE_GRAY) {
          image.getRaster().setSample(p % 28, p / 28, 0, gray);
        } else {
          image.setRGB(p % 28, p / 28, gray << 16 | gray << 8 | gray);
        }
      }
      ImageIO.write(image, "png", directory.resolve("%03d \u00DC [x].png".formatted(i)).toFile());
    }
    ImageIO.write(
        new BufferedImage(28, 27, BufferedImage.TYPE_BYTE_GRAY),
        "png",
        directory.resolve("small.png").toFile());
    Files.writeString(directory.resolve("text.png"), "no image");
    Files.createDirectory(directory.resolve("more"));
    for (String name :
        List.of(".DS_Store", "_SUCCESS", "Thumbs.db", "ehthumbs.db", "Desktop.ini")) {
      Files.writeString(directory.resolve(name), "no image");
    }

    assertThat(predict("png", directory, "--max-bad", "2").exitCode()).isZero();

    List<Row> rows = rows("parquet", "path");
    assertThat(rows).hasSize(72);
    for (int i = 0; i < 70; i++) {
      assertThat((String) rows.get(i).getAs("path"))
          .isEqualTo(directory.resolve("%03d \u00DC [x].png".formatted(i)).toString());
      assertThat((Integer) rows.get(i).getAs("prediction")).isEqualTo(expected(i));
    }
    assertThat((String) rows.get(70).getAs("reason"))
        .isEqualTo("expected 28 rows of 28 pixels, found 27 rows of 28");
    assertThat((String) rows.get(71).getAs("reason")).isEqualTo("expected a PNG, found text");
    assertThat((Object) rows.get(71).getAs("prediction")).isNull();
  }

  private Path table(DataType features, Function<float[], Object> cell, Object... odd) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      rows.add(
          RowFactory.create(
              i, cell.apply(images.batch(new int[] {i}, Axes.BATCH_FIRST)), "name " + i));
    }
    for (Object each : odd) {
      rows.add(RowFactory.create(rows.size(), each, "odd"));
    }
    StructType schema =
        new StructType()
            .add("id", DataTypes.IntegerType)
            .add("pixels", features)
            .add("name", DataTypes.StringType);
    Path file = temp.resolve("\u00DC {input} #1 %20 [x]");
    return withSpark(
        session -> {
          session.createDataFrame(rows, schema).write().parquet(file.toString());
          return file;
        });
  }

  private static List<Double> doubles(float[] values) {
    return IntStream.range(0, values.length).mapToObj(i -> (double) values[i]).toList();
  }

  @Test
  void rowsOfATableKeepTheirOtherColumnsAndOddOnesAreSetAside() {
    List<Double> withNull = new ArrayList<>(doubles(new float[PIXELS]));
    withNull.set(5, null);
    List<Double> notFinite = new ArrayList<>(doubles(new float[PIXELS]));
    notFinite.set(6, Double.NaN);
    Path file =
        table(
            DataTypes.createArrayType(DataTypes.DoubleType),
            PredictIT::doubles,
            null,
            List.of(1.0, 2.0),
            withNull,
            notFinite);
    CommandRun run = predict("parquet", file, "--features", "pixels", "--max-bad", "4");
    assertThat(run.exitCode()).as(run.errors()).isZero();
    assertThat(run.output()).contains("predicted 100 rows, 4 bad");

    List<Row> rows = rows("parquet", "id");
    assertThat(rows).hasSize(104);
    for (int i = 0; i < 100; i++) {
      assertThat((String) rows.get(i).getAs("name")).isEqualTo("name " + i);
      assertThat((Integer) rows.get(i).getAs("prediction")).isEqualTo(expected(i));
    }
    assertThat(rows.subList(100, 104))
        .extracting(row -> row.<String>getAs("reason"))
        .containsExactly(
            "expected features, found null",
            "expected 784 values, found 2",
            "expected numbers, found null at 5",
            "expected finite values, found NaN at 6");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.000 to 0.003922", "0.000 to 1.000 with a mean of 0.8"})
  void imagesOnAnotherScaleAreWarnedOf(String found) throws IOException {
    boolean inverted = found.contains("mean");
    byte[] file = Files.readAllBytes(shared.resolve("images"));
    for (int i = 16; i < file.length; i++) {
      file[i] = inverted ? (byte) ~file[i] : (byte) (file[i] < 0 ? 1 : 0);
    }
    Path images = Files.write(temp.resolve("t10k-images-idx3-ubyte"), file);
    String labels = "t10k-labels-idx1-ubyte.gz";
    Files.copy(Path.of("src/main/resources/io/sparkrnn/data/mnist", labels), temp.resolve(labels));
    CommandRun predicted = predict("idx", images);
    assertThat(predicted.exitCode()).as(predicted.errors()).isZero();
    assertThat(warnings(predicted))
        .singleElement()
        .asString()
        .contains("expected values from 0.000 to 1.000 with a mean of 0.1307", found);
    assertThat(warnings(evaluate(shared.resolve("run"), temp))).isEqualTo(warnings(predicted));

    ModelFile model =
        ModelFile.read(Storage.of(Map.of()), shared.resolve("run/model.srnn").toUri());
    Path older =
        Files.write(temp.resolve("older"), model.withProvenance(Map.of("java", "17")).encode("1"));
    assertThat(warnings(evaluate(older, temp))).isEmpty();
    assertThat(warnings(evaluate(shared.resolve("run"), "builtin:mnist"))).isEmpty();
  }

  private static CommandRun evaluate(Path model, Object data) {
    return CommandRun.succeed("evaluate --engine local --model %s --data %s", model, data);
  }

  private static List<String> warnings(CommandRun run) {
    return run.output().lines().filter(line -> line.startsWith("warning ")).toList();
  }

  @Test
  void aTableOfBytesIsWarnedOf() {
    Path file =
        table(
            DataTypes.createArrayType(DataTypes.IntegerType),
            values ->
                IntStream.range(0, PIXELS).mapToObj(i -> Math.round(255 * values[i])).toList());
    CommandRun run = predict("parquet", file, "--features", "pixels");
    assertThat(run.exitCode()).as(run.errors()).isZero();
    assertThat(warnings(run))
        .singleElement()
        .asString()
        .contains("found values from 0.000 to 255.0");
  }

  @Test
  void vectorsAreFeaturesToo() {
    Path file =
        table(
            SQLDataTypes.VectorType(),
            values ->
                Vectors.dense(IntStream.range(0, PIXELS).mapToDouble(i -> values[i]).toArray()));
    CommandRun run = predict("parquet", file, "--features", "pixels");
    assertThat(run.exitCode()).as(run.errors()).isZero();
    assertThat(warnings(run)).isEmpty();
    assertThat(rows("parquet", "id").stream().map(row -> row.<Integer>getAs("prediction")))
        .containsExactlyElementsOf(IntStream.range(0, 100).mapToObj(PredictIT::expected).toList());
  }

  @Test
  void tooManyBadRowsLeaveATableWithoutItsMark() {
    Path file =
        table(DataTypes.createArrayType(DataTypes.DoubleType), PredictIT::doubles, null, List.of());
    CommandRun run = predict("parquet", file, "--features", "pixels", "--max-bad", "1");
    assertThat(run.exitCode()).isEqualTo(ExitCode.DATA);
    assertThat(run.errors())
        .contains(
            "expected at most 1 bad rows, found 2 of 102, one for this reason: expected ",
            "in " + output() + ", without the mark of completeness _SUCCESS");
    assertThat(Arrays.stream(output().toFile().list()).filter(name -> !name.endsWith(".crc")))
        .containsExactlyInAnyOrder("status=bad", "status=ok");
    List<Row> rows = rows("parquet", "id");
    assertThat(rows).hasSize(102);
    assertThat(rows.get(99).<Integer>getAs("prediction")).isEqualTo(expected(99));
  }

  @Test
  void mistakesAreSaid() throws IOException {
    assertThat(predict("idx", shared.resolve("run/model.srnn")).errors())
        .contains("expected magic 0x00000803");
    byte[] whole = Files.readAllBytes(shared.resolve("images"));
    Path cut = Files.write(temp.resolve("cut"), Arrays.copyOf(whole, whole.length - 1));
    CommandRun truncated = predict("idx", cut);
    assertThat(truncated.exitCode()).isEqualTo(ExitCode.DATA);
    assertThat(truncated.errors())
        .contains("expected 7840016 bytes, found end of file at byte 7840015");
    Path zipped = temp.resolve("zipped");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(zipped))) {
      out.write(whole, 0, whole.length - 1);
    }
    assertThat(predict("idx", zipped).errors()).contains("found end of file at byte 7840015");
    for (File open : new File("/proc/self/fd").listFiles()) {
      assertThat(open.getCanonicalPath()).as("after a task failed").isNotEqualTo(zipped.toString());
    }
    Path file = table(DataTypes.StringType, values -> "text");
    CommandRun column = predict("parquet", file);
    assertThat(column.exitCode()).isEqualTo(ExitCode.DATA);
    assertThat(column.errors()).contains("expected a column features, found [id, pixels, name]");
    assertThat(predict("parquet", file, "--features", "pixels").errors())
        .contains("expected numbers in an array or a vector in column pixels, found string");
    Files.createDirectories(output());
    CommandRun there = predict("idx", shared.resolve("images"));
    assertThat(there.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(there.errors()).contains("expected no such directory, found one");
  }

  private void assertRefused(CommandRun run, int exitCode, String... message) {
    assertThat(run.exitCode()).as(run.errors()).isEqualTo(exitCode);
    assertThat(run.errors().lines())
        .as("one sentence")
        .singleElement()
        .asString()
        .contains(message);
    assertThat(output()).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({"idx", "png", "parquet"})
  void anInputThatIsNotThereIsSaid(String input) {
    assertRefused(
        predict(input, temp.resolve("none")),
        ExitCode.STORAGE,
        "Cannot ",
        "/none: there is no such file or directory");
  }

  @Test
  void aTableThatIsNotThereIsSaid() {
    assertRefused(predict("table", Path.of("sales.none")), ExitCode.DATA, "Cannot read sales.none");
  }

  @Test
  void imagesOfAnotherSizeAreRefusedAtOnce() throws IOException {
    byte[] file = new byte[16 + 2 * 20 * 20];
    ByteBuffer.wrap(file).putInt(0x803).putInt(2).putInt(20).putInt(20);
    assertRefused(
        predict("idx", Files.write(temp.resolve("small images"), file), "--max-bad", "9"),
        ExitCode.DATA,
        "/small images: expected 28 rows of 28 pixels, as the model was trained on, found 20 rows of 20");
  }

  @Test
  void aDirectoryWithoutImagesIsRefused() throws IOException {
    Path empty = Files.createDirectories(temp.resolve("empty"));
    assertRefused(predict("png", empty), ExitCode.DATA, "/empty: expected PNG files, found none");
    assertRefused(predict("parquet", empty), ExitCode.DATA, "Cannot read ", "/empty: ");
    assertRefused(predict("png", shared.resolve("images")), ExitCode.STORAGE, "a directory");
  }

  @Test
  void damagedParquetIsRefused() throws IOException {
    Path text = Files.writeString(temp.resolve("text.parquet"), "no table at all, but long enough");
    assertRefused(
        predict("parquet", text), ExitCode.DATA, "text.parquet: ", "is not a Parquet file");

    Path file = table(DataTypes.createArrayType(DataTypes.DoubleType), PredictIT::doubles);
    for (String name : file.toFile().list()) {
      if (name.endsWith(".parquet")) {
        byte[] bytes = Files.readAllBytes(file.resolve(name));
        Arrays.fill(bytes, 10, bytes.length / 2, (byte) 0);
        Files.write(file.resolve(name), bytes);
        Files.deleteIfExists(file.resolve("." + name + ".crc"));
      }
    }
    assertRefused(
        predict("parquet", file, "--features", "pixels"),
        ExitCode.DATA,
        "input} #1 %20 [x]: expected whole");
  }

  @Test
  void columnsThatAnOutputCannotHoldOrThatAreOursAreRefused() {
    String[] columns = {"array(1d) as features", "array(id) as ids", "id as prediction"};
    assertRefused(
        predict("parquet", selected("odd", columns)),
        ExitCode.DATA,
        "expected no column",
        "found prediction");
    assertRefused(
        predict(
            "parquet",
            selected("lists", Arrays.copyOf(columns, 2)),
            "--output-format",
            "csv",
            "--max-bad",
            "3"),
        ExitCode.DATA,
        "into csv: ",
        "ids");
  }

  /** A table of three rows. */
  private Path selected(String name, String... columns) {
    Path file = temp.resolve(name);
    return withSpark(
        session -> {
          session.range(3).selectExpr(columns).write().parquet(file.toString());
          return file;
        });
  }

  @Test
  void anOutputThatCannotBeWrittenIsSaid() throws IOException {
    Files.writeString(temp.resolve("table"), "a file in the way");
    CommandRun run =
        predict(
            "idx", shared.resolve("images"), "--output", temp.resolve("table/below").toString());
    assertThat(run.exitCode()).as(run.errors()).isEqualTo(ExitCode.STORAGE);
    assertThat(run.errors().lines()).singleElement().asString().contains("table/below");
  }
}
