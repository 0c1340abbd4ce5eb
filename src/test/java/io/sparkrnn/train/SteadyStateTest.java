package io.sparkrnn.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.Shard;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.train.updater.Updater;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Once compiled, an iteration leaves nothing for the garbage collector. */
class SteadyStateTest {
  private static final int FEW = 4;
  private static final int MANY = 24;

  // Interpreted, the Vector API allocates in every operation. It is compiled after some thousand
  // calls, when depends on the machine.
  private static final int MOST_ATTEMPTS = 5_000;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @ParameterizedTest
  @CsvSource({"vector, 20, 1", "vector, 40, 1", "vector, 40, 2", "portable, 40, 1"})
  void moreIterationsOfARoundAllocateNoMore(String kernels, int minibatch, int threadsPerWorker) {
    SequenceDataset samples = InMemoryData.sequences(MANY * minibatch, 6, 5, 4, 1);
    Recipe recipe =
        Recipes.withThreads(
            Recipes.regularised(
                Recipes.plain(
                    Recipes.topology(6, 5, 4, Activation.TANH, 20, 13),
                    minibatch,
                    new Updater.Adam(0.9, 0.999, 1e-8),
                    0.01),
                0.1,
                1e-4),
            threadsPerWorker);
    Replica replica = new Replica(recipe, Ops.named(kernels));
    TrainingState state =
        TrainingState.initial(
            ParameterInitializer.ORTHOGONAL.initialise(recipe.topology(), 1), recipe.updater());
    Shard shard = new Shard(0, samples);

    long more = Long.MAX_VALUE;
    for (int attempt = 0; attempt < MOST_ATTEMPTS && more != 0; attempt++) {
      more = allocated(replica, state, shard, MANY) - allocated(replica, state, shard, FEW);
    }

    assertThat(more).as("bytes that %d more iterations allocate", MANY - FEW).isZero();
  }

  private long allocated(Replica replica, TrainingState state, Shard shard, int iterations) {
    long id = Thread.currentThread().getId();
    long before = threads.getThreadAllocatedBytes(id);
    replica.run(state, shard, new Round(0, 0, 0, iterations, 0, false, 1));
    return threads.getThreadAllocatedBytes(id) - before;
  }
}
