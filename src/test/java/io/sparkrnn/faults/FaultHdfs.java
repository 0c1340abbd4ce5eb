package io.sparkrnn.faults;

import io.sparkrnn.faults.FaultPlan.IoAction;
import io.sparkrnn.faults.FaultPlan.IoStep;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.AbstractFileSystem;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FilterFs;
import org.apache.hadoop.fs.Hdfs;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Options.ChecksumOpt;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * HDFS with faults, for {@code FileContext}s of a configuration that has {@link #PROPERTIES}. What
 * no {@link FaultPlan} covers passes straight through.
 */
public final class FaultHdfs extends FilterFs {
  private static final String CLASS = "fs.AbstractFileSystem.hdfs.impl";

  /** Hadoop's, that put the instrument in place of HDFS. */
  public static final Map<String, String> PROPERTIES = Map.of(CLASS, FaultHdfs.class.getName());

  /** As Hadoop makes it. */
  public FaultHdfs(URI uri, Configuration configuration) throws IOException, URISyntaxException {
    super(real(uri, configuration));
  }

  private static AbstractFileSystem real(URI uri, Configuration configuration)
      throws UnsupportedFileSystemException {
    Configuration real = new Configuration(configuration);
    real.set(CLASS, Hdfs.class.getName());
    return createFileSystem(uri, real);
  }

  @Override
  public void mkdir(Path dir, FsPermission permission, boolean createParent) throws IOException {
    change(OperationKind.CREATE_DIRECTORY, dir, () -> super.mkdir(dir, permission, createParent));
  }

  @Override
  public FSDataOutputStream createInternal(
      Path file,
      EnumSet<CreateFlag> flags,
      FsPermission permission,
      int bufferBytes,
      short replication,
      long blockBytes,
      Progressable progress,
      ChecksumOpt checksum,
      boolean createParent)
      throws IOException {
    IoStep<FSDataOutputStream> create =
        () ->
            super.createInternal(
                file,
                flags,
                permission,
                bufferBytes,
                replication,
                blockBytes,
                progress,
                checksum,
                createParent);
    Optional<FaultPlan> plan = planOf(file);
    FSDataOutputStream out = perform(OperationKind.CREATE, file, create);
    return plan.isEmpty()
        ? out
        : FaultHdfsOutputStream.of(out, plan.get(), plan.get().name(text(file)));
  }

  @Override
  public FSDataInputStream open(Path file, int bufferBytes) throws IOException {
    Optional<FaultPlan> plan = planOf(file);
    FSDataInputStream in = perform(OperationKind.OPEN, file, () -> super.open(file, bufferBytes));
    return plan.isEmpty() ? in : new FSDataInputStream(new FaultHdfsInputStream(in, plan.get()));
  }

  // The superclass calls open of the real one, past the method above.
  @Override
  public FSDataInputStream open(Path file) throws IOException {
    return open(file, getServerDefaults(file).getFileBufferSize());
  }

  @Override
  public void renameInternal(Path from, Path to) throws IOException {
    renameInternal(from, to, false);
  }

  @Override
  public void renameInternal(Path from, Path to, boolean overwrite) throws IOException {
    Optional<FaultPlan> plan = planOf(to).or(() -> planOf(from));
    if (plan.isEmpty()) {
      super.renameInternal(from, to, overwrite);
      return;
    }
    plan.get()
        .perform(
            Operation.of(
                OperationKind.MOVE, plan.get().name(text(from)), plan.get().name(text(to))),
            failure -> failure.hdfs(text(to)),
            IoAction.step(() -> super.renameInternal(from, to, overwrite)));
  }

  @Override
  public boolean delete(Path path, boolean recursive) throws IOException {
    return perform(OperationKind.DELETE, path, () -> super.delete(path, recursive));
  }

  @Override
  public boolean truncate(Path file, long newLength) throws IOException {
    return perform(OperationKind.TRUNCATE, file, () -> super.truncate(file, newLength));
  }

  @Override
  public void setPermission(Path path, FsPermission permission) throws IOException {
    change(OperationKind.SET_ATTRIBUTE, path, () -> super.setPermission(path, permission));
  }

  @Override
  public FileStatus getFileStatus(Path path) throws IOException {
    return perform(OperationKind.READ_ATTRIBUTES, path, () -> super.getFileStatus(path));
  }

  @Override
  public FileStatus getFileLinkStatus(Path path) throws IOException {
    return perform(OperationKind.READ_ATTRIBUTES, path, () -> super.getFileLinkStatus(path));
  }

  @Override
  public FileStatus[] listStatus(Path directory) throws IOException {
    return perform(OperationKind.LIST, directory, () -> super.listStatus(directory));
  }

  // The superclass does not pass this on, and would list everything at once instead.
  @Override
  public RemoteIterator<FileStatus> listStatusIterator(Path directory) throws IOException {
    return perform(OperationKind.LIST, directory, () -> getMyFs().listStatusIterator(directory));
  }

  @Override
  public RemoteIterator<LocatedFileStatus> listLocatedStatus(Path directory) throws IOException {
    return perform(OperationKind.LIST, directory, () -> super.listLocatedStatus(directory));
  }

  private void change(OperationKind kind, Path path, IoAction change) throws IOException {
    perform(kind, path, IoAction.step(change));
  }

  private <T> T perform(OperationKind kind, Path path, IoStep<T> step) throws IOException {
    Optional<FaultPlan> plan = planOf(path);
    if (plan.isEmpty()) {
      return step.run();
    }
    String name = plan.get().name(text(path));
    return plan.get().perform(Operation.of(kind, name), failure -> failure.hdfs(text(path)), step);
  }

  private static Optional<FaultPlan> planOf(Path path) {
    return FaultPlan.current().filter(plan -> plan.covers("hdfs", text(path)));
  }

  private static String text(Path path) {
    return path.toUri().getPath();
  }
}
