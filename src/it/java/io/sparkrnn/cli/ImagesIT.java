package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.data.Axes;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.images.DataSource;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.storage.Sha256;
import io.sparkrnn.storage.Storage;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same images from every kind of file give the same model, and the same answers. */
class ImagesIT {
  private static final int SAMPLES = 120;
  private static final int SIDE = 28;
  private static final String TRAIN =
      "train --epochs 1 --hidden 4 --workers 2 --minibatch-size 8 --run-dir %s --data %s %s";

  @TempDir private static Path shared;

  private static SequenceDataset images;

  @TempDir private Path temp;

  @BeforeAll
  static void write() throws IOException {
    images =
        DataSource.loadTest(ConfigurationLoader.defaults().data(), Storage.of(Map.of())).dataset();
    for (String part : List.of("train", "test")) {
      writeCsv(part, false);
      writeFolder(part);
    }
    writeCsv("train", true);
    writeCsv("test", true);
    writeParquet();
  }

  private static int pixel(int sample, int place) {
    return Math.round(images.batch(new int[] {sample}, Axes.BATCH_FIRST)[place] * 255);
  }

  private static void writeCsv(String part, boolean changed) throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add(
        "label,"
            + IntStream.range(0, SIDE * SIDE)
                .mapToObj(i -> "pixel" + i)
                .collect(Collectors.joining(",")));
    for (int sample = 0; sample < SAMPLES; sample++) {
      float[] image = images.batch(new int[] {sample}, Axes.BATCH_FIRST);
      lines.add(
          images.label(sample)
              + (changed ? 1 : 0)
              + IntStream.range(0, SIDE * SIDE)
                  .map(i -> changed ? i % SIDE * SIDE + i / SIDE : i)
                  .map(i -> Math.round(image[i] * 255))
                  .mapToObj(pixel -> "," + (changed ? 255 - pixel : pixel))
                  .collect(Collectors.joining()));
    }
    Path directory = Files.createDirectories(shared.resolve(changed ? "changed" : "csv"));
    Files.write(directory.resolve("mnist_" + part + ".csv"), lines);
  }

  /** Names that sort as the samples do within a class; the order of classes is another one. */
  private static void writeFolder(String part) throws IOException {
    for (int sample = 0; sample < SAMPLES; sample++) {
      BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
      float[] values = images.batch(new int[] {sample}, Axes.BATCH_FIRST);
      for (int i = 0; i < values.length; i++) {
        image.getRaster().setSample(i % SIDE, i / SIDE, 0, Math.round(values[i] * 255));
      }
      Path directory =
          Files.createDirectories(
              shared.resolve("folders").resolve(part).resolve("" + images.label(sample)));
      ImageIO.write(image, "png", directory.resolve("%04d.png".formatted(sample)).toFile());
    }
  }

  private static void writeParquet() throws IOException {
    List<Row> rows = new ArrayList<>();
    for (int sample = 0; sample < SAMPLES; sample++) {
      Path file =
          shared.resolve("folders/train/%d/%04d.png".formatted(images.label(sample), sample));
      rows.add(
          RowFactory.create(
              RowFactory.create(Files.readAllBytes(file), null), (long) images.label(sample)));
    }
    StructType type =
        new StructType()
            .add(
                "image",
                new StructType()
                    .add("bytes", DataTypes.BinaryType)
                    .add("path", DataTypes.StringType))
            .add("label", DataTypes.LongType);
    SparkSession session = SparkSession.builder().master("local[2]").getOrCreate();
    try {
      for (String part : List.of("train", "test")) {
        session
            .createDataFrame(rows, type)
            .coalesce(1)
            .write()
            .parquet(shared.resolve("hub/data/" + part + "-00000-of-00001.parquet").toString());
      }
    } finally {
      session.stop();
    }
  }

  private String trained(String name, String more) {
    Path run = temp.resolve(name + more.hashCode());
    CommandRun.succeed(TRAIN.strip(), run, shared.resolve(name), more);
    ModelFile model = ModelFile.read(Storage.of(Map.of()), run.resolve("model.srnn").toUri());
    ByteBuffer bytes = ByteBuffer.allocate(4 * model.parameters().length);
    bytes.asFloatBuffer().put(model.parameters());
    return Sha256.hex(bytes.array());
  }

  @Test
  void everyKindOfFileGivesTheSameModel() {
    String local = "--engine local --classes 10";
    String expected = trained("csv", local);

    assertThat(trained("hub", local)).isEqualTo(expected);
    assertThat(trained("hub", "--engine spark --master local[2] --classes 10")).isEqualTo(expected);
    CommandRun other =
        CommandRun.line(
            "train --engine local --epochs 1 --hidden 4 --run-dir %s --data %s",
            temp.resolve("bad"), shared.resolve("changed"));
    assertThat(other.exitCode()).as(other.errors()).isZero();
    assertThat(other.output()).contains("warning   images are bright");
    assertThat(trained("changed", local + " --transpose --invert --label-offset 1"))
        .isEqualTo(expected);
  }

  @Test
  void aRunDirectorySaysHowItsImagesAreRead() throws IOException {
    Path run = temp.resolve("run");
    CommandRun.succeed(TRAIN, run, shared.resolve("folders"), "--engine local --classes 10");
    String accuracy = accuracy(CommandRun.succeed("evaluate --engine local --model %s", run));
    assertThat(
            accuracy(
                CommandRun.succeed(
                    "evaluate --engine local --model %s --data %s", run, shared.resolve("csv"))))
        .isEqualTo(accuracy);
    assertThat(
            accuracy(
                CommandRun.succeed(
                    "evaluate --master local[2] --model %s --data %s", run, shared.resolve("hub"))))
        .isEqualTo(accuracy);
    assertThat(
            accuracy(
                CommandRun.succeed(
                    "evaluate --engine local --model %s --test-images %s",
                    run, shared.resolve("folders/test"))))
        .isEqualTo(accuracy);

    CommandRun wrong =
        CommandRun.line(
            "evaluate --engine local --model %s --test-images %s",
            run, shared.resolve("folders/test/1/none"));
    assertThat(wrong.exitCode()).as(wrong.errors()).isEqualTo(ExitCode.STORAGE);
  }

  @Test
  void classesKeepTheNamesOfTheirDirectories() throws IOException {
    List<String> digits =
        List.of("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine");
    Path named = temp.resolve("named");
    for (String part : List.of("train", "test")) {
      for (int sample = 0; sample < SAMPLES; sample++) {
        int digit = images.label(sample);
        String name = "%04d.png".formatted(sample);
        Files.copy(
            shared.resolve("folders").resolve(part).resolve("" + digit).resolve(name),
            Files.createDirectories(named.resolve(part).resolve(digits.get(digit))).resolve(name));
      }
    }
    List<String> names = digits.stream().sorted().toList();
    Path run = temp.resolve("run");
    CommandRun.succeed(TRAIN, run, named, "--engine local");

    assertThat(RunState.result(run).at("/test/classes")).map(JsonNode::asText).isEqualTo(names);
    assertThat(Files.readString(run.resolve("report.html"))).contains("seven");
    String classes = "classes   0 eight, 1 five, 2 four, 3 nine, 4 one";
    assertThat(CommandRun.succeed("inspect --model %s", run).output())
        .containsPattern("From the training images\\R +classes +0 eight, 1 five");
    CommandRun all = CommandRun.succeed("evaluate --engine local --model %s", run);
    assertThat(all.output()).contains(classes);
    // Where they are not all there, the others still are what they were.
    Files.move(named.resolve("test/eight"), temp.resolve("eight"));
    CommandRun fewer =
        CommandRun.succeed(
            "evaluate --engine local --model %s --test-images %s", run, named.resolve("test"));
    assertThat(fewer.output()).contains(classes).doesNotContain(accuracy(all));

    Path output = temp.resolve("out");
    CommandRun.succeed(
        "predict --master local[2] --model %s --input %s/t* --output %s --output-format csv",
        run, named.resolve("test"), output);
    List<String> answers = probabilities(output);
    long expected =
        IntStream.range(0, SAMPLES).map(images::label).filter(l -> l == 2 || l == 3).count();
    assertThat(answers)
        .hasSize((int) expected)
        .allSatisfy(
            answer -> {
              String[] cells = answer.split(",");
              int best = 1;
              for (int i = 2; i < cells.length; i++) {
                best = Double.parseDouble(cells[i]) > Double.parseDouble(cells[best]) ? i : best;
              }
              assertThat(cells[0]).isEqualTo(names.get(best - 1));
            });
  }

  private static String accuracy(CommandRun run) {
    return run.output().lines().filter(line -> line.startsWith("test ")).findFirst().orElseThrow();
  }

  @Test
  void everyKindOfFileGetsTheSamePredictions() throws IOException {
    Path run = temp.resolve("run");
    CommandRun.succeed(TRAIN, run, shared.resolve("csv"), "--engine local --classes 10");
    List<List<String>> answers = new ArrayList<>();
    for (String input :
        List.of("csv/mnist_test.csv", "folders/test", "hub/data/test-00000-of-00001.parquet")) {
      Path output = temp.resolve("out" + answers.size());
      CommandRun.succeed(
          "predict --master local[2] --model %s --input %s --output %s --output-format csv",
          run, shared.resolve(input), output);
      answers.add(probabilities(output));
    }
    assertThat(answers.get(0)).hasSize(SAMPLES);
    assertThat(answers.get(1)).isEqualTo(answers.get(0));
    assertThat(answers.get(2)).isEqualTo(answers.get(0));
  }

  @Test
  void imagesOfAnySizeAreResized() throws IOException {
    String half = "--engine local --classes 10 --resize 14,14";
    String expected = trained("csv", half);
    assertThat(trained("hub", half)).isEqualTo(expected);

    Path run = temp.resolve("csv" + half.hashCode());
    Path scans = Files.createDirectories(temp.resolve("scans"));
    Path first = shared.resolve("folders/test").resolve("" + images.label(0)).resolve("0000.png");
    BufferedImage digit = ImageIO.read(first.toFile());
    BufferedImage twice = new BufferedImage(56, 56, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < 56 * 56; i++) {
      int value = digit.getRaster().getSample(i % 56 / 2, i / 56 / 2, 0);
      twice.getRaster().setSample(i % 56, i / 56, 0, value);
    }
    ImageIO.write(twice, "png", scans.resolve("large.png").toFile());
    Files.copy(first, scans.resolve("small.png"));
    Path output = temp.resolve("out");
    CommandRun.succeed(
        "predict --master local[2] --model %s --input %s --output %s --output-format csv",
        run, scans, output);
    assertThat(probabilities(output)).hasSize(2);

    CommandRun other =
        CommandRun.line(
            "predict --master local[2] --model %s --input %s --output %s --resize 14",
            run, scans, temp.resolve("other"));
    assertThat(other.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(other.errors()).contains("expected two numbers, rows and columns, found 1");
  }

  /** Without what names a row, in an order of their own. */
  private static List<String> probabilities(Path output) throws IOException {
    List<String> lines = new ArrayList<>();
    try (var files = Files.list(output.resolve("status=ok"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".csv")).toList()) {
        List<String> all = Files.readAllLines(file);
        int first = List.of(all.get(0).split(",")).indexOf("prediction");
        for (String line : all.subList(1, all.size())) {
          List<String> cells = List.of(line.split(","));
          lines.add(String.join(",", cells.subList(first, first + 11)));
        }
      }
    }
    lines.sort(null);
    return lines;
  }
}
