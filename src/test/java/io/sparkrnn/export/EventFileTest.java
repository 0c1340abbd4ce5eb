package io.sparkrnn.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

class EventFileTest {
  /** Of which TensorBoard's own reader gives back what is written here. */
  @Test
  void bytesAreThoseOfTheGoldenFile() throws IOException {
    EventFile events = new EventFile(1_760_000_000.5);
    events.scalar("loss/training", 1, 0.25, 1_760_000_001);
    events.scalar("accuracy/validation", 300, 0.975, 1_760_000_002.25);
    events.scalar("loss/training", 1L << 40, -1e30, 1_760_000_003);
    try (InputStream golden = getClass().getResourceAsStream("golden.tfevents")) {
      assertThat(golden).isNotNull();
      assertThat(events.toBytes()).isEqualTo(golden.readAllBytes());
    }
  }
}
