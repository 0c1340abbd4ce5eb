package io.sparkrnn.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProgressTest {
  private static Progress at(long round, Duration left) {
    return new Progress(2, 10, round, 4690, 0.19713, 21445.4, "images", Optional.ofNullable(left));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "120 | ' 12% [====>                                   ] epoch 2/10  round 564/4690  loss 0.197  21,445 images/s  0:25 left'",
        "79 | ' 12% [>    ] epoch 2/10  round 564/4690  loss 0.197  21,445 images/s  0:25 left'",
        "70 | ' 12% [=>          ] epoch 2/10  loss 0.197  21,445 images/s  0:25 left'",
        "49 | ' 12% [>       ] epoch 2/10  loss 0.197  0:25 left'",
        "40 | ' 12% [=>         ] epoch 2/10  0:25 left'",
        "27 | ' 12% epoch 2/10  0:25 left'",
        "10 | ' 12% epoch'"
      })
  void saysWhatFits(int columns, String line) {
    assertThat(at(564, Duration.ofSeconds(25)).line(columns)).isEqualTo(line);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 564, 2345, 4689, 4690})
  void isNeverLongerThanTheLine(long round) {
    for (int columns = 1; columns < 200; columns++) {
      assertThat(at(round, Duration.ofHours(30)).line(columns)).hasSizeLessThanOrEqualTo(columns);
    }
  }

  @Test
  void beginsAndEnds() {
    assertThat(at(1, null).line(60))
        .isEqualTo("  0% [>            ] epoch 2/10  loss 0.197  21,445 images/s");
    assertThat(at(4690, Duration.ZERO).line(40))
        .isEqualTo("100% [===========] epoch 2/10  0:00 left");
  }

  @ParameterizedTest
  @CsvSource({"59, 0:59", "60, 1:00", "3599, 59:59", "3600, 1:00:00", "90061, 25:01:01"})
  void timeIsReadable(long seconds, String text) {
    assertThat(at(564, Duration.ofSeconds(seconds)).line(40)).endsWith("  " + text + " left");
  }
}
