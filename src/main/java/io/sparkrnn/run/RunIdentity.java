package io.sparkrnn.run;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sparkrnn.checkpoint.Checkpoint;
import io.sparkrnn.config.ConfigurationException;
import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.Problem;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.data.DataException;
import io.sparkrnn.data.DataFingerprint;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.train.Recipe;
import io.sparkrnn.train.Recipe.Sequences;
import io.sparkrnn.train.StateSections;
import io.sparkrnn.train.TrainingState;
import io.sparkrnn.train.updater.LearningRateSchedule;
import io.sparkrnn.train.updater.Rules;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What decides about a run's result, as sections of its checkpoints, and what may not differ when
 * it is resumed.
 *
 * @param fingerprints of the data's files, in their order
 * @param kernels that run here; for people
 * @param initialSha256 of the parameters that it began with, if they are a model's
 * @param drift what has been allowed to differ since the run began, one sentence each
 */
record RunIdentity(
    RunConfiguration configuration,
    RnnTopology topology,
    LearningRateSchedule schedule,
    List<DataFingerprint> fingerprints,
    String kernels,
    Optional<String> initialSha256,
    List<String> drift) {
  private static final String ARITHMETIC = String.valueOf(Versions.ARITHMETIC);

  RunIdentity {
    fingerprints = List.copyOf(fingerprints);
    drift = List.copyOf(drift);
  }

  /** All that a checkpoint holds beside its round and score; texts are lines in UTF-8. */
  Map<String, byte[]> sections(TrainingState state, Optional<EvaluationResult> validation) {
    Map<String, byte[]> sections = new LinkedHashMap<>(StateSections.of(state));
    put(sections, "schedule", schedule(state));
    validation.ifPresent(
        result ->
            put(
                sections,
                "validation",
                Map.of(
                    result.deciding().toString(),
                    String.valueOf(result.score().value()),
                    "loss",
                    String.valueOf(result.loss()),
                    "samples",
                    String.valueOf(result.samples()))));
    put(sections, "topology", topology.encode());
    put(sections, "configuration", configuration.redacted().render());
    put(sections, "data", dataSha256());
    initialSha256.ifPresent(sha256 -> put(sections, ResultFile.INITIAL, sha256));
    put(sections, "arithmetic", ARITHMETIC);
    Map<String, String> provenance = new LinkedHashMap<>(Versions.all());
    provenance.put("kernels", kernels);
    provenance.put("cpu", Versions.cpu());
    put(sections, "provenance", lines(provenance));
    put(sections, "drift", String.join("\n", drift));
    return sections;
  }

  /** For people: it follows from the configuration, the iteration and the scores. */
  private Map<String, String> schedule(TrainingState state) {
    double nextRate = schedule.rate(state.iteration(), schedule.plateauFactor(state.merits()));
    return Map.of(
        "name", String.valueOf(schedule.configuration().name()),
        "nextRate", String.valueOf(nextRate),
        "totalIterations", String.valueOf(schedule.totalIterations()));
  }

  /**
   * The identity of the run that goes on from a checkpoint.
   *
   * @throws ConfigurationException when keys differ that were not allowed to
   * @throws DataException when anything else differs that was not allowed to
   */
  RunIdentity resuming(Checkpoint checkpoint) {
    Map<String, byte[]> sections = checkpoint.sections();
    String where = Storage.describe(checkpoint.location());
    List<String> allowed = configuration.run().allowDrift();
    List<Problem> drifted = RunDirectory.drift(saved(checkpoint), configuration, where);
    RunDirectory.requireAllowed(drifted, allowed);
    List<String> differences = new ArrayList<>();
    drifted.forEach(problem -> differences.add(problem.key() + ": " + problem.message()));
    requireSame("topology", sections, topology.encode(), where, List.of());
    requireSame("data", sections, dataSha256(), where, allowed).ifPresent(differences::add);
    requireSame("arithmetic", sections, ARITHMETIC, where, allowed).ifPresent(differences::add);
    List<String> all = new ArrayList<>(text(sections, "drift").lines().toList());
    differences.forEach(
        difference -> all.add("after round %d, %s".formatted(checkpoint.round(), difference)));
    Optional<String> initial =
        Optional.of(text(sections, ResultFile.INITIAL)).filter(sha256 -> !sha256.isEmpty());
    return with(initial, all);
  }

  /** The identity of the run that begins with a model's parameters. */
  RunIdentity beginningWith(InitialModel initial) {
    return with(Optional.of(initial.parametersSha256()), drift);
  }

  private RunIdentity with(Optional<String> initial, List<String> differences) {
    return new RunIdentity(
        configuration, topology, schedule, fingerprints, kernels, initial, differences);
  }

  /** The configuration that a checkpoint was written with. */
  static RunConfiguration saved(Checkpoint checkpoint) {
    String where = Storage.describe(checkpoint.location());
    return new Rules(
            ConfigurationLoader.parseSaved(text(checkpoint.sections(), "configuration"), where))
        .decided();
  }

  /**
   * The state in a checkpoint.
   *
   * @throws DataException when it is none that this run could have reached
   */
  TrainingState state(Checkpoint checkpoint, Recipe recipe, TrainingData data) {
    String where = Storage.describe(checkpoint.location());
    TrainingState state;
    try {
      state = StateSections.read(checkpoint.sections(), where);
    } catch (IllegalArgumentException e) {
      throw new DataException(e.getMessage(), e);
    }
    int parameters = topology.parameterCount();
    require(where, "parameters", parameters, state.layout().parameters());
    int updaterState = recipe.updater().stateSize(parameters);
    require(where, "numbers of updater state", updaterState, state.layout().updaterState());
    int minibatchesPerEpoch = data.minibatchesPerEpoch(recipe.minibatchSize());
    if (state.minibatch() >= minibatchesPerEpoch) {
      throw new DataException(
          "Cannot resume from %s: expected a place before minibatch %d of its epoch, found minibatch %d"
              .formatted(where, minibatchesPerEpoch, state.minibatch()));
    }
    requireStreams(where, state, recipe, data);
    return state;
  }

  /** Within an epoch of streams, where those of each worker with samples are; else nothing. */
  private static void requireStreams(
      String where, TrainingState state, Recipe recipe, TrainingData data) {
    float[][] states = state.streamStates();
    boolean within = recipe.sequences() == Sequences.STREAMS && state.minibatch() > 0;
    require(where, "workers with states of streams", within ? data.workers() : 0, states.length);
    for (int worker = 0; worker < states.length; worker++) {
      long expected = data.shardSize(worker) == 0 ? 0 : recipe.streamValues();
      int found = states[worker] == null ? 0 : states[worker].length;
      require(where, "values of the streams of worker " + worker, expected, found);
    }
  }

  private static void require(String where, String what, long expected, long found) {
    if (expected != found) {
      throw new DataException(
          "Cannot resume from %s: expected %d %s, found %d"
              .formatted(where, expected, what, found));
    }
  }

  /** The difference in words, where it is allowed. */
  private static Optional<String> requireSame(
      String field, Map<String, byte[]> sections, String now, String where, List<String> allowed) {
    String before = text(sections, field);
    if (before.equals(now)) {
      return Optional.empty();
    }
    String difference =
        "expected %s as in %s, found %s".formatted(oneLine(before), where, oneLine(now));
    if (!allowed.contains(field)) {
      throw new DataException(
          "Cannot resume, because of %s: %s".formatted(field, difference)
              + (field.equals("topology") ? "" : "; --allow-drift %s allows it".formatted(field)));
    }
    return Optional.of(field + ": " + difference);
  }

  private static String oneLine(String text) {
    return text.isEmpty() ? "nothing" : String.join(" ", text.lines().toList());
  }

  private String dataSha256() {
    return fingerprints.stream().map(file -> file.sha256() + "\n").collect(Collectors.joining());
  }

  private static String text(Map<String, byte[]> sections, String name) {
    return new String(sections.getOrDefault(name, new byte[0]), UTF_8);
  }

  private static void put(Map<String, byte[]> sections, String name, String text) {
    sections.put(name, text.getBytes(UTF_8));
  }

  private static void put(
      Map<String, byte[]> sections, String name, Map<String, String> properties) {
    put(sections, name, lines(new TreeMap<>(properties)));
  }

  private static String lines(Map<String, String> properties) {
    return properties.entrySet().stream()
        .map(property -> property.getKey() + "=" + property.getValue() + "\n")
        .collect(Collectors.joining());
  }
}
