package io.sparkrnn.spark.shards;

import io.sparkrnn.data.SampleLayout;
import io.sparkrnn.data.SequenceDataset;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Writes samples to a file, one after another, for {@link ShardFile}: a salt; a sealed record for
 * each sample; a sealed one of what all have in common; where that is, how long, and its number,
 * which is that of all samples.
 */
final class ShardWriter implements Closeable {
  private static final int BUFFER_BYTES = 1 << 20;

  private final DataOutputStream out;
  private final RecordSeal seal;
  private final ShardDigest digest = new ShardDigest();
  private final IntStream.Builder lengths = IntStream.builder();
  private ByteBuffer record = ByteBuffer.allocate(0);
  private ByteBuffer sealed = ByteBuffer.allocate(0);
  private SampleLayout layout;
  private long bytes = RecordSeal.SALT_BYTES;
  private int samples;
  private int longest;

  /**
   * A new file.
   *
   * @param key by which Spark encrypts its local files, where it does
   */
  ShardWriter(File file, Optional<byte[]> key) throws IOException {
    byte[] salt = new byte[RecordSeal.SALT_BYTES];
    new SecureRandom().nextBytes(salt);
    seal = RecordSeal.of(key, salt);
    out = new DataOutputStream(new BufferedOutputStream(new FileOutputStream(file), BUFFER_BYTES));
    out.write(salt);
  }

  /** Appends all samples of a dataset. */
  void add(SequenceDataset data) throws IOException {
    SampleLayout found = SampleLayout.of(data);
    layout = layout == null ? found : layout.and(found);
    longest = Math.max(longest, data.timeSteps());
    for (int sample = 0; sample < data.size(); sample++) {
      reserve(layout.bytes(data.length(sample)));
      layout.write(data, sample, record);
      if (layout.timeSteps() == 0) {
        lengths.add(data.length(sample));
      }
      record.flip();
      digest.add(record);
      write();
      samples = Math.incrementExact(samples);
    }
  }

  private void reserve(int recordBytes) {
    if (record.capacity() < recordBytes) {
      record = ByteBuffer.allocate(recordBytes);
      sealed = ByteBuffer.allocate(Math.addExact(recordBytes, seal.overhead()));
    }
    record.clear();
    sealed.clear();
  }

  private void write() throws IOException {
    seal.seal(samples, record, sealed);
    out.write(sealed.array(), 0, sealed.position());
    bytes += sealed.position();
  }

  /** Writes what comes behind the samples, of which there is at least one. */
  ShardSummary finish(int worker) throws IOException {
    byte[] common = ShardDigest.common(layout, samples, longest, lengths.build());
    String sha256 = digest.hex(common);
    ByteArrayOutputStream end = new ByteArrayOutputStream();
    DataOutputStream fields = new DataOutputStream(end);
    fields.write(common);
    fields.writeUTF(sha256);
    reserve(end.size());
    record.put(end.toByteArray()).flip();
    long place = bytes;
    write();
    out.writeLong(place);
    out.writeInt((int) (bytes - place));
    out.writeInt(samples);
    out.close();
    return new ShardSummary(worker, sha256, samples, longest);
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
