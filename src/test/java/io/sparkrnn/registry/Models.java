package io.sparkrnn.registry;

import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.model.RnnTopology;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Small trained models, each told by its parameters. */
final class Models {
  static final Gate GATE = new Gate(0.9, 0.01, 0.05, Gate.Requirement.BETTER);

  static final DataSummary DATA =
      new DataSummary(
          List.of(
              new DataSummary.File("train-images-idx3-ubyte", "00ff".repeat(16), 47_040_016),
              new DataSummary.File("train-labels-idx1-ubyte", "11ee".repeat(16), 60_008)),
          List.of(5923L, 6742L),
          0.1307,
          0.3081);

  private static final RnnTopology TOPOLOGY =
      new RnnTopology("small", Network.elman(3, 2, List.of(2), Activation.RELU, 2));

  private Models() {}

  static ModelFile model(float parameter) {
    float[] parameters = new float[TOPOLOGY.parameterCount()];
    Arrays.fill(parameters, parameter);
    return new ModelFile(TOPOLOGY, parameters, Map.of("java", "17"));
  }

  static Candidate candidate(String runId, float parameter) {
    return new Candidate(runId, model(parameter), DATA, Map.of("training.epochs", "5"));
  }

  /** The candidate of a run whose number its model holds. */
  static Candidate candidate(int run) {
    return candidate("run-" + run, run);
  }

  static Decision decision(Action action) {
    return new Decision(
        action,
        "as the test says",
        new Evidence(
            GATE, 10_000, 0.98, Optional.of(new Evidence.Comparison(0.97, 100, 200, 1e-8))));
  }

  static Function<Optional<RegisteredModel>, Decision> always(Action action) {
    return current -> decision(action);
  }
}
