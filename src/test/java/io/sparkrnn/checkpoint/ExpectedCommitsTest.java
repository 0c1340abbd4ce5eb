package io.sparkrnn.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.storage.Storage;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is done behind a store's back is found. */
class ExpectedCommitsTest {
  private static final int ROUNDS = 9;

  private final Storage storage = Storage.of(Map.of());
  private URI run;
  private CommittingDriver driver;

  @BeforeEach
  void commit(@TempDir Path directory) {
    run = Storage.resolve(directory.toUri(), "run");
    driver = new CommittingDriver(storage, run, new Random(1), Retry.NEVER);
    driver.claim();
    for (int round = 1; round <= ROUNDS; round++) {
      driver.commitNext();
    }
    driver.release();
    driver.claim();
  }

  @Test
  void nothingDiffersWhenAllIsThereOnce() {
    assertFound();
    assertThat(driver.expected().checkpoints()).isEqualTo(ROUNDS);
    assertThat(driver.expected().results()).isEqualTo(2);
  }

  @Test
  void aLostCheckpoint() {
    storage.delete(path("checkpoints/checkpoint-000000003.srnn"));

    assertFound("checkpoints/checkpoint-000000003.srnn is missing");
  }

  @Test
  void aCheckpointThatNobodySaved() {
    driver.store().save(77, Map.of("state", new byte[1]), OptionalDouble.empty());

    assertFound("checkpoints/checkpoint-000000077.srnn is left over");
  }

  @Test
  void aCheckpointWithAnotherRoundsContent() {
    storage.delete(path("checkpoints/checkpoint-000000003.srnn"));
    driver.store().save(3, Map.of("state", driver.state()), OptionalDouble.empty());

    assertFound("checkpoints/checkpoint-000000003.srnn has other content");
  }

  @Test
  void aCheckpointWithAnotherRoundsName() {
    storage.delete(path("checkpoints/checkpoint-000000003.srnn"));
    storage.rename(
        path("checkpoints/checkpoint-000000002.srnn"),
        path("checkpoints/checkpoint-000000003.srnn"));

    assertFound(
        "checkpoints/checkpoint-000000002.srnn is missing",
        "Cannot read %s: expected round 3 as in its name, found round 2"
            .formatted(Storage.describe(path("checkpoints/checkpoint-000000003.srnn"))));
  }

  @Test
  void aCheckpointThatWasSetAside() {
    storage.rename(
        path("checkpoints/checkpoint-000000003.srnn"), path("damaged/1-checkpoint-000000003.srnn"));

    assertFound(
        "checkpoints/checkpoint-000000003.srnn is missing",
        "damaged/1-checkpoint-000000003.srnn is left over");
  }

  @Test
  void aResultThatWasPublishedTwice() {
    driver.store().publishResult("{\"round\": 8}".getBytes(UTF_8));

    assertFound("results/3.json is left over");
  }

  @Test
  void aGapInTheResults() {
    storage.rename(path("results/2.json"), path("results/3.json"));

    assertFound("results/2.json is missing", "results/3.json is left over");
  }

  @Test
  void aResultThatWasToldUnderAnotherNumber() {
    byte[] json = "{\"round\": 99}".getBytes(UTF_8);
    storage.overwrite(path("results/4.json"), json);
    storage.overwrite(path("result.json"), json);
    driver.expected().published(path("results/4.json"), json);

    assertFound("no result was published as 3 of 3");
  }

  @Test
  void aCopyThatIsNotTheNewestResult() {
    storage.overwrite(path("result.json"), "{\"round\": 4}".getBytes(UTF_8));

    assertFound("result.json has other content");
  }

  @Test
  void aPrivateFileThatStayed() {
    storage.writePrivate(path("attempts/1.released/7-checkpoint-000000003.srnn"), new byte[1]);

    assertFound("attempts/1.released/7-checkpoint-000000003.srnn is left over");
  }

  @Test
  void aClaimThatNobodyMade() {
    storage.createDirectory(path("attempts/7.claim"));

    assertFound("attempts/7.claim is left over");
  }

  @Test
  void anAttemptThatWasClaimedTwice() {
    driver.expected().claimed(1);

    assertFound("3 claims have 2 numbers");
  }

  @Test
  void anAttemptThatWasNotReleased() {
    driver.release();
    storage.rename(path("attempts/1.released"), path("attempts/1"));

    assertThat(driver.expected().differences())
        .containsExactly(
            "attempts/1.released is missing",
            "attempts/1 is left over",
            "attempts/1.released is missing");
  }

  private void assertFound(String... differences) {
    driver.release();
    assertThat(driver.expected().differences()).containsExactly(differences);
  }

  private URI path(String below) {
    return Storage.resolve(run, below);
  }
}
