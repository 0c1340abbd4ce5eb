package io.sparkrnn.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.sparkrnn.storage.Sha256;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class DatasetDigestTest {
  /** More than a chunk of each, which begins at an odd place. */
  private static final int COUNT = 100_001;

  @Test
  void isOfAllNumbersOneAfterAnother() {
    ByteBuffer all = ByteBuffer.allocate(16 * COUNT).order(ByteOrder.LITTLE_ENDIAN);
    short[] shorts = new short[COUNT];
    int[] ints = new int[COUNT];
    float[] floats = new float[COUNT];
    byte[] bytes = new byte[COUNT];
    for (int i = 0; i < COUNT; i++) {
      shorts[i] = (short) (31 * i);
      ints[i] = 65_537 * i;
      floats[i] = (float) Math.sin(i);
      bytes[i] = (byte) i;
    }
    DatasetDigest digest = new DatasetDigest();
    digest.update(shorts);
    digest.update(ints);
    digest.update(bytes);
    digest.update(floats);
    for (short value : shorts) {
      all.putShort(value);
    }
    for (int value : ints) {
      all.putInt(value);
    }
    all.put(bytes);
    for (float value : floats) {
      all.putFloat(value);
    }
    byte[] expected = Sha256.begin().digest(Arrays.copyOf(all.array(), all.position()));
    assertThat(digest.hex()).isEqualTo(HexFormat.of().formatHex(expected));
  }

  @Test
  void labelsAreNotCopied() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    short[] labels = new short[10_000_000];
    new DatasetDigest().update(labels);
    long before = threads.getCurrentThreadAllocatedBytes();
    new DatasetDigest().update(labels);
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1 << 20);
  }
}
