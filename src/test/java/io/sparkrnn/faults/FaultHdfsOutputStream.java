package io.sparkrnn.faults;

import io.sparkrnn.faults.FaultPlan.IoAction;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Syncable;

/**
 * A file being written on HDFS, which stays with the plan under which it was opened. Once that has
 * halted it is never closed: closing would complete the file.
 */
final class FaultHdfsOutputStream extends OutputStream implements Syncable {
  private final FSDataOutputStream out;
  private final FaultPlan plan;
  private final String name;
  private boolean closed;

  private FaultHdfsOutputStream(FSDataOutputStream out, FaultPlan plan, String name) {
    this.out = out;
    this.plan = plan;
    this.name = name;
  }

  static FSDataOutputStream of(FSDataOutputStream out, FaultPlan plan, String name)
      throws IOException {
    return new FSDataOutputStream(new FaultHdfsOutputStream(out, plan, name), null, out.getPos());
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    perform(OperationKind.WRITE, () -> out.write(bytes, offset, length));
  }

  @Override
  public void flush() throws IOException {
    plan.whileAlive(IoAction.step(out::flush));
  }

  @Override
  public void hflush() throws IOException {
    perform(OperationKind.FORCE, out::hflush);
  }

  @Override
  public void hsync() throws IOException {
    perform(OperationKind.FORCE, out::hsync);
  }

  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      perform(OperationKind.CLOSE, out::close);
    }
  }

  private void perform(OperationKind kind, IoAction action) throws IOException {
    plan.perform(Operation.of(kind, name), failure -> failure.hdfs(name), IoAction.step(action));
  }
}
