package io.sparkrnn.spark.shards;

import io.sparkrnn.data.SampleLayout;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.ShardSamples;
import io.sparkrnn.spark.jobs.SparkJobException;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The samples of a shard in a file that {@link ShardWriter} has written. Minibatches are read by
 * threads that do nothing else, the next ones before they are asked for. For one user at a time.
 *
 * <p>Not mapped into memory: a manager of containers may count mapped files as what a process
 * takes, and encrypted ones could not be.
 */
final class ShardFile implements ShardSamples, Closeable {
  private static final int END_BYTES = Long.BYTES + 2 * Integer.BYTES;

  /** Minibatches that are read before they are asked for, unless they are large. */
  private static final int MOST_AHEAD = 2;

  private static final long AHEAD_BYTES = 32 << 20;

  /** They end with the JVM. */
  private static final ExecutorService READERS =
      Executors.newCachedThreadPool(
          read -> {
            Thread thread = new Thread(read, "shard-reader");
            thread.setDaemon(true);
            return thread;
          });

  private final File file;
  private final FileChannel channel;
  private final Optional<byte[]> key;
  private final byte[] salt = new byte[RecordSeal.SALT_BYTES];
  private final Runnable whenDamaged;
  private final int overhead;
  private final ShardSummary summary;
  private final SampleLayout layout;

  /** Of each sample, and of all that follow; empty where samples have equal lengths. */
  private final int[] lengths;

  private final long[] places;
  private final Deque<Reading> ahead = new ArrayDeque<>();

  /** A minibatch that is being read. */
  private record Reading(int[] order, int first, int count, Future<SequenceDataset> samples) {
    boolean isOf(int[] wanted, int from, int size) {
      return wanted == order && from == first && size == count;
    }
  }

  /**
   * Opens a file.
   *
   * @param key by which Spark encrypts its local files, where it does
   * @param whenDamaged called before an exception that says so
   */
  static ShardFile open(File file, int worker, Optional<byte[]> key, Runnable whenDamaged)
      throws IOException {
    FileChannel channel = FileChannel.open(file.toPath(), StandardOpenOption.READ);
    try {
      return new ShardFile(file, channel, worker, key, whenDamaged);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private ShardFile(
      File file, FileChannel channel, int worker, Optional<byte[]> key, Runnable whenDamaged)
      throws IOException {
    this.file = file;
    this.channel = channel;
    this.key = key;
    this.whenDamaged = whenDamaged;
    if (channel.size() < salt.length + END_BYTES) {
      throw damaged("an end");
    }
    read(ByteBuffer.wrap(salt), 0);
    ByteBuffer end = read(ByteBuffer.allocate(END_BYTES), channel.size() - END_BYTES);
    long place = end.getLong();
    int bytes = end.getInt();
    int samples = end.getInt();
    RecordSeal seal = RecordSeal.of(key, salt);
    overhead = seal.overhead();
    if (bytes < seal.overhead()
        || place < salt.length
        || samples < 1
        || place + bytes + END_BYTES != channel.size()) {
      throw damaged("its end");
    }
    ByteBuffer common = ByteBuffer.allocate(bytes);
    if (!seal.open(samples, read(ByteBuffer.allocate(bytes), place), common)) {
      throw damaged("what its samples have in common");
    }
    DataInputStream fields =
        new DataInputStream(new ByteArrayInputStream(common.array(), 0, common.position()));
    layout = SampleLayout.read(fields);
    int written = fields.readInt();
    int longest = fields.readInt();
    lengths = new int[layout.timeSteps() > 0 ? 0 : written];
    places = new long[lengths.length];
    long next = salt.length;
    for (int sample = 0; sample < lengths.length; sample++) {
      lengths[sample] = fields.readInt();
      places[sample] = next;
      next += layout.bytes(lengths[sample]) + seal.overhead();
    }
    summary = new ShardSummary(worker, fields.readUTF(), written, longest);
  }

  /** Fills the buffer from a place on, and turns it for reading. */
  private ByteBuffer read(ByteBuffer buffer, long place) throws IOException {
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, place + buffer.position()) < 0) {
        throw damaged("%d bytes at %d".formatted(buffer.capacity(), place));
      }
    }
    return buffer.flip();
  }

  private IOException damaged(String what) {
    return new IOException(
        "expected %s of %s as it was written, found other bytes".formatted(what, file));
  }

  ShardSummary summary() {
    return summary;
  }

  @Override
  public int size() {
    return summary.samples();
  }

  @Override
  public boolean hasEqualLengths() {
    return layout.timeSteps() > 0;
  }

  @Override
  public int length(int sample) {
    return hasEqualLengths() ? layout.timeSteps() : lengths[sample];
  }

  /**
   * Takes samples.
   *
   * @throws SparkJobException if the file is not what was written
   */
  @Override
  public SequenceDataset take(int[] order, int first, int count) {
    while (!ahead.isEmpty() && !ahead.peek().isOf(order, first, count)) {
      ahead.remove().samples().cancel(false);
    }
    int next = first;
    for (Reading reading : ahead) {
      next = reading.first() + reading.count();
    }
    int most = mostAhead(count);
    while (ahead.isEmpty() || ahead.size() <= most && next < order.length) {
      int from = next;
      int size = Math.min(count, order.length - from);
      ahead.add(new Reading(order, from, size, READERS.submit(() -> read(order, from, size))));
      next += size;
    }
    try {
      return ahead.remove().samples().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a shard was read", e);
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof IOException)) {
        throw new IllegalStateException("a shard could not be read", e.getCause());
      }
      whenDamaged.run();
      throw SparkJobException.damagedShard(summary.worker(), e.getCause());
    }
  }

  private int mostAhead(int count) {
    long bytes = Math.max(1, (long) count * layout.bytes(summary.timeSteps()));
    return (int) Math.min(MOST_AHEAD, Math.max(1, AHEAD_BYTES / bytes));
  }

  private SequenceDataset read(int[] order, int first, int count) throws IOException {
    RecordSeal seal = RecordSeal.of(key, salt);
    int[] lengthsOfThese = new int[count];
    int all = 0;
    int largest = 0;
    for (int i = 0; i < count; i++) {
      lengthsOfThese[i] = length(order[first + i]);
      int bytes = layout.bytes(lengthsOfThese[i]);
      all = Math.addExact(all, bytes);
      largest = Math.max(largest, bytes);
    }
    ByteBuffer records = ByteBuffer.allocate(all);
    ByteBuffer sealed = ByteBuffer.allocate(largest + seal.overhead());
    for (int i = 0; i < count; i++) {
      int sample = order[first + i];
      sealed.clear().limit(layout.bytes(lengthsOfThese[i]) + seal.overhead());
      if (!seal.open(sample, read(sealed, place(sample)), records)) {
        throw damaged("record " + sample);
      }
    }
    return layout.read(records.flip(), lengthsOfThese, summary.timeSteps());
  }

  private long place(int sample) {
    return hasEqualLengths()
        ? salt.length + (long) sample * (layout.bytes(layout.timeSteps()) + overhead)
        : places[sample];
  }

  /** What is being read comes to nothing. */
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
