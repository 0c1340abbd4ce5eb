package io.sparkrnn.train;

import io.sparkrnn.cli.Main;
import java.util.ArrayList;
import java.util.List;

/**
 * A program that calls {@code Main} once for every argument list, one after the other; a {@code ;}
 * ends each.
 */
public final class Trainings {
  static final String END = ";";

  private Trainings() {}

  public static void main(String[] args) throws Exception {
    List<String> arguments = new ArrayList<>();
    for (String argument : args) {
      if (!argument.equals(END)) {
        arguments.add(argument);
        continue;
      }
      // Ends the process itself when it fails.
      Main.main(arguments.toArray(String[]::new));
      arguments.clear();
    }
  }
}
