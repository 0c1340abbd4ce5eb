package io.sparkrnn.spark.jobs;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code spark.task.cpus}: the cores that Spark counts for a task, one for each of its threads. */
public final class TaskCpus {
  public static final String KEY = "spark.task.cpus";

  private static final Pattern LOCAL = Pattern.compile("local(?:\\[\\s*(\\*|\\d+)\\s*(?:,.*)?])?");

  private TaskCpus() {}

  /**
   * As many as a task has threads. In local mode never more than there are: Spark would refuse to
   * start, though threads may well share a core.
   */
  public static int of(String master, int threads) {
    Matcher local = LOCAL.matcher(master);
    return local.matches() ? Math.min(threads, Math.max(1, cores(local.group(1)))) : threads;
  }

  private static int cores(String text) {
    if (text == null) {
      return 1;
    }
    return text.equals("*") ? Runtime.getRuntime().availableProcessors() : Integer.parseInt(text);
  }
}
