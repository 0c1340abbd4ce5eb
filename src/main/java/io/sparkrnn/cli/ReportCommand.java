package io.sparkrnn.cli;

import io.sparkrnn.checkpoint.CheckpointStore;
import io.sparkrnn.checkpoint.Retry;
import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.data.DataException;
import io.sparkrnn.data.EvaluationData;
import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.images.ImageTestData;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.report.ComparisonPage;
import io.sparkrnn.report.ReportPage;
import io.sparkrnn.report.RunRecord;
import io.sparkrnn.report.TestSamples;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.run.RunDirectory;
import io.sparkrnn.run.UsageException;
import io.sparkrnn.spark.RunDataReader;
import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.storage.StorageException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code report}: a page about a run, or about several. */
@Command(
    name = "report",
    description = {
      "Writes a page of HTML about a run, as training does at its end; with --compare about several, over each other.",
      "The page is one file and opens without a network."
    })
final class ReportCommand extends ConfiguredCommand {
  private static final int MAX_TEXT_BYTES = 1 << 20;

  @Parameters(paramLabel = "RUN", arity = "1..*", description = "Run directory: a path or URI.")
  private List<String> runs;

  @Option(names = "--compare", description = "One page about all runs, at least two.")
  private boolean compare;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description =
          "The page, instead of another one there. Default: report.html in the run directory; comparison.html here.")
  private String output;

  ReportCommand(PrintStream out) {
    super(out, List.of());
  }

  @Override
  public Integer call() {
    if (compare != runs.size() > 1) {
      throw new UsageException(
          compare
              ? "Cannot compare: expected at least 2 runs, found 1"
              : "Cannot report: expected 1 run, or --compare, found %d".formatted(runs.size()));
    }
    RunConfiguration configuration = configuration();
    Storage storage = Storage.of(configuration.hadoop());
    List<ComparisonPage.Run> recorded =
        runs.stream().map(run -> read(storage, Locations.uri(run))).toList();
    URI target =
        output != null
            ? Locations.uri(output)
            : compare
                ? Locations.uri("comparison.html")
                : Storage.resolve(Locations.uri(runs.get(0)), RunDirectory.REPORT_FILE);
    storage.overwrite(
        target,
        compare
            ? new ComparisonPage(recorded).html()
            : page(storage, Locations.uri(runs.get(0)), recorded.get(0), configuration));
    out.printf("%-10s%s%n", "report", Storage.describe(target));
    return ExitCode.DONE;
  }

  private static ComparisonPage.Run read(Storage storage, URI run) {
    String where = Storage.describe(run);
    URI settings = Storage.resolve(run, RunDirectory.CONFIGURATION_FILE);
    byte[] result =
        CheckpointStore.open(storage, run, "any", 1, Retry.NEVER)
            .latestResult()
            .filter(any -> storage.exists(settings))
            .orElseThrow(
                () ->
                    new UsageException(
                        "Cannot report %s: expected the directory of a run that has ended, found no result"
                            .formatted(where)));
    return new ComparisonPage.Run(
        RunRecord.read(result, "the newest result in " + where),
        ConfigurationLoader.parseSaved(
            new String(storage.read(settings, MAX_TEXT_BYTES), StandardCharsets.UTF_8),
            Storage.describe(settings)));
  }

  private byte[] page(
      Storage storage, URI location, ComparisonPage.Run run, RunConfiguration here) {
    return new ReportPage(run.record(), run.configuration(), pictures(storage, location, run, here))
        .html();
  }

  /** The samples that the run was tested on, if they are still where they were. */
  private Optional<TestSamples> pictures(
      Storage storage, URI location, ComparisonPage.Run run, RunConfiguration here) {
    String reason;
    try {
      List<String> then =
          run.record().data().fingerprints().stream().map(print -> print.sha256()).toList();
      if (run.configuration().table().isGiven()) {
        TestSamples sequences = sequences(storage, location, run.configuration());
        if (then.contains(sequences.samples().sha256())) {
          return Optional.of(sequences);
        }
      } else {
        RunConfiguration there = run.configuration().withHadoopOf(here);
        List<String> names = run.record().test().classes();
        ImageTestData data =
            RunDataReader.testImages(there, names)
                .orElseGet(() -> ImageTestData.read(there.data(), here.hadoop(), names));
        List<String> now = data.fingerprints().stream().map(print -> print.sha256()).toList();
        if (then.containsAll(now)) {
          return Optional.of(new TestSamples(data.part(Part.TEST), Optional.empty()));
        }
      }
      reason = "expected the data that the run was tested on, found others";
    } catch (DataException | StorageException e) {
      reason = e.getMessage();
    }
    out.printf("No pictures of mistakes: %s%n", reason);
    return Optional.empty();
  }

  /** Of a table, as the run's model was taught to read them. */
  private static TestSamples sequences(
      Storage storage, URI location, RunConfiguration configuration) {
    ModelFile model = ModelFile.read(storage, Storage.resolve(location, RunDirectory.MODEL_FILE));
    EvaluationData data =
        RunDataReader.test(
            configuration, model.topology().network(), model.preparation().orElseThrow());
    return new TestSamples(data.part(Part.TEST), model.preparation());
  }
}
