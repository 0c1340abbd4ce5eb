package io.sparkrnn.spark.shards;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.spark.shards.WorkerGroups.Group;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkerGroupsTest {
  @ParameterizedTest
  @CsvSource({
    "1, 1, 1",
    "1, 4, 1",
    "2, 2, 2",
    "5, 2, 2",
    "5, 4, 3",
    "64, 2, 2",
    "64, 0, 1",
    "256, 100, 86",
    "7, 7, 7",
    "1000, 999, 500"
  })
  void coversEveryWorkerOnceWithNoMoreTasksThanHelp(int workers, int slots, int tasks) {
    List<Group> groups = WorkerGroups.of(workers, slots);

    assertThat(groups).hasSize(tasks);
    assertThat(groups.stream().flatMapToInt(Group::workers))
        .containsExactlyElementsOf(IntStream.range(0, workers).boxed().toList());
    assertThat(groups.stream().mapToInt(group -> group.end() - group.from()).max().getAsInt())
        .isEqualTo(-Math.floorDiv(-workers, Math.max(1, Math.min(slots, workers))));
  }

  @Test
  void bordersAreAtMultiplesOfPowersOfTwoWhereTheLargestGroupNeedNotGrowForIt() {
    // 62 groups of 16, and the rest.
    List<Group> groups = WorkerGroups.of(1000, 64);
    assertThat(groups).hasSize(63).last().isEqualTo(new Group(992, 1000));
    assertThat(groups).allMatch(group -> group.from() % 16 == 0);
    assertThat(WorkerGroups.of(1024, 10))
        .extracting(Group::end)
        .startsWith(100, 200)
        .endsWith(921, 1024);
    // There is no choice.
    assertThat(WorkerGroups.of(9, 3))
        .containsExactly(new Group(0, 3), new Group(3, 6), new Group(6, 9));
    assertThat(WorkerGroups.of(11, 4))
        .containsExactly(new Group(0, 2), new Group(2, 5), new Group(5, 8), new Group(8, 11));
  }
}
