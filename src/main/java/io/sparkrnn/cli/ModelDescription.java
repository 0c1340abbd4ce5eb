package io.sparkrnn.cli;

import static io.sparkrnn.cli.TextTable.Align.LEFT;
import static io.sparkrnn.cli.TextTable.Align.RIGHT;

import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.ParameterBlock;
import io.sparkrnn.model.ChannelScale;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.model.TargetScale;
import io.sparkrnn.model.Vocabulary;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What a model is made of, in a few lines. */
final class ModelDescription {
  /** Names and numbers that are shown of a list. */
  private static final int SHOWN = 10;

  private ModelDescription() {}

  /** A network and where its parameters are. */
  static String of(RnnTopology topology) {
    TextTable table = new TextTable(LEFT, LEFT, LEFT, RIGHT).row("name", "what", "shape", "count");
    for (ParameterBlock block : topology.parameters()) {
      table.row(
          block.name(),
          what(block.kind()),
          NamedArray.shape(block).toString(),
          count(block.count()));
    }
    return "%s: %s%n%nParameters%n%s"
        .formatted(
            topology.name(),
            topology.summary(),
            table.row("total", "", "", count(topology.parameterCount())).render());
  }

  /** A trained model, with what was fitted on its training data. */
  static String of(ModelFile model) {
    return of(model.topology())
        + model.preparation().map(ModelDescription::of).orElseGet(() -> of(model.classNames()));
  }

  /** Of images. */
  private static String of(List<String> classNames) {
    return classNames.isEmpty()
        ? ""
        : "%nFrom the training images%n%s"
            .formatted(
                new TextTable(LEFT, LEFT).row("classes", ModelTable.numbered(classNames)).render());
  }

  private static String of(Preparation preparation) {
    TextTable table = new TextTable(LEFT, LEFT);
    if (!preparation.features().isEmpty()) {
      table.row("features", listed(preparation.features()));
      table.row("standardised", standardised(preparation));
    }
    Vocabulary vocabulary = preparation.vocabulary();
    if (vocabulary.size() > 0) {
      table.row(
          "tokens",
          "%s %s: %s"
              .formatted(
                  count(vocabulary.tokens().size()),
                  vocabulary.unit(),
                  listed(vocabulary.tokens())));
    }
    if (!preparation.classes().isEmpty()) {
      table.row("classes", ModelTable.numbered(preparation.classes()));
    }
    if (!preparation.targets().equals(TargetScale.IDENTITY)) {
      table.row("targets", targets(preparation.targets()));
    }
    return "%nFrom the training table%n%s".formatted(table.render());
  }

  private static String standardised(Preparation preparation) {
    if (!preparation.series().isEmpty()) {
      return "by the means and deviations of %s series"
          .formatted(count(preparation.series().size()));
    }
    ChannelScale channels = preparation.channels();
    return channels.isNone() ? "no" : scale(channels.means(), channels.deviations());
  }

  private static String targets(TargetScale targets) {
    String scaled =
        targets.means().isEmpty() ? "as they are" : scale(targets.means(), targets.deviations());
    return targets.log1p() ? "log1p, then " + scaled : scaled;
  }

  private static String scale(List<Double> means, List<Double> deviations) {
    return listed(
        IntStream.range(0, means.size())
            .mapToObj(
                i ->
                    String.format(Locale.ROOT, "%.4g \u00b1 %.4g", means.get(i), deviations.get(i)))
            .toList());
  }

  /** In quotes what would not be seen; a line feed in it would be a new line. */
  private static String listed(List<String> all) {
    return all.stream()
        .limit(SHOWN)
        .map(text -> text.isBlank() ? "'" + text.replace("\n", "\\n") + "'" : text)
        .collect(Collectors.joining(", ", "", all.size() > SHOWN ? ", ..." : ""));
  }

  private static String what(ParameterBlock.Kind kind) {
    return switch (kind) {
      case INPUT_WEIGHTS -> "weights of the inputs";
      case RECURRENT_WEIGHTS -> "weights of the previous state";
      case OUTPUT_WEIGHTS -> "weights of the output layer";
      case BIAS, OUTPUT_BIAS -> "bias";
      case RECURRENT_BIAS -> "bias of the previous state's product";
      case EMBEDDING -> "vectors of ids";
    };
  }

  private static String count(int count) {
    return String.format(Locale.ROOT, "%,d", count);
  }
}
