package io.sparkrnn.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.StringReader;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;

/**
 * The content of {@code attempts/<n>/heartbeat}: lines {@code name=value} in UTF-8. That it changes
 * is the sign of life; no time of day is in it.
 *
 * @param beat counts from 1
 * @param owner who writes it
 * @param interval until the next one
 */
record HeartbeatFile(long beat, Owner owner, Duration interval) {
  static final String NAME = "heartbeat";
  static final int MAX_BYTES = 1 << 16;

  byte[] encode() {
    // Joined, not formatted: some locales have digits of their own.
    String lines =
        "beat="
            + beat
            + "\nhost="
            + owner.host()
            + "\npid="
            + owner.pid()
            + "\n"
            + "intervalMillis="
            + interval.toMillis()
            + "\n";
    String cluster =
        owner
            .cluster()
            .map(
                attempt ->
                    "application="
                        + attempt.application()
                        + "\n"
                        + "applicationAttempt="
                        + attempt.number()
                        + "\n")
            .orElse("");
    return (lines + cluster).getBytes(UTF_8);
  }

  /** Empty when it is not what an owner writes: who wrote it then counts as unknown. */
  static Optional<HeartbeatFile> decode(byte[] bytes) {
    Properties lines = new Properties();
    try {
      lines.load(new StringReader(new String(bytes, UTF_8)));
      Optional<Owner.ClusterAttempt> cluster =
          lines.containsKey("application")
              ? Optional.of(
                  new Owner.ClusterAttempt(
                      lines.getProperty("application"),
                      Integer.parseInt(lines.getProperty("applicationAttempt"))))
              : Optional.empty();
      return Optional.of(
          new HeartbeatFile(
              Long.parseLong(lines.getProperty("beat")),
              new Owner(
                  lines.getProperty("host", "an unknown host"),
                  Long.parseLong(lines.getProperty("pid")),
                  cluster),
              Duration.ofMillis(Long.parseLong(lines.getProperty("intervalMillis")))));
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
