package io.sparkrnn.data.images;

import io.sparkrnn.data.DataException;
import io.sparkrnn.data.images.HostileFiles.HostileFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Reads hostile files and judges what comes of it: the content of the undamaged file, that of
 * another one that is valid by {@link IdxOracle}, or a {@link DataException} that names file and
 * byte. Everything else is a failure, and so is a second of CPU time.
 */
final class HostileSweep {
  private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final Pattern BYTE = Pattern.compile(" at byte \\d+\\b");
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  final Map<String, Integer> outcomes = new TreeMap<>();
  final List<String> failures = new ArrayList<>();
  private long slowestNanos;
  private int slowestNumber;
  private int count;

  private record Attempt(IdxFile read, Throwable thrown, long nanos) {}

  /** Reads a file of a kind; {@code where} names it in messages. */
  @FunctionalInterface
  interface Reader {
    IdxFile read(IdxKind kind, InputStream in, String where) throws IOException;
  }

  /** The production code. */
  static IdxFile read(IdxKind kind, InputStream in, String where) throws IOException {
    IdxFile file = IdxReader.read(kind, in, where);
    if (kind == IdxKind.LABELS) {
      ArrayFile.of(file).labels(0, HostileFiles.CLASSES);
    }
    return file;
  }

  static HostileSweep of(long seed, int files, Reader reader) {
    HostileFiles hostile = new HostileFiles(seed);
    HostileSweep sweep = new HostileSweep();
    for (int number = 0; number < files; number++) {
      sweep.add(number, hostile.next(), reader);
    }
    return sweep;
  }

  private void add(int number, HostileFile file, Reader reader) {
    count++;
    String where = "/data/hostile-" + number;
    Attempt attempt = attempt(file, where, reader);
    long nanos = attempt.nanos;
    if (nanos >= MAX_NANOS) {
      // Once more, because a crowded machine makes CPU time longer, too.
      nanos = Math.min(nanos, attempt(file, where, reader).nanos);
    }
    if (nanos > slowestNanos) {
      slowestNanos = nanos;
      slowestNumber = number;
    }
    if (nanos >= MAX_NANOS) {
      failures.add("%s took %d ms of CPU time".formatted(where, nanos / 1_000_000));
    }
    String outcome =
        attempt.thrown == null ? judge(file, attempt.read) : judge(file, attempt.thrown, where);
    outcomes.merge(outcome, 1, Integer::sum);
    if (outcome.startsWith("wrong")) {
      failures.add("%s: %s, %s".formatted(where, outcome, attempt.thrown));
    }
  }

  private static Attempt attempt(HostileFile file, String where, Reader reader) {
    long start = THREADS.getCurrentThreadCpuTime();
    IdxFile read = null;
    Throwable thrown = null;
    try {
      read = reader.read(file.kind(), new ByteArrayInputStream(file.bytes()), where);
    } catch (IOException | RuntimeException | Error e) {
      thrown = e;
    }
    return new Attempt(read, thrown, THREADS.getCurrentThreadCpuTime() - start);
  }

  private static String judge(HostileFile file, IdxFile read) {
    byte[] header =
        IdxBytes.concat(IdxBytes.ints(read.kind().magic()), IdxBytes.ints(read.dimensions()));
    byte[] content = IdxBytes.concat(header, read.values());
    if (Arrays.equals(content, file.original())) {
      return "read, as the original";
    }
    return IdxOracle.read(file.kind(), HostileFiles.CLASSES, file.bytes())
            .filter(valid -> Arrays.equals(valid, content))
            .isPresent()
        ? "read, another valid file"
        : "wrong content";
  }

  private static String judge(HostileFile file, Throwable thrown, String where) {
    if (!(thrown instanceof DataException)) {
      return "wrong exception";
    }
    if (!thrown.getMessage().contains(where + ": expected ")
        || !BYTE.matcher(thrown.getMessage()).find()) {
      return "wrong message";
    }
    if (thrown.getMessage().contains("bytes of memory")) {
      return "refused for lack of memory";
    }
    Optional<byte[]> valid = IdxOracle.read(file.kind(), HostileFiles.CLASSES, file.bytes());
    return valid.isPresent() ? "refused, though the JDK's gzip takes it" : "refused";
  }

  @Override
  public String toString() {
    return "%d hostile files: %s, at most %.1f ms of CPU time (number %d), %d failures%n%s"
        .formatted(
            count,
            outcomes,
            slowestNanos / 1e6,
            slowestNumber,
            failures.size(),
            String.join("\n", failures.subList(0, Math.min(20, failures.size()))));
  }
}
