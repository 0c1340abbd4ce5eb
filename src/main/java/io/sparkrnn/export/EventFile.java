package io.sparkrnn.export;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * What TensorBoard shows, in its own format: TFRecords (a length, the masked CRC-32C of it, an
 * {@code Event}, the masked CRC-32C of that), with the field numbers of {@code
 * tensorboard/compat/proto/event.proto} and {@code summary.proto}. In memory, since HDFS cannot
 * append everywhere and runs have few points.
 */
public final class EventFile {
  private static final int MASK = 0xa282ead8;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /**
   * A file without points.
   *
   * @param wallSeconds since 1970, when it was begun
   */
  public EventFile(double wallSeconds) {
    append(new ProtobufMessage().fixed(1, wallSeconds).text(3, "brain.Event:2"));
  }

  /** Adds a point of a curve; points are in the order of their steps. */
  public void scalar(String tag, long step, double value, double wallSeconds) {
    ProtobufMessage point = new ProtobufMessage().text(1, tag).fixed(2, (float) value);
    append(
        new ProtobufMessage()
            .fixed(1, wallSeconds)
            .number(2, step)
            .message(5, new ProtobufMessage().message(1, point)));
  }

  public byte[] toBytes() {
    return bytes.toByteArray();
  }

  private void append(ProtobufMessage event) {
    byte[] data = event.toBytes();
    byte[] length = little(Long.BYTES).putLong(data.length).array();
    bytes.writeBytes(length);
    bytes.writeBytes(little(Integer.BYTES).putInt(maskedCrc(length)).array());
    bytes.writeBytes(data);
    bytes.writeBytes(little(Integer.BYTES).putInt(maskedCrc(data)).array());
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int maskedCrc(byte[] data) {
    CRC32C crc = new CRC32C();
    crc.update(data, 0, data.length);
    return Integer.rotateRight((int) crc.getValue(), 15) + MASK;
  }
}
