package io.sparkrnn.cli;

import static io.sparkrnn.cli.TextTable.Align.LEFT;
import static io.sparkrnn.cli.TextTable.Align.RIGHT;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparkrnn.checkpoint.MonotonicClock;
import io.sparkrnn.checkpoint.Retry;
import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.evaluation.Score;
import io.sparkrnn.evaluation.ScoreKind;
import io.sparkrnn.registry.DataSummary;
import io.sparkrnn.registry.Evidence;
import io.sparkrnn.registry.LogEntry;
import io.sparkrnn.registry.ModelRegistry;
import io.sparkrnn.registry.RegisteredModel;
import io.sparkrnn.registry.Version;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.run.UsageException;
import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.Storage;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;

/** {@code models}: what is in a registry, and what a person changes in it. */
@Command(
    name = "models",
    description = "Lists the versions of a model registry, and changes which one is current.",
    scope = ScopeType.INHERIT,
    mixinStandardHelpOptions = true,
    sortOptions = false,
    synopsisSubcommandLabel = "COMMAND",
    usageHelpAutoWidth = true)
final class ModelsCommand {
  private final PrintStream out;
  private final MonotonicClock clock;

  ModelsCommand(PrintStream out, MonotonicClock clock) {
    this.out = out;
    this.clock = clock;
  }

  /** What every subcommand is told. */
  static final class RegistryOptions {
    @Option(
        names = "--registry",
        required = true,
        paramLabel = "URI",
        description =
            "Directory of the registry: a path, a file: or hdfs: URI; to look at, any URI that Hadoop can read.")
    private String registry;

    @Option(
        names = "--config",
        paramLabel = "FILE",
        description = "Configuration file, as for train.")
    private Path file;

    @Option(names = "--json", description = "Print one line of JSON.")
    private boolean json;

    private URI location() {
      return Locations.uri(registry);
    }

    private ModelRegistry open(Function<RunConfiguration, Retry> retry) {
      RunConfiguration configuration =
          ConfigurationLoader.load(Optional.ofNullable(file), Map.of());
      return new ModelRegistry(
          Storage.of(configuration.hadoop()),
          location(),
          retry.apply(configuration),
          Clock.systemUTC());
    }
  }

  @Command(name = "list", description = "Prints all versions.")
  int list(@Mixin RegistryOptions options) {
    List<LogEntry> log = options.open(configuration -> Retry.NEVER).log();
    Optional<LogEntry> newest = last(log);
    List<LogEntry> introducing =
        log.stream()
            .filter(entry -> entry.version().isPresent())
            .filter(entry -> newest.orElseThrow().versions().contains(entry.version().get()))
            .toList();
    if (options.json) {
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      json.put("registry", Storage.describe(options.location()));
      newest.ifPresent(entry -> json.put("entries", entry.number()));
      newest.flatMap(LogEntry::current).ifPresent(now -> json.put("current", now.number()));
      newest.flatMap(LogEntry::previous).ifPresent(then -> json.put("previous", then.number()));
      ArrayNode versions = json.putArray("versions");
      introducing.forEach(entry -> versions.add(entry.json()));
      return print(json);
    }
    if (introducing.isEmpty()) {
      out.printf("%s has no versions yet%n", Storage.describe(options.location()));
      return ExitCode.DONE;
    }
    boolean ofAccuracy =
        introducing.stream()
            .flatMap(entry -> entry.evidence().stream())
            .allMatch(evidence -> evidence.score().isEmpty());
    TextTable table =
        new TextTable(RIGHT, LEFT, RIGHT, LEFT, LEFT, LEFT)
            .row("version", "run", ofAccuracy ? "accuracy" : "score", "decision", "time");
    for (LogEntry entry : introducing) {
      Version version = entry.version().orElseThrow();
      table.row(
          Long.toString(version.number()),
          version.runId(),
          entry.evidence().map(ModelsCommand::score).orElse(""),
          entry.action().toString(),
          entry.time().toString(),
          status(version, newest.orElseThrow()));
    }
    out.print(table.render());
    return ExitCode.DONE;
  }

  @Command(name = "show", description = "Prints a version, the current one unless told otherwise.")
  int show(
      @Mixin RegistryOptions options,
      @Parameters(paramLabel = "VERSION", arity = "0..1", description = "Number of a version.")
          Optional<Long> number) {
    ModelRegistry registry = options.open(configuration -> Retry.NEVER);
    RegisteredModel model =
        number
            .map(registry::version)
            .or(registry::current)
            .orElseThrow(
                () ->
                    new UsageException(
                        "Cannot show the current version of %s: expected one, found none"
                            .formatted(Storage.describe(options.location()))));
    List<LogEntry> log = registry.log();
    LogEntry entry = log.get((int) model.version().number() - 1);
    String status = status(model.version(), last(log).orElseThrow());
    if (options.json) {
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      json.put("status", status).set("entry", entry.json());
      ObjectNode provenance = json.putObject("provenance");
      new TreeMap<>(model.model().provenance()).forEach(provenance::put);
      return print(json);
    }
    line("version", "%d%s", model.version().number(), status.isEmpty() ? "" : ", " + status);
    line("run", "%s", model.version().runId());
    line("decision", "%s: %s", entry.action(), entry.reason());
    entry.evidence().ifPresent(this::lines);
    line("network", "%s", model.model().topology().summary());
    entry.data().ifPresent(this::lines);
    line("time", "%s", entry.time());
    new TreeMap<>(model.model().provenance())
        .forEach((name, value) -> out.printf("  %s=%s%n", name, value));
    return ExitCode.DONE;
  }

  private static String score(Evidence evidence) {
    return evidence
        .score()
        .map(score -> named(score.name(), score.value()))
        .or(() -> evidence.accuracy().map(ModelsCommand::percent))
        .orElse("");
  }

  /** As in a line of text; a score that this version does not know, by its name. */
  private static String named(String name, double value) {
    return ScoreKind.named(name)
        .map(kind -> new Score(kind, value).named())
        .orElse(name + " " + value);
  }

  private void lines(Evidence evidence) {
    evidence
        .score()
        .ifPresentOrElse(
            score -> lines(score, evidence.samples()),
            () -> line("accuracy", "%s of %,d samples", score(evidence), evidence.samples()));
    evidence
        .comparison()
        .ifPresent(
            comparison ->
                line(
                    "compared",
                    "current version %s; only it was right on %,d, only this one on %,d; p %.2g",
                    percent(comparison.currentAccuracy()),
                    comparison.onlyCurrentRight(),
                    comparison.onlyCandidateRight(),
                    comparison.pValue()));
  }

  private void lines(Evidence.DecidingScore score, long readings) {
    line("score", "%s of %,d readings", named(score.name(), score.value()), readings);
    score
        .bootstrap()
        .ifPresent(
            bootstrap ->
                line(
                    "compared",
                    "current version %s; %s of %,d sequences, %d on end; p %.2g",
                    named(score.name(), bootstrap.currentValue()),
                    bootstrap.errors(),
                    bootstrap.sequences(),
                    bootstrap.blockLength(),
                    bootstrap.pValue()));
  }

  private void lines(DataSummary data) {
    data.table().ifPresentOrElse(table -> lines(data, table), () -> linesOfImages(data));
  }

  private void lines(DataSummary data, DataSummary.Table table) {
    line("samples", "%,d", table.samples());
    if (!data.labelCounts().isEmpty()) {
      labels(data);
    }
    for (DataSummary.Column column : table.columns()) {
      line(
          "column",
          "%s, mean %.4g, standard deviation %.4g",
          column.name(),
          column.mean(),
          column.standardDeviation());
    }
  }

  private void linesOfImages(DataSummary data) {
    labels(data);
    line(
        "pixels",
        "mean %.4f, standard deviation %.4f",
        data.pixelMean().orElseThrow(),
        data.pixelStandardDeviation().orElseThrow());
  }

  private void labels(DataSummary data) {
    line(
        "labels",
        "%s",
        data.labelCounts().stream()
            .map(count -> String.format(Locale.ROOT, "%,d", count))
            .collect(Collectors.joining(" ")));
  }

  @Command(name = "promote", description = "Makes a version the current one.")
  int promote(
      @Mixin RegistryOptions options,
      @Parameters(paramLabel = "VERSION", description = "Number of a version.") long number,
      @Option(
              names = "--reason",
              paramLabel = "TEXT",
              defaultValue = "by hand",
              description = "Why, for the log. Default: ${DEFAULT-VALUE}")
          String reason) {
    ModelRegistry registry = options.open(this::patience);
    Optional<LogEntry> entry = registry.promote(number, reason);
    return changed(
        options,
        registry,
        entry,
        entry.isPresent()
            ? "version %d is current".formatted(number)
            : "version %d was current already".formatted(number));
  }

  @Command(
      name = "rollback",
      description =
          "Makes the version that was current before the current one again. Twice leads back.")
  int rollback(
      @Mixin RegistryOptions options,
      @Option(
              names = "--reason",
              paramLabel = "TEXT",
              defaultValue = "by hand",
              description = "Why, for the log. Default: ${DEFAULT-VALUE}")
          String reason) {
    ModelRegistry registry = options.open(this::patience);
    LogEntry entry = registry.rollBack(reason);
    return changed(
        options,
        registry,
        Optional.of(entry),
        "version %d is current again, no longer version %d"
            .formatted(
                entry.current().orElseThrow().number(), entry.previous().orElseThrow().number()));
  }

  @Command(
      name = "prune",
      description = "Deletes all versions but the newest, the current one and the one before it.")
  int prune(
      @Mixin RegistryOptions options,
      @Option(
              names = "--keep",
              paramLabel = "N",
              defaultValue = "10",
              description = "How many of the newest stay, at least 1. Default: ${DEFAULT-VALUE}")
          int keep) {
    if (keep < 1) {
      throw new UsageException(
          "Cannot prune: expected --keep of at least 1, found %d".formatted(keep));
    }
    ModelRegistry registry = options.open(this::patience);
    Optional<LogEntry> entry = registry.prune(keep);
    return changed(
        options,
        registry,
        entry,
        entry
            .map(
                pruned ->
                    pruned.pruned().stream()
                        .map(version -> Long.toString(version.number()))
                        .collect(Collectors.joining(", ", "deleted: versions ", "")))
            .orElse("nothing to delete"));
  }

  /** Says what has changed; as JSON, with the entry that the command wrote or found. */
  private int changed(
      RegistryOptions options, ModelRegistry registry, Optional<LogEntry> entry, String words) {
    if (options.json) {
      return print(
          entry
              .or(registry::newest)
              .map(LogEntry::json)
              .orElseGet(JsonNodeFactory.instance::objectNode));
    }
    out.println(words);
    return ExitCode.DONE;
  }

  private Retry patience(RunConfiguration configuration) {
    return new Retry(
        Duration.ofMillis(Math.round(configuration.run().retrySeconds() * 1e3)),
        () -> false,
        clock);
  }

  private static Optional<LogEntry> last(List<LogEntry> log) {
    return log.isEmpty() ? Optional.empty() : Optional.of(log.get(log.size() - 1));
  }

  private static String status(Version version, LogEntry newest) {
    Optional<Version> asked = Optional.of(version);
    return newest.current().equals(asked)
        ? "current"
        : newest.previous().equals(asked) ? "before it" : "";
  }

  private static String percent(double accuracy) {
    return String.format(Locale.ROOT, "%.2f%%", 100 * accuracy);
  }

  private int print(ObjectNode json) {
    out.println(json);
    return ExitCode.DONE;
  }

  private void line(String name, String format, Object... values) {
    out.printf("%-10s%s%n", name, String.format(Locale.ROOT, format, values));
  }
}
