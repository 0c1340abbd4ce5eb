package io.sparkrnn.run;

import io.sparkrnn.config.Averaging;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.config.TrainingConfiguration;
import io.sparkrnn.config.UpdaterConfiguration;
import io.sparkrnn.config.UpdaterName;
import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.InputRange;
import io.sparkrnn.data.RunData;
import io.sparkrnn.evaluation.Baseline;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.evaluation.ScoreKind;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.KernelProvider;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.train.EpochReport;
import io.sparkrnn.train.RoundPlan;
import io.sparkrnn.train.RoundReport;
import io.sparkrnn.train.Training;
import io.sparkrnn.train.TrainingListener;
import io.sparkrnn.train.TrainingLoop.Budget;
import java.io.PrintStream;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;

/** What a person sees of a run: a line an epoch, and below them a bar where there is a terminal. */
public final class Console implements TrainingListener {
  /** How wide the line of an epoch is. */
  private static final int EPOCH_COLUMNS = 66;

  private final PrintStream out;
  private final Budget budget;
  private final Optional<RunBar> bar;
  private final boolean narrow;
  private boolean headed;
  private String noun = "images";

  public Console(PrintStream out, RoundPlan plan, Budget budget) {
    this.out = out;
    this.budget = budget;
    Optional<Terminal> terminal =
        Optional.of(out).filter(Terminal.class::isInstance).map(Terminal.class::cast);
    this.bar = terminal.map(shown -> new RunBar(shown, plan, budget));
    this.narrow = terminal.filter(shown -> shown.columns() < EPOCH_COLUMNS).isPresent();
  }

  /**
   * What is trained, and how.
   *
   * @param asked the configuration before what it leaves open was decided
   */
  void heading(Training<RunData> setup, RunConfiguration asked, RunDirectory directory) {
    RunConfiguration configuration = setup.configuration();
    RnnTopology topology = setup.topology();
    RunData data = setup.data();
    noun = data.noun();
    bar.ifPresent(shown -> shown.noun(noun));
    TrainingConfiguration training = configuration.training();
    out.printf("%nspark-rnn %s%n%n", Versions.sparkRnn());
    line(
        "model",
        "%s: %s, %,d parameters",
        topology.name(),
        topology.summary(),
        topology.parameterCount());
    line(
        "data",
        "%s: %,d %s to train on%s, %,d to test",
        data.described(),
        data.trainingSize(),
        data.noun(),
        data.size(Part.VALIDATION) == 0
            ? ""
            : ", %,d to validate".formatted(data.size(Part.VALIDATION)),
        data.size(Part.TEST));
    line(
        "training",
        "%d epochs%s, %s with learning rate %s (%s), seed %d",
        training.epochs(),
        budget.cycleEpochs() > 0
            ? ", up to %d while validation gets better".formatted(budget.most())
            : "",
        configuration.updater().name(),
        configuration.updater().learningRate(),
        configuration.schedule().name(),
        training.seed());
    boolean ofGradients = training.averaging() == Averaging.GRADIENTS;
    line(
        "workers",
        "%d, averaged every %s of %d",
        training.workers(),
        ofGradients ? "minibatch" : training.averagingFrequency() + " minibatches",
        training.minibatchSize());
    averaging(configuration, asked);
    line(
        "budget",
        "%,d iterations: %,d %s, each %.1f times",
        setup.iterations(),
        setup.samplesSeen(),
        data.noun(),
        (double) setup.samplesSeen() / data.trainingSize());
    line("run", "%s", Storage.describe(directory.location()));
    data.warnings().forEach(warning -> line("warning", "%s", warning));
  }

  private void averaging(RunConfiguration configuration, RunConfiguration asked) {
    boolean auto = asked.training().averaging() == Averaging.AUTO;
    int most = RunConfiguration.MOST_AVERAGING_PARAMETERS;
    if (configuration.averaging() == Averaging.PARAMETERS) {
      line(
          "averaging",
          "parameters%s; gradients: more messages, more accurate with many workers",
          auto ? " (auto: at most %d workers)".formatted(most) : "");
      if (configuration.updater().name() == UpdaterName.MUON) {
        rates(configuration);
        if (asked.updater().name() == UpdaterName.AUTO) {
          line("before", "--updater adam --epochs 10 is what earlier versions did by themselves");
        }
      }
    } else {
      line(
          "averaging",
          "gradients%s, a step for %,d; parameters: fewer messages, less accurate with many workers",
          auto ? " (auto: more than %d workers)".formatted(most) : "",
          configuration.samplesOfStep());
      rates(configuration);
    }
  }

  private void rates(RunConfiguration configuration) {
    UpdaterConfiguration updater = configuration.updater();
    boolean muon = updater.name() == UpdaterName.MUON;
    line(
        "rates",
        "%sbeta2 %s, warm-up %,d iterations, images moved by up to %d pixels",
        muon
            ? "momentum %s, adam with learning rate %s for biases, "
                .formatted(updater.momentum(), updater.adamLearningRate())
            : "",
        updater.beta2(),
        configuration.schedule().warmUpIterations(),
        configuration.training().shiftPixels());
  }

  public void engine(String where) {
    line("engine", "%s", where);
  }

  void kernels(KernelProvider kernels) {
    line("kernels", "%s", kernels.reason());
  }

  private void line(String name, String format, Object... values) {
    out.printf("%-10s%s%n", name, String.format(Locale.ROOT, format, values));
  }

  /** What early stopping has come to. */
  void stopped(StoppedTraining stopped) {
    close();
    out.printf(
        Locale.ROOT,
        "%n%s; the model is that of epoch %d, validation %s%n",
        stopped.stoppedEarly().isPresent()
            ? "stopped early after epoch %d".formatted(stopped.stoppedEarly().getAsInt())
            : "not stopped early",
        stopped.best().epoch(),
        stopped.score().named());
  }

  void summary(
      EvaluationResult test,
      Optional<Baseline> baseline,
      RunDirectory directory,
      Optional<URI> report) {
    evaluation(out, test, noun);
    out.println();
    baseline.ifPresent(found -> line("baseline", "%s %s", found.name(), found.score().text()));
    line(
        "result",
        "%s",
        Storage.describe(Storage.resolve(directory.location(), RunDirectory.RESULT_FILE)));
    report.ifPresent(page -> line("report", "%s", Storage.describe(page)));
    line(
        "model",
        "%s",
        Storage.describe(Storage.resolve(directory.location(), RunDirectory.MODEL_FILE)));
  }

  /** A warning, where a model is given other inputs than it was trained on. */
  public static void inputs(PrintStream out, ModelFile model, InputRange given) {
    InputRange.read(model.provenance())
        .flatMap(trainedOn -> trainedOn.warning(given))
        .ifPresent(warning -> out.printf("%-10s%s%n", "warning", warning));
  }

  /**
   * An evaluation on the test samples.
   *
   * @param noun what a sample is called, in the plural
   */
  public static void evaluation(PrintStream out, EvaluationResult test, String noun) {
    out.printf("%n%s", test.table());
    out.printf(
        Locale.ROOT,
        "%ntest %s, loss %.4f, %,d %s%n",
        test.score().named(),
        test.loss(),
        test.samples(),
        test.isOfSampleClasses() ? noun : "readings");
  }

  @Override
  public void onRound(RoundReport report) {
    bar.ifPresent(shown -> shown.onRound(report));
  }

  @Override
  public void onEpoch(EpochReport epoch) {
    if (!headed) {
      out.println();
      row("epoch", "loss", heading(epoch), "learning rate", noun + "/s", "seconds");
      headed = true;
    }
    row(
        String.format(Locale.ROOT, "%3d/%-3d", epoch.epoch(), budget.through(epoch.epoch())),
        String.format(Locale.ROOT, "%.4f", epoch.trainingLoss()),
        epoch.validation().map(validation -> validation.score().number()).orElse("-"),
        String.format(Locale.ROOT, "%.6f", epoch.learningRate()),
        String.format(Locale.ROOT, "%,.0f", epoch.samplesPerSecond()),
        String.format(Locale.ROOT, "%.1f", epoch.seconds()));
  }

  /** Of what validates, which for accuracy goes without saying. */
  private static String heading(EpochReport epoch) {
    return epoch
        .validation()
        .map(validation -> validation.score().kind())
        .filter(kind -> kind != ScoreKind.ACCURACY)
        .map(kind -> kind == ScoreKind.BITS_PER_CHARACTER ? "bits/char" : kind.label())
        .orElse("validation");
  }

  /** Of a narrow terminal, what says most. */
  private void row(
      String epoch, String loss, String validation, String rate, String speed, String seconds) {
    // As wide as its heading.
    String speedInColumn = "%" + Math.max(10, noun.length() + 2) + "s";
    if (narrow) {
      out.printf("%7s  %8s  %10s  " + speedInColumn + "%n", epoch, loss, validation, speed);
    } else {
      out.printf(
          "%7s  %8s  %10s  %13s  " + speedInColumn + "  %8s%n",
          epoch,
          loss,
          validation,
          rate,
          speed,
          seconds);
    }
  }

  /** Removes the bar, if there is one. */
  void close() {
    bar.ifPresent(RunBar::close);
  }
}
