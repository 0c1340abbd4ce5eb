package io.sparkrnn.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What holds on every file system that can be written to. */
abstract class StorageContract {
  private static final byte[] OLD = "old".getBytes(UTF_8);
  private static final byte[] NEW = "new and longer".getBytes(UTF_8);

  abstract Storage storage();

  /** An empty directory of the test's own. */
  abstract URI directory();

  @Test
  void readsBackWhatItWrote() throws IOException {
    byte[] bytes = new byte[100_003];
    new Random(7).nextBytes(bytes);
    storage().writePrivate(file("a file"), bytes);

    assertThat(read("a file")).isEqualTo(bytes);
    try (InputStream in = storage().open(file("a file"))) {
      assertThat(in.readAllBytes()).isEqualTo(bytes);
    }
  }

  @Test
  void writesAnEmptyFile() {
    storage().writePrivate(file("empty"), new byte[0]);

    assertThat(read("empty")).isEmpty();
    assertThat(storage().exists(file("empty"))).isTrue();
  }

  @Test
  void doesNotWriteOverAFile() {
    storage().writePrivate(file("a"), OLD);

    assertThatThrownBy(() -> storage().writePrivate(file("a"), NEW))
        .isInstanceOf(TargetExistsException.class)
        .hasMessage(
            "Cannot write "
                + shown("a")
                + ": something has that name already, and is left as it is");
    assertThat(read("a")).isEqualTo(OLD);
  }

  @Test
  void doesNotBringAMissingParentBack() {
    assertThatThrownBy(() -> storage().writePrivate(file("gone/a"), NEW))
        .isInstanceOf(MissingFileException.class)
        .hasMessage("Cannot write " + shown("gone/a") + ": there is no such file or directory");
    assertThat(storage().exists(file("gone"))).isFalse();
  }

  @Test
  void readsNothingLongerThanAskedFor() {
    storage().writePrivate(file("a"), NEW);

    assertThat(storage().read(file("a"), NEW.length)).isEqualTo(NEW);
    assertThatThrownBy(() -> storage().read(file("a"), 13))
        .isExactlyInstanceOf(StorageException.class)
        .hasMessage("Cannot read " + shown("a") + ": expected at most 13 bytes, found 14");
  }

  @Test
  void saysThatAFileIsMissing() {
    String message = shown("a") + ": there is no such file or directory";
    assertThatThrownBy(() -> storage().read(file("a"), 10))
        .isInstanceOf(MissingFileException.class)
        .hasMessage("Cannot read " + message);
    assertThatThrownBy(() -> storage().open(file("a")))
        .isInstanceOf(MissingFileException.class)
        .hasMessage("Cannot read " + message);
    assertThatThrownBy(() -> storage().list(file("a")))
        .isInstanceOf(MissingFileException.class)
        .hasMessage("Cannot list " + message);
    assertThatThrownBy(() -> storage().publish(file("a"), file("b")))
        .isInstanceOf(MissingFileException.class)
        .hasMessage("Cannot publish " + message);
    assertThatThrownBy(() -> storage().rename(file("a"), file("b")))
        .isInstanceOf(MissingFileException.class)
        .hasMessage("Cannot rename " + message);
    assertThat(storage().exists(file("a"))).isFalse();
    assertThat(storage().isDirectory(file("a"))).isFalse();
  }

  @Test
  void saysThatADirectoryIsNoFileAndAFileNoDirectory() {
    storage().createDirectory(file("d"));
    storage().writePrivate(file("f"), OLD);

    assertThatThrownBy(() -> storage().open(file("d")))
        .isExactlyInstanceOf(StorageException.class)
        .hasMessage("Cannot read " + shown("d") + ": it is a directory");
    assertThatThrownBy(() -> storage().list(file("f")))
        .isExactlyInstanceOf(StorageException.class)
        .hasMessage("Cannot list " + shown("f") + ": expected a directory, found a file");
    assertThatThrownBy(() -> storage().createDirectories(file("f/below")))
        .isInstanceOf(StorageException.class)
        .hasMessageStartingWith("Cannot create directory " + shown("f/below") + ": ");
    assertThatThrownBy(() -> storage().createDirectory(file("f")))
        .isInstanceOf(TargetExistsException.class)
        .hasMessageStartingWith("Cannot create directory " + shown("f") + ": ");
  }

  @Test
  void listsByName() {
    storage().createDirectory(file("b"));
    storage().writePrivate(file("c"), OLD);
    storage().writePrivate(file("B"), NEW);
    storage().writePrivate(file("10"), OLD);
    storage().writePrivate(file("9"), OLD);

    assertThat(storage().list(directory()))
        .containsExactly(
            new FileEntry("10", 3, false),
            new FileEntry("9", 3, false),
            new FileEntry("B", 14, false),
            new FileEntry("b", 0, true),
            new FileEntry("c", 3, false));
    assertThat(storage().list(file("b"))).isEmpty();
  }

  @Test
  void makesDirectoriesThatMayBeThere() {
    storage().createDirectories(file("a/b/c"));
    storage().createDirectories(file("a/b/c"));

    assertThat(storage().isDirectory(file("a/b/c"))).isTrue();
  }

  @Test
  void claimsADirectoryOnce() {
    assertThat(storage().createDirectory(file("claim"))).isTrue();
    assertThat(storage().createDirectory(file("claim"))).isFalse();
    storage().writePrivate(file("claim/a"), OLD);
    assertThat(storage().createDirectory(file("claim"))).isFalse();

    assertThat(names(directory())).containsExactly("claim");
    assertThat(names(file("claim"))).containsExactly("a");
    assertThatThrownBy(() -> storage().createDirectory(file("no/claim")))
        .isInstanceOf(MissingFileException.class);
  }

  @Test
  void competingClaimsHaveOneWinner() throws Exception {
    for (int trial = 0; trial < 11; trial++) {
      URI claim = file("claim-" + trial);
      List<Boolean> won = together(4, contender -> storage().createDirectory(claim));

      assertThat(won).containsOnlyOnce(true);
    }
    assertThat(storage().list(directory())).hasSize(11);
  }

  @Test
  void publishes() {
    storage().createDirectories(file("attempts/1"));
    storage().writePrivate(file("attempts/1/a"), NEW);
    storage().publish(file("attempts/1/a"), file("a"));

    assertThat(read("a")).isEqualTo(NEW);
    assertThat(names(file("attempts/1"))).isEmpty();
  }

  @Test
  void doesNotPublishOverAFileOrDirectory() {
    storage().writePrivate(file("a"), OLD);
    storage().createDirectory(file("d"));
    storage().writePrivate(file("private"), NEW);

    for (String target : List.of("a", "d")) {
      assertThatThrownBy(() -> storage().publish(file("private"), file(target)))
          .isInstanceOf(TargetExistsException.class)
          .hasMessage(
              "Cannot publish "
                  + shown("private")
                  + " as "
                  + shown(target)
                  + ": something has that name already, and is left as it is");
    }
    assertThat(read("a")).isEqualTo(OLD);
    assertThat(names(file("d"))).isEmpty();
    assertThat(read("private")).isEqualTo(NEW);
  }

  @Test
  void competingPublishesHaveOneWinner() throws Exception {
    for (int trial = 0; trial < 11; trial++) {
      URI target = file("target-" + trial);
      String prefix = "private-" + trial + "-";
      List<Boolean> won =
          together(
              3,
              contender -> {
                URI mine = file(prefix + contender);
                storage().writePrivate(mine, ("by " + contender).getBytes(UTF_8));
                return mine;
              },
              mine -> {
                try {
                  storage().publish(mine, target);
                  return true;
                } catch (TargetExistsException e) {
                  return false;
                }
              });

      assertThat(won).containsOnlyOnce(true);
      assertThat(read("target-" + trial)).isEqualTo(("by " + won.indexOf(true)).getBytes(UTF_8));
    }
  }

  @Test
  void publishOutOfAFencedDirectoryFailsAndChangesNothing() {
    storage().createDirectories(file("attempts/1"));
    storage().writePrivate(file("attempts/1/a"), NEW);
    storage().rename(file("attempts/1"), file("attempts/1.fenced"));

    assertThatThrownBy(() -> storage().publish(file("attempts/1/a"), file("a")))
        .isInstanceOf(MissingFileException.class);
    assertThatThrownBy(() -> storage().replace(file("attempts/1/a"), file("a")))
        .isInstanceOf(MissingFileException.class);
    assertThatThrownBy(() -> storage().writePrivate(file("attempts/1/b"), NEW))
        .isInstanceOf(MissingFileException.class);
    assertThat(names(directory())).containsExactly("attempts");
    assertThat(names(file("attempts"))).containsExactly("1.fenced");
    assertThat(names(file("attempts/1.fenced"))).containsExactly("a");
  }

  @Test
  void doesNotPublishIntoAMissingDirectory() {
    storage().writePrivate(file("a"), NEW);

    assertThatThrownBy(() -> storage().publish(file("a"), file("gone/a")))
        .isInstanceOf(MissingFileException.class);
    assertThat(names(directory())).containsExactly("a");
  }

  @Test
  void renamesDirectoriesButNotOverOthers() {
    storage().createDirectories(file("a/below"));
    storage().createDirectory(file("empty"));
    storage().writePrivate(file("f"), OLD);

    for (String taken : List.of("empty", "f")) {
      assertThatThrownBy(() -> storage().rename(file("a"), file(taken)))
          .isInstanceOf(TargetExistsException.class);
    }
    storage().rename(file("a"), file("b"));

    assertThat(names(directory())).containsExactly("b", "empty", "f");
    assertThat(names(file("b"))).containsExactly("below");
    assertThat(names(file("empty"))).isEmpty();
  }

  @Test
  void overwritesAtOnce() {
    storage().overwrite(file("hint"), OLD);
    assertThat(read("hint")).isEqualTo(OLD);
    storage().overwrite(file("hint"), NEW);

    assertThat(read("hint")).isEqualTo(NEW);
    assertThat(names(directory())).containsExactly("hint");
  }

  @Test
  void doesNotOverwriteADirectory() {
    storage().createDirectories(file("d/below"));

    assertThatThrownBy(() -> storage().overwrite(file("d"), NEW))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(shown("d"));
    assertThat(names(directory())).containsExactly("d");
    assertThat(names(file("d"))).containsExactly("below");
  }

  @Test
  void deletesFilesAndTreesAndNothing() {
    storage().createDirectories(file("tree/a/b"));
    storage().writePrivate(file("tree/a/f"), OLD);
    storage().writePrivate(file("f"), OLD);
    storage().delete(file("tree"));
    storage().delete(file("f"));
    storage().delete(file("never/there"));

    assertThat(storage().list(directory())).isEmpty();
  }

  final URI file(String name) {
    return Storage.resolve(directory(), name);
  }

  final String shown(String name) {
    return Storage.describe(file(name));
  }

  private byte[] read(String name) {
    return storage().read(file(name), 1_000_000);
  }

  private List<String> names(URI directory) {
    return storage().list(directory).stream().map(FileEntry::name).toList();
  }

  private static <T> List<T> together(int contenders, Step<Integer, T> step) throws Exception {
    return together(contenders, contender -> contender, step);
  }

  /** Prepares each contender, then lets all start at one moment. */
  private static <P, T> List<T> together(
      int contenders, Step<Integer, P> preparation, Step<P, T> step) throws Exception {
    CyclicBarrier start = new CyclicBarrier(contenders);
    ExecutorService threads = Executors.newFixedThreadPool(contenders);
    try {
      List<Callable<T>> calls = new ArrayList<>();
      for (int contender = 0; contender < contenders; contender++) {
        P prepared = preparation.of(contender);
        calls.add(
            () -> {
              start.await();
              return step.of(prepared);
            });
      }
      List<T> results = new ArrayList<>();
      for (Future<T> result : threads.invokeAll(calls)) {
        results.add(result.get());
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }

  @FunctionalInterface
  private interface Step<A, B> {
    B of(A input) throws Exception;
  }
}
