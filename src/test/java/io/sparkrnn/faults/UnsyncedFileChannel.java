package io.sparkrnn.faults;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import org.apache.lucene.tests.mockfile.FilterFileChannel;

/** An open file or directory that tells what was written and what was forced to disk. */
final class UnsyncedFileChannel extends FilterFileChannel {
  private final UnsyncedChanges disk;
  private final UnsyncedChanges.Node node;

  UnsyncedFileChannel(FileChannel delegate, UnsyncedChanges disk, UnsyncedChanges.Node node) {
    super(delegate);
    this.disk = disk;
    this.node = node;
  }

  @Override
  public int write(ByteBuffer src) throws IOException {
    synchronized (disk) {
      int written = delegate.write(src);
      disk.written(node, delegate.position() - written);
      return written;
    }
  }

  @Override
  public long write(ByteBuffer[] srcs, int offset, int length) throws IOException {
    synchronized (disk) {
      long written = delegate.write(srcs, offset, length);
      disk.written(node, delegate.position() - written);
      return written;
    }
  }

  @Override
  public int write(ByteBuffer src, long position) throws IOException {
    synchronized (disk) {
      disk.written(node, position);
      return delegate.write(src, position);
    }
  }

  @Override
  public long transferFrom(ReadableByteChannel src, long position, long count) throws IOException {
    synchronized (disk) {
      disk.written(node, position);
      return delegate.transferFrom(src, position, count);
    }
  }

  @Override
  public FileChannel truncate(long size) throws IOException {
    synchronized (disk) {
      disk.written(node, size);
      delegate.truncate(size);
      return this;
    }
  }

  @Override
  public void force(boolean metaData) throws IOException {
    synchronized (disk) {
      delegate.force(metaData);
      disk.forced(node);
    }
  }
}
