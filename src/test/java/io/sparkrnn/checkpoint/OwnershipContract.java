package io.sparkrnn.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkrnn.checkpoint.Owner.ClusterAttempt;
import io.sparkrnn.storage.FileEntry;
import io.sparkrnn.storage.Storage;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Who owns a run directory, on every file system that can be written to. */
abstract class OwnershipContract {
  private static final Duration HOUR = Duration.ofHours(1);

  private final List<String> said = new ArrayList<>();

  abstract Storage storage();

  /** A run directory of the test's own. */
  abstract URI run();

  @Test
  void aNewDirectoryIsVacantAtOnce() {
    Vacancy vacancy = vacancy(owner(1), new FakeClock());

    assertThat(vacancy.attempt()).isZero();
    assertThat(said).isEmpty();
    assertThat(storage().exists(run())).isFalse();
  }

  @Test
  void aDirectoryThatWasGivenUpIsVacantAtOnce() {
    try (CheckpointStore first = store()) {
      first.claimAttempt(vacancy(owner(1), new FakeClock()));
      first.publishFile("model.srnn", new byte[1]);
    }
    assertThat(names("attempts")).containsExactly("1.claim", "1.released");
    assertThat(names("attempts/1.released")).containsExactly("heartbeat");

    assertThat(vacancy(owner(2), new FakeClock()).attempt()).isEqualTo(1);
    assertThat(said).isEmpty();
  }

  @Test
  void aDriverThatShowsNoSignOfLifeIsTakenOver() {
    CheckpointStore killed = claimed(owner(1));
    FakeClock clock = new FakeClock();
    long began = clock.nanoTime();
    CheckpointStore second = store();
    second.claimAttempt(vacancy(owner(2), clock));

    // Three of the other's heartbeats, which are longer than the patience of this one.
    assertThat(Duration.ofNanos(clock.nanoTime() - began)).isEqualTo(HOUR.multipliedBy(3));
    assertThat(said)
        .containsExactly(
            "Waiting up to 10800.0 s: does attempt 1, process 1 on node1 of %s still live?"
                .formatted(Storage.describe(run())));
    assertThatThrownBy(() -> killed.publishFile("model.srnn", new byte[1]))
        .isInstanceOf(RunBusyException.class);
    second.publishFile("model.srnn", new byte[1]);
  }

  @Test
  void anOwnerThatBeatsIsNotTakenOver() {
    Attempt owner = Attempt.claim(storage(), vacancy(owner(1), new FakeClock()), Retry.NEVER);
    FakeClock clock = new FakeClock(owner::beat);

    assertThatThrownBy(() -> vacancy(owner(2), clock))
        .isInstanceOf(RunBusyException.class)
        .hasMessage(
            "Cannot use %s: expected no other driver at work there, found that attempt 1, process 1 on node1 lives"
                .formatted(Storage.describe(run())));
    owner.publish(new byte[1], Storage.resolve(run(), "model.srnn"));
  }

  @Test
  void aFileSystemThatIsAwayForLongerThanOurPatienceDoesNotCountAsSilence() {
    Duration interval = Duration.ofSeconds(5);
    Duration takeover = Duration.ofSeconds(30);
    Attempt owner =
        Attempt.claim(
            storage(),
            new Vacancy(
                run(),
                0,
                Vacancy.Reason.GIVEN_UP,
                new Ownership(owner(1), interval, takeover, new FakeClock())),
            Retry.NEVER);
    Outage outage = new Outage(owner);
    FakeClock clock = new FakeClock(outage);
    CheckpointStore store =
        CheckpointStore.open(
            storage(), run(), "run-1", 3, new Retry(Duration.ofMinutes(2), () -> false, clock));

    assertThatThrownBy(
            () -> store.awaitVacancy(new Ownership(owner(2), interval, takeover, clock), said::add))
        .isInstanceOf(RunBusyException.class)
        .hasMessageContaining("found that attempt 1, process 1 on node1 lives");
    assertThat(outage.sleeps).isEqualTo(Outage.BEATS_AGAIN);
  }

  /** From the first sleep to the ninth, after more than 40 s; then its owner is a while late. */
  private final class Outage implements Runnable {
    static final int BEATS_AGAIN = 12;

    private final Attempt owner;
    private int sleeps;

    Outage(Attempt owner) {
      this.owner = owner;
    }

    @Override
    public void run() {
      sleeps++;
      if (sleeps == 1) {
        storage().rename(path("attempts"), path("elsewhere"));
        storage().writePrivate(path("attempts"), new byte[1]);
      } else if (sleeps == 9) {
        storage().delete(path("attempts"));
        storage().rename(path("elsewhere"), path("attempts"));
      } else if (sleeps == BEATS_AGAIN) {
        owner.beat();
      }
    }
  }

  @Test
  void aDriverThatIsReleasedWhileWeWaitLeavesAVacancy() {
    CheckpointStore first = claimed(owner(1));

    assertThat(vacancy(owner(2), new FakeClock(first::close)).attempt()).isEqualTo(1);
  }

  @Test
  void anotherThatTakesOverWhileWeWaitIsFoundAtWork() {
    claimed(owner(1));
    FakeClock clock = new FakeClock(() -> storage().createDirectory(path("attempts/2.claim")));

    assertThatThrownBy(() -> vacancy(owner(3), clock))
        .isInstanceOf(RunBusyException.class)
        .hasMessageContaining("found that attempt 2 lives");
  }

  @Test
  void aDriverThatDiedInTheMiddleOfItsClaimIsTakenOver() {
    storage().createDirectories(path("attempts/1.claim"));

    assertThat(vacancy(owner(2), new FakeClock()).attempt()).isEqualTo(1);
    assertThat(said)
        .singleElement()
        .asString()
        .startsWith("Waiting up to 10800.0 s: does attempt 1");
  }

  @Test
  void aHeartbeatThatIsNoneCountsAsSilence() {
    claimed(owner(1));
    storage().overwrite(path("attempts/1/heartbeat"), "nonsense\\u00".getBytes(UTF_8));

    assertThat(vacancy(owner(2), new FakeClock()).attempt()).isEqualTo(1);
  }

  @Test
  void theNextTryOfAClusterApplicationTakesOverAtOnce() {
    claimed(owner(1, "application_7_0001", 1));

    Vacancy vacancy = vacancy(owner(2, "application_7_0001", 2), new FakeClock());
    assertThat(vacancy.attempt()).isEqualTo(1);
    assertThat(vacancy.reason()).isEqualTo(Vacancy.Reason.NEXT_TRY);
    assertThat(said).isEmpty();
  }

  @Test
  void theNextTryIsToldFromOthersAfterTheLastOneHasSaidThatItEnded() {
    claimed(owner(1, "application_7_0001", 1)).close();

    assertThat(vacancy(owner(2, "application_7_0001", 2), new FakeClock()).reason())
        .isEqualTo(Vacancy.Reason.NEXT_TRY);
    for (Owner other :
        List.of(owner(2, "application_7_0002", 2), owner(2, "application_7_0001", 1), owner(2))) {
      assertThat(vacancy(other, new FakeClock()).reason()).isEqualTo(Vacancy.Reason.GIVEN_UP);
    }
    assertThat(said).isEmpty();
  }

  @Test
  void otherApplicationsAndEarlierTriesWait() {
    claimed(owner(1, "application_7_0001", 2));
    for (Owner other :
        List.of(
            owner(2, "application_7_0002", 3),
            owner(2, "application_7_0001", 2),
            owner(2, "application_7_0001", 1),
            owner(2))) {
      said.clear();
      assertThat(vacancy(other, new FakeClock()).reason()).isEqualTo(Vacancy.Reason.SILENCE);
      assertThat(said).hasSize(1);
    }
  }

  @Test
  void aDriverLearnsFromItsHeartbeatThatItWasTakenOver() throws InterruptedException {
    CheckpointStore first = store();
    first.claimAttempt(
        new Vacancy(
            run(),
            0,
            Vacancy.Reason.GIVEN_UP,
            new Ownership(owner(1), Duration.ofMillis(10), HOUR, MonotonicClock.SYSTEM)));
    first.requireOwnership();
    Attempt.claim(
        storage(),
        new Vacancy(run(), 1, Vacancy.Reason.SILENCE, ownership(owner(2), new FakeClock())),
        Retry.NEVER);

    CountDownLatch lost = new CountDownLatch(1);
    Thread waiting =
        new Thread(
            () -> {
              try {
                while (true) {
                  first.requireOwnership();
                  Thread.sleep(5);
                }
              } catch (RunBusyException e) {
                lost.countDown();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    waiting.start();
    assertThat(lost.await(1, TimeUnit.MINUTES)).isTrue();
    assertThatThrownBy(first::requireOwnership)
        .isInstanceOf(RunBusyException.class)
        .hasMessageEndingWith("found that a later attempt took over");
    first.close();
    assertThat(names("attempts")).containsExactly("1.claim", "2", "2.claim");
  }

  @Test
  void heartbeatsChangeAndSayWhoItIs() {
    Attempt attempt =
        Attempt.claim(
            storage(), vacancy(owner(4711, "application_7_0001", 2), new FakeClock()), Retry.NEVER);
    byte[] first = storage().read(path("attempts/1/heartbeat"), HeartbeatFile.MAX_BYTES);
    attempt.beat();
    byte[] second = storage().read(path("attempts/1/heartbeat"), HeartbeatFile.MAX_BYTES);

    assertThat(new String(first, UTF_8))
        .isEqualTo(
            "beat=1\nhost=node4711\npid=4711\nintervalMillis=3600000\napplication=application_7_0001\napplicationAttempt=2\n");
    assertThat(second).isNotEqualTo(first);
    assertThat(HeartbeatFile.decode(second))
        .contains(new HeartbeatFile(2, owner(4711, "application_7_0001", 2), HOUR));
    assertThat(names("attempts/1")).containsExactly("aside", "heartbeat", "trash");
  }

  @Test
  void whatAKilledDriverLeftIsRemoved() {
    claimed(owner(1));
    storage().writePrivate(path("attempts/1/9-checkpoint-000000001.srnn"), new byte[9]);
    storage().writePrivate(path("attempts/1/trash/8-checkpoint-000000001.srnn"), new byte[9]);
    claimed(owner(2));

    assertThat(names("attempts")).containsExactly("1.claim", "2", "2.claim");
  }

  @Test
  void aDamagedCheckpointOnItsWayIsNotRemoved() {
    claimed(owner(1));
    byte[] damaged = {7};
    storage().writePrivate(path("attempts/1/aside/1-checkpoint-000000001.srnn"), damaged);
    CheckpointStore second = claimed(owner(2));
    assertThat(names("damaged")).containsExactly("1-checkpoint-000000001.srnn");

    storage().writePrivate(path("attempts/2/aside/2-checkpoint-000000004.srnn"), damaged);
    second.close();
    assertThat(names("damaged"))
        .containsExactly("1-checkpoint-000000001.srnn", "2-checkpoint-000000004.srnn");
    assertThat(names("attempts")).containsExactly("1.claim", "2.claim", "2.released");
    assertThat(names("attempts/2.released")).containsExactly("heartbeat");
  }

  private CheckpointStore store() {
    return CheckpointStore.open(storage(), run(), "run-1", 3, Retry.NEVER);
  }

  private CheckpointStore claimed(Owner owner) {
    CheckpointStore store = store();
    store.claimAttempt(vacancy(owner, new FakeClock()));
    said.clear();
    return store;
  }

  private Vacancy vacancy(Owner owner, FakeClock clock) {
    return store().awaitVacancy(ownership(owner, clock), said::add);
  }

  private static Ownership ownership(Owner owner, FakeClock clock) {
    return new Ownership(owner, HOUR, HOUR, clock);
  }

  private static Owner owner(int number) {
    return new Owner("node" + number, number, Optional.empty());
  }

  private static Owner owner(int number, String application, int attempt) {
    return new Owner(
        "node" + number, number, Optional.of(new ClusterAttempt(application, attempt)));
  }

  private URI path(String below) {
    return Storage.resolve(run(), below);
  }

  private List<String> names(String below) {
    return storage().list(path(below)).stream().map(FileEntry::name).toList();
  }
}
