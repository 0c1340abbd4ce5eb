package io.sparkrnn.faults;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkrnn.storage.FileEntry;
import io.sparkrnn.storage.MiniHdfs;
import io.sparkrnn.storage.PermissionDeniedException;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.storage.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FaultHdfsIT {
  private static final byte[] BYTES = "three".getBytes(UTF_8);

  private static final MiniHdfs HDFS = MiniHdfs.shared();

  private final Storage storage = Storage.of(FaultHdfs.PROPERTIES);
  private URI run;

  @BeforeEach
  void makeAttempt() {
    run = HDFS.directory();
    storage.createDirectories(at("attempts/1"));
  }

  @Test
  void logsEveryStepOfAPublish() {
    FaultPlan plan = FaultPlan.below(run);
    plan.run(this::publish);

    assertThat(plan.log())
        .containsExactly(
            "create attempts/1/1-a",
            "write attempts/1/1-a",
            "force attempts/1/1-a",
            "close attempts/1/1-a",
            "open attempts/1/1-a",
            "readAttributes attempts/1/1-a",
            "move attempts/1/1-a -> a");
    assertThat(read("a")).isEqualTo(BYTES);
  }

  @Test
  void failsOnceAndAsAsked() {
    FaultPlan plan = FaultPlan.below(run).fail(Point.before("write .*"), Failure.NO_SPACE);
    plan.run(
        () -> {
          assertThatThrownBy(this::publish)
              .isInstanceOf(StorageException.class)
              .hasMessageContaining("no space left under the quota");
          publish();
        });

    assertThat(plan.hits()).isEqualTo(1);
    assertThat(read("a")).isEqualTo(BYTES);
    FaultPlan denied = FaultPlan.below(run).fail(Point.before("list .*"), Failure.ACCESS_DENIED);
    denied.run(
        () ->
            assertThatThrownBy(() -> storage.list(run))
                .isInstanceOf(PermissionDeniedException.class));
  }

  @Test
  void aRenameWhoseAnswerIsLostIsFoundOutByTheProgram() {
    FaultPlan plan = FaultPlan.below(run).fail(Point.after("move .*"), Failure.IO_ERROR);
    plan.run(this::publish);

    assertThat(plan.hits()).isEqualTo(1);
    assertThat(plan.log()).endsWith("move attempts/1/1-a -> a", "readAttributes a");
    assertThat(read("a")).isEqualTo(BYTES);
  }

  @Test
  void staysFrozenAfterAHalt() throws IOException {
    storage.writePrivate(at("attempts/1/old"), BYTES);
    FaultPlan plan = FaultPlan.below(run).halt(Point.before("force .*"));
    InputStream opened = plan.call(() -> storage.open(at("attempts/1/old")));
    plan.runUntilHalt(this::publish);

    plan.run(
        () -> {
          for (FaultPlan.Step<RuntimeException> step : steps()) {
            assertThatThrownBy(step::run).isInstanceOf(SimulatedHalt.class);
          }
        });
    assertThatThrownBy(opened::read).isInstanceOf(SimulatedHalt.class);
    assertThat(plan.log()).endsWith("force attempts/1/1-a");
    // What was written is buffered by HDFS's client, which the halted process would have been.
    assertThat(storage.list(at("attempts/1")))
        .containsExactly(new FileEntry("1-a", 0, false), new FileEntry("old", 5, false));

    FaultPlan next = FaultPlan.below(run);
    next.run(() -> storage.rename(at("attempts/1"), at("attempts/1.fenced")));
    assertThat(next.changes()).containsExactly("move attempts/1 -> attempts/1.fenced");
  }

  private List<FaultPlan.Step<RuntimeException>> steps() {
    return List.of(
        () -> storage.createDirectories(at("b")),
        () -> storage.writePrivate(at("b"), BYTES),
        () -> storage.read(at("attempts/1/old"), 9),
        () -> storage.rename(at("attempts/1/old"), at("b")),
        () -> storage.replace(at("attempts/1/old"), at("b")),
        () -> storage.delete(at("attempts")),
        () -> storage.list(run));
  }

  @Test
  void liesAboutFencing() {
    FaultPlan.below(run)
        .lie(Lie.FENCING_DOES_NOTHING)
        .run(() -> storage.rename(at("attempts/1"), at("attempts/1.fenced")));
    assertThat(storage.exists(at("attempts/1"))).isTrue();
    assertThat(storage.exists(at("attempts/1.fenced"))).isFalse();
  }

  @Test
  void whatNoPlanCoversIsNeitherCountedNorFailed() {
    FaultPlan elsewhere =
        FaultPlan.below(Storage.resolve(run, "elsewhere"))
            .failFrom(Point.before(1), Failure.IO_ERROR);
    elsewhere.run(this::publish);

    assertThat(elsewhere.log()).isEmpty();
    assertThat(read("a")).isEqualTo(BYTES);
  }

  private void publish() {
    storage.writePrivate(at("attempts/1/1-a"), BYTES);
    storage.publish(at("attempts/1/1-a"), at("a"));
  }

  private byte[] read(String name) {
    return storage.read(at(name), 99);
  }

  private URI at(String name) {
    return Storage.resolve(run, name);
  }
}
