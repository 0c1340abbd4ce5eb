package io.sparkrnn.spark.shards;

import io.sparkrnn.data.SampleLayout;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.storage.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.stream.IntStream;

/**
 * SHA-256 of a shard: of the record of each sample, in their order, and of what they have in
 * common. It is the same wherever the shard lies, so that a training is known again.
 */
final class ShardDigest {
  private final MessageDigest sha256 = Sha256.begin();

  /** Adds what remains in a buffer, which is the record of the next sample. */
  void add(ByteBuffer record) {
    sha256.update(record.duplicate());
  }

  /** The digest of the samples that have been added, with {@link #common}. */
  String hex(byte[] common) {
    sha256.update(common);
    return HexFormat.of().formatHex(sha256.digest());
  }

  /**
   * What samples have in common, with how many there are.
   *
   * @param longest time steps of the longest one
   * @param lengths of each, where they differ
   */
  static byte[] common(SampleLayout layout, int samples, int longest, IntStream lengths) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream fields = new DataOutputStream(bytes);
    try {
      layout.write(fields);
      fields.writeInt(samples);
      fields.writeInt(longest);
      if (layout.timeSteps() == 0) {
        for (int length : lengths.toArray()) {
          fields.writeInt(length);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("an array of bytes takes all", e);
    }
    return bytes.toByteArray();
  }

  /** Of samples in memory. */
  static String of(SequenceDataset data) {
    SampleLayout layout = SampleLayout.of(data);
    ShardDigest digest = new ShardDigest();
    ByteBuffer record = ByteBuffer.allocate(layout.bytes(data.timeSteps()));
    for (int sample = 0; sample < data.size(); sample++) {
      layout.write(data, sample, record.clear());
      digest.add(record.flip());
    }
    IntStream lengths = IntStream.range(0, data.size()).map(data::length);
    return digest.hex(common(layout, data.size(), data.timeSteps(), lengths));
  }
}
