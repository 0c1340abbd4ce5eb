package io.sparkrnn.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.sparkrnn.evaluation.Score;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What the seeds of each number of workers have in common, and whether it costs any score. */
record ScaleOutSummary(List<ScaleOutRun> runs, List<Group> groups) {
  private static final double STANDARD_ERRORS = 2;

  /**
   * The runs of one number of workers.
   *
   * @param mean of the scores at the end of each
   * @param standardError of the mean; NaN of one run
   */
  record Group(String averaging, int workers, int seeds, double mean, double standardError) {

    static Group of(List<ScaleOutRun> runs) {
      double mean = runs.stream().mapToDouble(ScaleOutRun::last).average().orElseThrow();
      double squares =
          runs.stream().mapToDouble(run -> (run.last() - mean) * (run.last() - mean)).sum();
      return new Group(
          runs.get(0).averaging(),
          runs.get(0).workers(),
          runs.size(),
          mean,
          Math.sqrt(squares / (runs.size() - 1) / runs.size()));
    }
  }

  static ScaleOutSummary of(List<ScaleOutRun> runs) {
    Map<List<Object>, List<ScaleOutRun>> bySetting = new LinkedHashMap<>();
    runs.forEach(
        run ->
            bySetting
                .computeIfAbsent(List.of(run.averaging(), run.workers()), key -> new ArrayList<>())
                .add(run));
    return new ScaleOutSummary(runs, bySetting.values().stream().map(Group::of).toList());
  }

  /** A line for each group; those after the first are compared with it. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (Group group : groups) {
      lines.add(
          String.format(
              Locale.ROOT,
              "# %s, %d workers, %d seeds: final %.4f, standard error %.4f%s",
              group.averaging(),
              group.workers(),
              group.seeds(),
              group.mean(),
              group.standardError(),
              group == groups.get(0) ? "" : "; " + compared(group, groups.get(0))));
    }
    return lines;
  }

  private String compared(Group group, Group first) {
    double error = STANDARD_ERRORS * Math.hypot(group.standardError(), first.standardError());
    double difference =
        new Score(runs.get(0).kind(), group.mean()).merit()
            - new Score(runs.get(0).kind(), first.mean()).merit();
    String verdict = difference > 0 ? "better by more" : "worse by more";
    return String.format(
        Locale.ROOT,
        "%+.4f against %d workers, two standard errors of which are %.4f: %s",
        difference,
        first.workers(),
        error,
        Math.abs(difference) <= error ? "within them" : verdict);
  }

  /** All runs with their curves, and the groups. */
  byte[] json() throws JsonProcessingException {
    return new ObjectMapper()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .writeValueAsBytes(Map.of("runs", runs, "groups", groups));
  }
}
