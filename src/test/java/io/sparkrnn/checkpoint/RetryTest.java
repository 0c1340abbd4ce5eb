package io.sparkrnn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkrnn.storage.Storage;
import io.sparkrnn.storage.StorageException;
import io.sparkrnn.storage.UnsupportedStorageException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class RetryTest {
  private final FakeClock clock = new FakeClock();
  private final List<Duration> triesAt = new ArrayList<>();
  private final long began = clock.nanoTime();

  @Test
  void triesAgainWithPausesThatDoubleUpToTenSeconds() {
    assertThat(retry(Duration.ofMinutes(1), () -> false).run(failing(8))).isEqualTo("done");

    assertThat(triesAt)
        .extracting(Duration::toMillis)
        .containsExactly(0L, 250L, 750L, 1750L, 3750L, 7750L, 15750L, 25750L, 35750L);
  }

  @Test
  void givesUpWithTheLastFailure() {
    assertThatThrownBy(() -> retry(Duration.ofSeconds(2), () -> false).run(failing(99)))
        .isExactlyInstanceOf(StorageException.class)
        .hasMessage("failure 5");
    assertThat(triesAt).last().isEqualTo(Duration.ofMillis(3750));
  }

  @Test
  void aProcessThatIsToEndTriesOnceMore() {
    assertThatThrownBy(
            () -> retry(Duration.ofMinutes(1), () -> triesAt.size() >= 2).run(failing(99)))
        .hasMessage("failure 3");
    assertThatThrownBy(() -> Retry.NEVER.run(failing(99))).hasMessage("failure 4");
  }

  @Test
  void whatCannotSucceedIsTriedOnce() {
    Supplier<String> step =
        () -> {
          triesAt.add(Duration.ZERO);
          Storage.of(Map.of()).delete(URI.create("s3a://bucket/a"));
          return "done";
        };
    assertThatThrownBy(() -> retry(Duration.ofMinutes(1), () -> false).run(step))
        .isInstanceOf(UnsupportedStorageException.class);
    assertThat(triesAt).hasSize(1);
  }

  private Retry retry(Duration patience, BooleanSupplier hurry) {
    return new Retry(patience, hurry, clock);
  }

  private Supplier<String> failing(int failures) {
    return () -> {
      triesAt.add(Duration.ofNanos(clock.nanoTime() - began));
      if (triesAt.size() <= failures) {
        throw new StorageException("failure " + triesAt.size());
      }
      return "done";
    };
  }
}
