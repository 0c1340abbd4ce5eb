package io.sparkrnn.spark.jobs;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoSerializable;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.serializers.JavaSerializer;
import java.io.Serializable;

/**
 * A value that travels by Java's serialization whatever {@code spark.serializer} is: Spark's Kryo
 * cannot read the fields of records. Everything of ours that Spark may have to serialize as data,
 * such as broadcasts, results and cached blocks, goes in one.
 */
public final class Parcel<T> implements Serializable, KryoSerializable {
  private static final long serialVersionUID = 1L;

  // Not final: Kryo makes an empty parcel first.
  private T value;

  public Parcel(T value) {
    this.value = value;
  }

  public T value() {
    return value;
  }

  @Override
  public void write(Kryo kryo, Output output) {
    new JavaSerializer().write(kryo, output, value);
  }

  @Override
  @SuppressWarnings("unchecked")
  public void read(Kryo kryo, Input input) {
    value = (T) new JavaSerializer().read(kryo, input, null);
  }
}
