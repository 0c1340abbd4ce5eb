package io.sparkrnn.run;

import io.sparkrnn.data.RunData;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.train.LocalRoundRunner;
import io.sparkrnn.train.RoundRunner;
import io.sparkrnn.train.StopRequest;
import io.sparkrnn.train.Training;
import io.sparkrnn.train.TrainingListener;
import java.util.List;

/** Where a run's rounds are computed. It starts while the data are read. */
public interface Backend extends AutoCloseable {

  /**
   * Waits until it has started.
   *
   * @throws UnavailableException if it could not
   */
  default void await(StopRequest stop) {}

  /** For people. */
  String description();

  /** Those that show a run there. */
  default List<TrainingListener> listeners(String runId) {
    return List.of();
  }

  /**
   * Rounds of a training.
   *
   * @param kernels the implementation that every worker uses, by name
   * @param stop asked within evaluations, and while nobody can compute
   */
  RoundRunner rounds(Training<RunData> training, String kernels, StopRequest stop);

  @Override
  default void close() {}

  /** This JVM. */
  final class Local implements Backend {
    @Override
    public String description() {
      return "this JVM alone, without Spark";
    }

    @Override
    public RoundRunner rounds(Training<RunData> training, String kernels, StopRequest stop) {
      return new LocalRoundRunner(training.recipe(), Ops.named(kernels), training.data(), stop);
    }
  }
}
