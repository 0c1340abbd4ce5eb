package io.sparkrnn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HeartbeatFileTest {
  @Test
  void isTheSameWhateverTheLocale() {
    Owner owner = new Owner("here", 4711, Optional.of(new Owner.ClusterAttempt("app", 2)));
    Locale before = Locale.getDefault();
    // Its digits are others.
    Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
    try {
      HeartbeatFile heartbeat = new HeartbeatFile(12, owner, Duration.ofSeconds(3));
      assertThat(new String(heartbeat.encode(), StandardCharsets.UTF_8))
          .isEqualTo(
              """
              beat=12
              host=here
              pid=4711
              intervalMillis=3000
              application=app
              applicationAttempt=2
              """);
      assertThat(HeartbeatFile.decode(heartbeat.encode())).contains(heartbeat);
    } finally {
      Locale.setDefault(before);
    }
  }
}
