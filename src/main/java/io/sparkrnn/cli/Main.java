package io.sparkrnn.cli;

import io.sparkrnn.checkpoint.MonotonicClock;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.run.Terminal;
import io.sparkrnn.run.Versions;
import io.sparkrnn.spark.version.SparkVersion;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.List;
import org.apache.spark.SparkUserAppException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Trains recurrent networks on Apache Spark. */
@Command(
    name = "spark-rnn",
    description = "Trains recurrent networks on Apache Spark.",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:unexpected failure, or training diverged",
      "3:the model did not become current, where retrain was told --kept-exit-code 3",
      "64:usage or configuration",
      "65:data",
      "69:cluster or service unavailable",
      "74:storage",
      "75:run directory busy or taken over; retry later",
      "130:stopped by SIGINT after a checkpoint",
      "143:stopped by SIGTERM after a checkpoint"
    })
public final class Main {
  private static final Logger LOG = LoggerFactory.getLogger(Main.class);

  /** The property by which launchers say where conf/log4j2.properties writes. */
  private static final String LOG_FILE = "spark-rnn.log";

  /** What spark-submit sets in every JVM in which a driver runs. */
  private static final String SUBMITTED = "spark.app.submitTime";

  /**
   * Runs a command. Under spark-submit a failure is thrown: exiting at once would make YARN start
   * it again. The wrapper of drivers on a standalone cluster knows nothing of that.
   */
  public static void main(String[] args) throws SparkUserAppException {
    PrintStream out = Terminal.of(System.out, System.getenv());
    int code = run(out, System.err, args);
    out.flush();
    if (code == ExitCode.DONE) {
      return;
    }
    boolean onSparkWorker =
        "cluster".equals(System.getProperty("spark.submit.deployMode"))
            && System.getProperty("spark.master", "").startsWith("spark://");
    if (System.getProperty(SUBMITTED) != null && !onSparkWorker) {
      throw ending(code);
    }
    System.exit(code);
  }

  private static SparkUserAppException ending(int code) {
    try {
      return SparkVersion.exit(code);
    } catch (LinkageError e) {
      // Another Spark, which was refused, and has none that is made like this.
      System.exit(code);
      throw e;
    }
  }

  /** Runs a command and returns its exit code. */
  static int run(PrintStream out, PrintStream err, String... args) {
    return run(out, err, MonotonicClock.SYSTEM, args);
  }

  /** As the other, with a clock of the caller's for all waiting on storage and other drivers. */
  static int run(PrintStream out, PrintStream err, MonotonicClock clock, String... args) {
    CommandLine commandLine =
        new CommandLine(new Main())
            .addSubcommand(new TrainCommand(out, clock))
            .addSubcommand(new EvaluateCommand(out))
            .addSubcommand(new PredictCommand(out))
            .addSubcommand(new ReportCommand(out))
            .addSubcommand(new StatusCommand(out))
            .addSubcommand(new InspectCommand(out))
            .addSubcommand(new RetrainCommand(out, err, clock))
            .addSubcommand(new ModelsCommand(out, clock))
            .addSubcommand(new ExportCommand(out))
            .addSubcommand(new ImportCommand(out));
    for (CommandLine command : commandLine.getSubcommands().values()) {
      if (command.getCommand() instanceof ConfiguredCommand configured) {
        configured.addKeys();
      }
    }
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    commandLine.setParameterExceptionHandler(
        (exception, arguments) -> {
          CommandLine command = exception.getCommandLine();
          command.getErr().println("spark-rnn: " + exception.getMessage());
          CommandLine.UnmatchedArgumentException.printSuggestions(exception, command.getErr());
          command.getErr().println("Try: " + command.getCommandSpec().qualifiedName() + " --help");
          if (command.getCommand() instanceof RetrainCommand refused) {
            refused.refuse(exception.getMessage(), List.of(arguments));
          }
          return ExitCode.USAGE;
        });
    commandLine.setExecutionExceptionHandler(
        (exception, command, result) -> {
          report(exception, command.getErr());
          return ExitCode.of(exception);
        });
    if (args.length == 0) {
      commandLine.usage(commandLine.getOut());
      return ExitCode.USAGE;
    }
    try {
      return commandLine.execute(args);
    } catch (Error e) {
      // Memory, or a class that is missing: picocli handles exceptions only.
      report(e, commandLine.getErr());
      return ExitCode.of(e);
    }
  }

  private static void report(Throwable failure, PrintWriter err) {
    err.println(
        "spark-rnn: " + (failure.getMessage() == null ? failure.toString() : failure.getMessage()));
    String log = System.getProperty(LOG_FILE);
    if (ExitCode.isExplained(failure)) {
      return;
    }
    if (log == null) {
      failure.printStackTrace(err);
    } else {
      LOG.error("unexpected failure", failure);
      err.println("This was not expected. Details: " + log);
    }
  }
}
