package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.export.ModelFile;
import io.sparkrnn.export.SafetensorsFile;
import io.sparkrnn.kernel.ParameterBlock.Kind;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.storage.Storage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models of tables to PyTorch and back, and what interop.md says of it. */
class TorchExchangeIT {
  private static final Pattern BLOCK = Pattern.compile("(?s)```(python|sh)\n(.*?)```");
  private static final Pattern ACCURACY = Pattern.compile("\\d+\\.\\d\\d%");

  private static final String WORDS =
      "train --engine local --workers 1 --minibatch-size 4 --hidden 5 --embedding-size 3 --epochs 1"
          + " --cell gru --text-column words --tokens words --label-column y";

  @TempDir private static Path shared;
  @TempDir private Path temp;
  private static CommandRun trained;

  @BeforeAll
  static void train() throws IOException {
    Files.write(shared.resolve("train.jsonl"), rows("high up", "down low"));
    Files.write(shared.resolve("other.jsonl"), rows("high", "below low"));
    Files.writeString(shared.resolve("vectors.txt"), "up 1 2 3\nlow -1 0.5 2\nfar 7 7 7\n");
    trained =
        CommandRun.line(
            WORDS + " --train-table %s --test-table %s --embeddings %s --run-dir %s",
            shared.resolve("train.jsonl"),
            shared.resolve("train.jsonl"),
            shared.resolve("vectors.txt"),
            shared.resolve("run"));
    assertThat(trained.exitCode()).as(trained.errors()).isZero();
  }

  private static List<String> rows(String one, String other) {
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      rows.add(
          "{\"words\":\"%s\",\"y\":\"%s\"}"
              .formatted(i % 2 == 0 ? one : other, i % 2 == 0 ? "up" : "down"));
    }
    return rows;
  }

  private static ModelFile model(Path file) {
    return ModelFile.read(Storage.of(Map.of()), file.toUri());
  }

  @Test
  void wordsBeginWithTheirVectors() throws IOException {
    assertThat(trained.output())
        .contains(
            "embedding 2 of 4 tokens have a vector in %s, the others a random one"
                .formatted(shared.resolve("vectors.txt")));
    ModelFile model = model(shared.resolve("run/model.srnn"));
    int vector =
        model.topology().network().layout().block(Kind.EMBEDDING).offset()
            + 3 * model.preparation().orElseThrow().vocabulary().ids().get("up");
    // An epoch of three steps of Adam has moved them a little.
    for (int i = 0; i < 3; i++) {
      assertThat(model.parameters()[vector + i])
          .isBetween(i + 0.98f, i + 1.02f)
          .isNotEqualTo(i + 1);
    }
    assertThat(Files.readString(shared.resolve("run/run.json")))
        .contains("initialParametersSha256");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--embeddings %s --embedding-size 2|expected a word and 2 numbers, found 4 fields in row 1",
        "--embeddings %s --initial-model x|expected none where training.initial-model has all parameters"
      })
  void tablesThatDoNotFitAreRefused(String flags, String words) {
    CommandRun run =
        CommandRun.line(
            WORDS.replace(" --embedding-size 3", "")
                + " --train-table %1$s --test-table %1$s --run-dir %2$s "
                + flags.replace("%s", "%3$s"),
            shared.resolve("train.jsonl"),
            temp.resolve("run"),
            shared.resolve("vectors.txt"));
    assertThat(run.exitCode()).isNotZero();
    assertThat(run.errors()).contains(words).doesNotContain("\tat ");
    assertThat(temp.resolve("run")).doesNotExist();
  }

  @Test
  void aModelOfATableComesBackAndGoesOn() {
    Path file = temp.resolve("model.safetensors");
    Path back = temp.resolve("back.srnn");
    CommandRun.succeed(
        "export --model %s --format safetensors --to %s", shared.resolve("run"), file);
    assertThat(
            CommandRun.succeed("import --from safetensors --model %s --to %s", file, back).output())
        .doesNotContain("does not say");
    assertThat(model(back).computesAs(model(shared.resolve("run/model.srnn")))).isTrue();
    CommandRun.succeed(
        WORDS + " --dropout 0.2 --train-table %s --test-table %s --initial-model %s --run-dir %s",
        shared.resolve("train.jsonl"),
        shared.resolve("train.jsonl"),
        back,
        temp.resolve("on"));
    // Words that the model does not have are unknown to it.
    CommandRun.succeed(
        WORDS + " --train-table %s --test-table %s --initial-model %s --run-dir %s",
        shared.resolve("other.jsonl"),
        shared.resolve("other.jsonl"),
        back,
        temp.resolve("other"));
    assertThat(model(temp.resolve("other/model.srnn")).preparation())
        .isEqualTo(model(back).preparation());
  }

  @Test
  void whatAForeignFileDoesNotSayIsPrintedAndMayBeGiven() throws Exception {
    Path foreign = Path.of(SafetensorsFile.class.getResource("torch-gru.safetensors").toURI());
    String line =
        "import --from safetensors --model %s --to %s".formatted(foreign, temp.resolve("x"));
    CommandRun refused = CommandRun.line(line + " --activation tanh");
    assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.errors()).contains("that of the cell gru, or without the flag, found TANH");
    CommandRun run = CommandRun.succeed(line + " --task label-steps --time-steps 6");
    assertThat(run.output())
        .contains(
            "taken as  6 time steps, which the file does not say (--time-steps)",
            "classes from the state of every time step, which it does not say either",
            "2 numbers of a time step before the embedded values");
    assertThat(model(temp.resolve("x")).topology().summary())
        .isEqualTo("6 x 2 + 5 ids as 2 -> gru 4 -> gru 4 -> every step -> 3");
  }

  private static List<MatchResult> page() throws IOException {
    String page = Files.readString(Path.of("src", "docs", "interop.md"));
    String section = page.substring(page.indexOf("\n## PyTorch\n"), page.indexOf("\n### Import\n"));
    return BLOCK.matcher(section).results().toList();
  }

  /** The section's programs and commands as they are printed. */
  @Test
  @EnabledIfSystemProperty(named = "torch.python", matches = ".+")
  void theWayThereAndBackIsAsPrinted() throws Exception {
    List<MatchResult> blocks = page();
    assertThat(blocks).hasSize(3);
    Files.createSymbolicLink(temp.resolve("src"), Path.of("src").toAbsolutePath());
    python("speakers.py", blocks.get(0).group(2));
    String trainingOutput = "";
    for (String line : blocks.get(1).group(2).split("\n")) {
      if (!line.startsWith("submit/local ")) {
        run("sh", "-c", line);
        continue;
      }
      List<String> arguments = new ArrayList<>();
      for (String argument : line.replace("submit/local ", "").split(" +")) {
        boolean file =
            argument.contains(".") || argument.contains("/") || argument.equals("speakers");
        arguments.add(file ? temp.resolve(argument).toString() : argument);
      }
      CommandRun run = CommandRun.of(arguments.toArray(String[]::new));
      assertThat(run.exitCode()).as(run.errors()).isZero();
      trainingOutput = line.contains(" train ") ? run.output() : trainingOutput;
    }
    String test =
        trainingOutput.lines().filter(line -> line.startsWith("test ")).findFirst().orElseThrow();
    String theirs = python("again.py", blocks.get(2).group(2)).strip();
    System.out.printf("japanese-vowels after an epoch: %s; in PyTorch %s%n", test, theirs);
    assertThat(theirs).matches(ACCURACY);
    assertThat(test).contains(theirs);
  }

  private String python(String name, String program) throws Exception {
    Files.writeString(temp.resolve(name), program);
    return run(System.getProperty("torch.python"), name);
  }

  private String run(String... command) throws Exception {
    Process process =
        new ProcessBuilder(command)
            .directory(temp.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return output;
  }
}
