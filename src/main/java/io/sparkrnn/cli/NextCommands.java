package io.sparkrnn.cli;

import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.DataConfiguration;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.config.TaskName;
import io.sparkrnn.storage.Storage;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a person may want to type next.
 *
 * @param launcher as it was called; the one for this machine where that is not known, such as by a
 *     driver that the cluster runs
 */
record NextCommands(String launcher) {
  /** By which launchers name themselves, with the options that the next command needs, too. */
  static final String LAUNCHER = "SPARK_RNN_LAUNCHER";

  static NextCommands of(Map<String, String> environment) {
    return new NextCommands(environment.getOrDefault(LAUNCHER, "submit/local"));
  }

  /** What can be done with a trained model. */
  List<String> trained(RunConfiguration configuration, URI run) {
    String model = path(run);
    if (configuration.table().isGiven()) {
      return trainedOnTables(configuration, model);
    }
    DataConfiguration data = configuration.data();
    List<String> commands = new ArrayList<>();
    // The run directory says which images, but where they are may change.
    boolean usual =
        data.hasExplicitFiles() || data.uri().equals(ConfigurationLoader.defaults().data().uri());
    commands.add(
        "%s evaluate --model %s%s"
            .formatted(launcher, model, usual ? "" : " --data " + word(data.uri())));
    commands.add(
        "%s predict --model %s --input IMAGES --input-format png --output TABLE"
            .formatted(launcher, model));
    return commands;
  }

  /** The run directory says which table and columns. */
  private List<String> trainedOnTables(RunConfiguration configuration, String model) {
    List<String> commands = new ArrayList<>();
    commands.add("%s evaluate --model %s".formatted(launcher, model));
    boolean ofSequences =
        configuration.table().time().isEmpty()
            && configuration.model().task() != TaskName.LANGUAGE_MODEL;
    if (ofSequences) {
      commands.add(
          "%s predict --model %s --input TABLE --output NEW_TABLE".formatted(launcher, model));
    }
    return commands;
  }

  /** How a run goes on that was stopped. */
  List<String> stopped(URI run) {
    return List.of("%s --resume --run-dir %s".formatted(launcher, path(run)));
  }

  /** What became of a version. */
  List<String> retrained(URI registry, long version) {
    return List.of("%s models show %d --registry %s".formatted(launcher, version, path(registry)));
  }

  static void print(PrintStream out, List<String> commands) {
    out.println();
    String name = "next";
    for (String command : commands) {
      out.printf("%-10s%s%n", name, command);
      name = "";
    }
  }

  /** Seen from where the person is. */
  private static String path(URI run) {
    String path = Storage.describe(run);
    String here = Path.of("").toAbsolutePath() + "/";
    return word(path.startsWith(here) ? path.substring(here.length()) : path);
  }

  /** Quoted for a shell where that is necessary. */
  private static String word(String text) {
    return text.matches("[\\w./:@%+=,-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
