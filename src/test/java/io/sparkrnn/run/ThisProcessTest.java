package io.sparkrnn.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.checkpoint.Owner.ClusterAttempt;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ThisProcessTest {
  @Test
  void knowsTheTryOfItsYarnApplication() {
    for (String container :
        new String[] {
          "container_1410901177871_0001_02_000005", "container_e17_1410901177871_0001_02_000005"
        }) {
      assertThat(ThisProcess.owner(Map.of("CONTAINER_ID", container)).cluster())
          .contains(new ClusterAttempt("application_1410901177871_0001", 2));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "container_1_2", "container_1_2_99999999999_3", "pod-7"})
  void isOfNoClusterElsewhere(String container) {
    assertThat(ThisProcess.owner(Map.of("CONTAINER_ID", container)).cluster()).isEmpty();
    assertThat(ThisProcess.owner(Map.of()).cluster()).isEmpty();
    assertThat(ThisProcess.owner(Map.of()).pid()).isEqualTo(ProcessHandle.current().pid());
  }
}
