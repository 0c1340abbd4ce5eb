package io.sparkrnn.faults;

import io.sparkrnn.faults.FaultPlan.IoAction;
import java.io.IOException;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSInputStream;

/** A file being read on HDFS, which stays with the plan under which it was opened. */
final class FaultHdfsInputStream extends FSInputStream {
  private final FSDataInputStream in;
  private final FaultPlan plan;

  FaultHdfsInputStream(FSDataInputStream in, FaultPlan plan) {
    this.in = in;
    this.plan = plan;
  }

  @Override
  public int read() throws IOException {
    return plan.whileAlive(in::read);
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    return plan.whileAlive(() -> in.read(bytes, offset, length));
  }

  @Override
  public void seek(long position) throws IOException {
    plan.whileAlive(IoAction.step(() -> in.seek(position)));
  }

  @Override
  public long getPos() throws IOException {
    return in.getPos();
  }

  @Override
  public boolean seekToNewSource(long target) throws IOException {
    return plan.whileAlive(() -> in.seekToNewSource(target));
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
