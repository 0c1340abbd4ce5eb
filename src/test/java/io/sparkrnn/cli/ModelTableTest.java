package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.config.TaskName;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.model.ChannelScale;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.model.TargetScale;
import io.sparkrnn.model.Vocabulary;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.run.RunDirectory;
import io.sparkrnn.storage.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelTableTest {
  @TempDir private Path temp;

  private static ModelFile model(Loss loss, int outputs, Reads reads, List<String> tokens) {
    Network network =
        new Network(new Input(5, 1), List.of(new Layer("lstm", 2)), new Head(loss, outputs, reads));
    return new ModelFile(
        new RnnTopology("lstm", network),
        new float[network.parameterCount()],
        Map.of(),
        Optional.of(
            new Preparation(
                tokens.isEmpty() ? List.of("x", "temperature") : List.of(),
                tokens.isEmpty()
                    ? new ChannelScale(List.of(1.5, 20.0), List.of(0.5, 4.0))
                    : ChannelScale.NONE,
                Map.of(),
                new Vocabulary(Vocabulary.Unit.WORDS, tokens),
                List.of(),
                new TargetScale(List.of(), List.of(), loss instanceof Loss.Squared))));
  }

  private static TaskName task(Loss loss, int outputs, Reads reads, List<String> tokens) {
    ModelFile model = model(loss, outputs, reads, tokens);
    return ModelTable.task(model.topology().network(), model.preparation().orElseThrow());
  }

  @Test
  void aNetworkSaysWhatItWasTrainedTo() {
    assertThat(task(Loss.softmax(), 3, Reads.MEAN, List.of())).isEqualTo(TaskName.CLASSIFY);
    assertThat(task(Loss.softmax(), 3, Reads.EVERY, List.of())).isEqualTo(TaskName.LABEL_STEPS);
    assertThat(task(Loss.softmax(), 3, Reads.EVERY, List.of("a", "b")))
        .isEqualTo(TaskName.LABEL_STEPS);
    assertThat(task(Loss.softmax(), 4, Reads.EVERY, List.of("a", "b")))
        .isEqualTo(TaskName.LANGUAGE_MODEL);
    assertThat(task(new Loss.Squared(), 1, Reads.LAST, List.of())).isEqualTo(TaskName.REGRESS);
  }

  @Test
  void flagsOverrideTheRunAndTheModelWhatItWasFittedWith() throws IOException {
    Files.writeString(
        temp.resolve(RunDirectory.CONFIGURATION_FILE),
        """
        model.task = forecast
        table {
          train = a, test = b, features = [x, temperature], targets = [y], time = t, tokens = characters
        }
        training { score = mae, seed = 7 }
        """);
    Map<String, String> flags = Map.of("table.test", "c", "table.missing", "refuse");
    Map<String, String> texts =
        ModelTable.texts(
            Storage.of(Map.of()),
            temp.toString(),
            model(new Loss.Squared(), 1, Reads.LAST, List.of()),
            ConfigurationLoader.defaults(),
            flags);
    assertThat(texts)
        .containsEntry("model.task", "forecast")
        .containsEntry("table.train", "a")
        .containsEntry("table.test", "c")
        .containsEntry("table.features", "x,temperature")
        .containsEntry("table.tokens", "words")
        .containsEntry("table.target-transform", "log1p")
        .containsEntry("training.score", "mae")
        .doesNotContainKey("training.seed");
    RunConfiguration configuration = ConfigurationLoader.load(Optional.empty(), texts);
    assertThat(configuration.table().targets()).containsExactly("y");
  }

  @Test
  void aModelOfTablesIsInspected() throws IOException {
    Path file = temp.resolve("model.srnn");
    Files.write(file, model(new Loss.Squared(), 1, Reads.LAST, List.of()).encode("run"));
    CommandRun run = CommandRun.line("inspect --model %s", file);
    assertThat(run.exitCode()).as(run.errors()).isZero();
    assertThat(run.output())
        .startsWith("lstm: 5 x 1 -> lstm 2 -> 1 squared")
        .containsPattern("features +x, temperature\\R")
        .containsPattern("standardised +1.500 \u00b1 0.5000, 20.00 \u00b1 4.000\\R")
        .containsPattern("targets +log1p, then as they are\\R");
    CommandRun both = CommandRun.line("inspect row-rnn-150 --model %s", file);
    assertThat(both.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(both.errors()).contains("expected either a model's name or --model, found both");
  }

  @Test
  void anImageModelIsNotEvaluatedOnATable() throws IOException {
    Path file = temp.resolve("model.srnn");
    RnnTopology images =
        new RnnTopology(
            "plain",
            new Network(
                new Input(28, 28),
                List.of(new Layer("elman-tanh", 2)),
                new Head(Loss.softmax(), 10, Reads.LAST)));
    Files.write(
        file, new ModelFile(images, new float[images.parameterCount()], Map.of()).encode("run"));
    CommandRun run = CommandRun.line("evaluate --model %s --test-table a.jsonl", file);
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.errors()).contains("expected a model that was trained on one, found 28 x 28");
    CommandRun predict = CommandRun.line("predict --model %s --input a --output %s", file, temp);
    assertThat(predict.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(predict.errors())
        .contains("expected one of [idx, png, parquet, orc, csv, table] in --input-format");
  }
}
