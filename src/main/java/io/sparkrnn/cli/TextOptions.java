package io.sparkrnn.cli;

import io.sparkrnn.run.UsageException;
import io.sparkrnn.serving.RnnModel;
import io.sparkrnn.serving.TextGenerator;
import io.sparkrnn.serving.TextGenerator.Sampling;
import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** What {@code predict} does with a language model: goes on with a text. */
final class TextOptions {
  @Option(
      names = "--prompt",
      paramLabel = "TEXT",
      description =
          "Of a language model: the text that is gone on with, on standard output or in a new file, --output. Needs no --input.")
  private String prompt;

  @Option(
      names = "--length",
      paramLabel = "N",
      description = "Characters or words to add to the prompt. Default: 200")
  private Integer length;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description =
          "Below 1 probable tokens become more frequent, above 1 less; 0: always the most probable. Default: 1")
  private Double temperature;

  @Option(
      names = "--top-k",
      paramLabel = "N",
      description = "Draw from the N most probable tokens alone; 0: from all. Default: 0")
  private Integer topK;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "The same seed gives the same text on every machine. Default: 1")
  private Long seed;

  boolean given() {
    return prompt != null;
  }

  /** Requires that there is a prompt where anything else is said of texts. */
  void requireComplete() {
    if (prompt == null && Stream.of(length, temperature, topK, seed).anyMatch(Objects::nonNull)) {
      throw new UsageException(
          "Cannot predict: expected --prompt beside --length, --temperature, --top-k or --seed, found none");
    }
  }

  /**
   * The prompt, and what comes after it.
   *
   * @param err is told which tokens of the prompt the model does not know
   */
  String text(RnnModel model, PrintWriter err) {
    int tokens = Objects.requireNonNullElse(length, 200);
    if (tokens < 1) {
      throw new UsageException(
          "Cannot go on with a text: expected --length of at least 1, found " + tokens);
    }
    try {
      Sampling sampling =
          new Sampling(
              Objects.requireNonNullElse(temperature, 1.0),
              Objects.requireNonNullElse(topK, 0),
              Objects.requireNonNullElse(seed, 1L));
      TextGenerator generator = new TextGenerator(model);
      List<String> unknown = generator.unknown(prompt);
      if (!unknown.isEmpty()) {
        err.printf(
            "warning: %d of the prompt's %s are unknown to the model, which reads them as one that stands for all such: %s%n",
            unknown.size(), model.vocabulary().unit(), String.join(" ", unknown));
      }
      return prompt + generator.after(prompt, tokens, sampling);
    } catch (IllegalArgumentException | UnsupportedOperationException e) {
      throw new UsageException(e.getMessage());
    }
  }
}
