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

  @Override
  public void writeExternal(ObjectOutput out) throws IOException {
    out.writeObject(Floats.toBytes(samples.values()));
    out.writeObject(samples.labels());
    out.writeInt(samples.timeSteps());
  }

  @Override
  public void readExternal(ObjectInput in) throws IOException, ClassNotFoundException {
    samples =
        new Samples(
            Floats.fromBytes((byte[]) in.readObject()), (int[]) in.readObject(), in.readInt());
  }

  @Serial
  private Object readResolve() {
    return samples;
  }
}
