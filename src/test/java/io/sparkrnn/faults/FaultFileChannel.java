package io.sparkrnn.faults;

import io.sparkrnn.faults.FaultPlan.IoAction;
import io.sparkrnn.faults.FaultPlan.IoStep;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Optional;
import org.apache.lucene.tests.mockfile.FilterFileChannel;

/** An open file or directory, which stays with the plan under which it was opened. */
final class FaultFileChannel extends FilterFileChannel {
  private final Optional<FaultPlan> plan;
  private final String name;
  private final boolean writes;

  FaultFileChannel(FileChannel delegate, Optional<FaultPlan> plan, String name, boolean writes) {
    super(delegate);
    this.plan = plan;
    this.name = name;
    this.writes = writes;
  }

  /** In two halves, each an operation, so that a write can be torn. */
  @Override
  public int write(ByteBuffer src) throws IOException {
    int limit = src.limit();
    int half = src.remaining() / 2;
    int written = 0;
    if (half > 0) {
      src.limit(src.position() + half);
      try {
        written = perform(OperationKind.WRITE, () -> delegate.write(src));
      } finally {
        src.limit(limit);
      }
    }
    return written + perform(OperationKind.WRITE, () -> delegate.write(src));
  }

  @Override
  public long write(ByteBuffer[] srcs, int offset, int length) throws IOException {
    return perform(OperationKind.WRITE, () -> delegate.write(srcs, offset, length));
  }

  @Override
  public int write(ByteBuffer src, long position) throws IOException {
    return perform(OperationKind.WRITE, () -> delegate.write(src, position));
  }

  @Override
  public long transferFrom(ReadableByteChannel src, long position, long count) throws IOException {
    return perform(OperationKind.WRITE, () -> delegate.transferFrom(src, position, count));
  }

  @Override
  public FileChannel truncate(long size) throws IOException {
    return perform(
        OperationKind.TRUNCATE,
        () -> {
          delegate.truncate(size);
          return this;
        });
  }

  @Override
  public void force(boolean metaData) throws IOException {
    perform(OperationKind.FORCE, IoAction.step(() -> delegate.force(metaData)));
  }

  @Override
  public int read(ByteBuffer dst) throws IOException {
    return whileAlive(() -> delegate.read(dst));
  }

  @Override
  public long read(ByteBuffer[] dsts, int offset, int length) throws IOException {
    return whileAlive(() -> delegate.read(dsts, offset, length));
  }

  @Override
  public int read(ByteBuffer dst, long position) throws IOException {
    return whileAlive(() -> delegate.read(dst, position));
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
    return whileAlive(() -> delegate.transferTo(position, count, target));
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
    if (mode == MapMode.READ_WRITE) {
      throw new UnsupportedOperationException(
          "expected files that faults can reach, found a writable mapping of " + name);
    }
    return whileAlive(() -> delegate.map(mode, position, size));
  }

  /** The descriptor goes whatever is planned, as it does in any operating system. */
  @Override
  protected void implCloseChannel() throws IOException {
    try {
      if (writes) {
        perform(OperationKind.CLOSE, () -> null);
      }
    } finally {
      super.implCloseChannel();
    }
  }

  private <T> T perform(OperationKind kind, IoStep<T> step) throws IOException {
    return plan.isPresent()
        ? plan.get().perform(Operation.of(kind, name), failure -> failure.local(name), step)
        : step.run();
  }

  private <T> T whileAlive(IoStep<T> step) throws IOException {
    return plan.isPresent() ? plan.get().whileAlive(step) : step.run();
  }
}
