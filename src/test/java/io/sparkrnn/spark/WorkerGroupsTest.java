package io.sparkrnn.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.spark.WorkerGroups.Group;
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
  void sizesDifferByAtMostOne() {
    assertThat(WorkerGroups.of(11, 4))
        .containsExactly(new Group(0, 3), new Group(3, 6), new Group(6, 9), new Group(9, 11));
  }
}
