package io.sparkrnn.spark.rounds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.sparkrnn.config.Averaging;
import io.sparkrnn.data.Shard;
import io.sparkrnn.spark.shards.WorkerGroups;
import io.sparkrnn.train.ParameterAverage;
import io.sparkrnn.train.RoundPart;
import io.sparkrnn.train.RoundResult;
import io.sparkrnn.train.WorkerResult;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SubtreeFoldingTest {
  private static final SubtreeFolding OF_16 = new SubtreeFolding(16, 3, Averaging.PARAMETERS);

  private static WorkerResult result(int worker) {
    return new WorkerResult(worker, new float[] {1f / (worker + 1)}, 3, 0.1, worker);
  }

  private static List<RoundPart> run(SubtreeFolding folding, IntStream workers) {
    List<RoundPart> sent = new ArrayList<>();
    folding.run(
        workers.mapToObj(worker -> new Shard(worker, null)).toList(),
        shard -> result(shard.worker()),
        sent::add);
    return sent;
  }

  @Test
  void foldsSubtreesOfMoreThanTwoWorkers() {
    assertThat(OF_16.parts(0, 16)).containsExactly(16);
    assertThat(OF_16.parts(3, 15)).containsExactly(1, 4, 4, 1, 1, 1);
    assertThat(OF_16.parts(0, 3)).containsExactly(1, 1, 1);
    assertThat(new SubtreeFolding(7, 3, Averaging.PARAMETERS).parts(4, 7)).containsExactly(3);
    assertThat(new SubtreeFolding(16, Integer.MAX_VALUE, Averaging.PARAMETERS).parts(0, 4))
        .containsExactly(1, 1, 1, 1);
  }

  @Test
  void aGapBetweenWorkersEndsASubtree() {
    IntStream wanted = IntStream.of(0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 15);

    assertThat(run(OF_16, wanted))
        .extracting(RoundPart::firstWorker, RoundPart::workers)
        .containsExactly(
            tuple(0, 4), tuple(4, 1), tuple(5, 1), tuple(7, 1), tuple(8, 4), tuple(15, 1));
  }

  @Test
  void groupsOfAnySizesGiveTheBitsOfTheResults() {
    for (int workers = 1; workers <= 70; workers++) {
      ParameterAverage leaves = new ParameterAverage(workers);
      IntStream.range(0, workers).forEach(worker -> leaves.add(result(worker)));
      RoundResult expected = leaves.result();
      for (int slots = 1; slots <= workers; slots++) {
        ParameterAverage folded = new ParameterAverage(workers);
        SubtreeFolding folding = new SubtreeFolding(workers, 3, Averaging.PARAMETERS);
        WorkerGroups.of(workers, slots)
            .forEach(group -> run(folding, group.workers()).forEach(folded::add));
        assertThat(folded.result().vector()).isEqualTo(expected.vector());
        assertThat(folded.result().lossSum()).isEqualTo(expected.lossSum());
      }
    }
  }
}
