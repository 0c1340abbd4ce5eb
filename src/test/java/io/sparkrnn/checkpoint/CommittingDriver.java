package io.sparkrnn.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sparkrnn.storage.Storage;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;

/** Drivers of one run, one after the other, that do nothing but commit. For use by one thread. */
final class CommittingDriver {
  static final String RUN_ID = "run-1";

  /** Some of them are longer than the packets and chunks of file systems. */
  private static final int MAX_STATE_BYTES = 300_000;

  private static final int ROUNDS_BETWEEN_RESULTS = 4;

  private final Storage storage;
  private final URI run;
  private final Random random;
  private final Retry retry;
  private final ExpectedCommits expected;
  private CheckpointStore store;
  private byte[] state = {};
  private long round;

  /**
   * A run that has not begun.
   *
   * @param random chooses the content
   */
  CommittingDriver(Storage storage, URI run, Random random, Retry retry) {
    this.storage = storage;
    this.run = run;
    this.random = random;
    this.retry = retry;
    this.expected = new ExpectedCommits(storage, run, RUN_ID);
  }

  /** What was committed. */
  ExpectedCommits expected() {
    return expected;
  }

  /** The state that was saved last. */
  byte[] state() {
    return state.clone();
  }

  /** The store of the driver that lives. */
  CheckpointStore store() {
    return store;
  }

  /** Begins the next driver's life. */
  void claim() {
    CheckpointStore next = open();
    expected.claimed(next.claimAttempt(vacancy(next)));
    store = next;
  }

  /** Another driver's store of the run, which deletes nothing. */
  CheckpointStore open() {
    return CheckpointStore.open(storage, run, RUN_ID, Integer.MAX_VALUE, retry);
  }

  /** Fails while a driver lives. */
  static Vacancy vacancy(CheckpointStore store) {
    return store.awaitVacancy(
        new Ownership(
            new Owner("host", 1, Optional.empty()),
            Duration.ofMillis(200),
            Duration.ofSeconds(30),
            MonotonicClock.SYSTEM),
        waiting -> {});
  }

  /** Saves the next round's checkpoint, and after some of them publishes a result. */
  void commitNext() {
    round++;
    state = new byte[1 + random.nextInt(MAX_STATE_BYTES)];
    random.nextBytes(state);
    expected.saved(
        store.save(round, Map.of("state", state), OptionalDouble.empty()).location(), state);
    if (round % ROUNDS_BETWEEN_RESULTS == 0) {
      byte[] json = "{\"round\": %d}".formatted(round).getBytes(UTF_8);
      expected.published(store.publishResult(json), json);
    }
  }

  /** The newest state that a driver would find which resumes the run. */
  byte[] newestState() {
    return open().latest().orElseThrow().sections().get("state");
  }

  /** Ends the driver's life. */
  void release() {
    store.close();
  }
}
