package io.sparkrnn.spark.data;

import io.sparkrnn.model.Floats;
import io.sparkrnn.spark.data.SampleReader.Samples;
import java.io.Externalizable;
import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectOutput;
import java.io.Serial;

/**
 * Samples while they are serialized, which tables are many times: Java writes arrays of bytes at
 * once, and floats one by one.
 */
public final class PackedSamples implements Externalizable {
  private static final long serialVersionUID = 1L;

  private Samples samples;

  /** For Java's serialization. */
  public PackedSamples() {}

  PackedSamples(Samples samples) {
    this.samples = samples;
  }

  /** Bytes, not an array of them: a stream would keep that until it is reset. */
  @Override
  public void writeExternal(ObjectOutput out) throws IOException {
    byte[] values = Floats.toBytes(samples.values());
    out.writeInt(values.length);
    out.write(values);
    out.writeObject(samples.labels());
    out.writeInt(samples.timeSteps());
  }

  @Override
  public void readExternal(ObjectInput in) throws IOException, ClassNotFoundException {
    byte[] values = new byte[in.readInt()];
    in.readFully(values);
    samples = new Samples(Floats.fromBytes(values), (int[]) in.readObject(), in.readInt());
  }

  @Serial
  private Object readResolve() {
    return samples;
  }
}
