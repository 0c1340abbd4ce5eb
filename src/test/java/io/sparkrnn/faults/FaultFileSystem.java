package io.sparkrnn.faults;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import io.sparkrnn.faults.FaultPlan.IoAction;
import io.sparkrnn.faults.FaultPlan.IoStep;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.lucene.tests.mockfile.FilterFileSystem;
import org.apache.lucene.tests.mockfile.FilterFileSystemProvider;
import org.apache.lucene.tests.mockfile.FilterPath;

/**
 * Local disks with faults, for a JVM that is started with {@code
 * -Djava.nio.file.spi.DefaultFileSystemProvider=io.sparkrnn.faults.FaultFileSystem}: all of NIO
 * then goes through it. What no {@link FaultPlan} covers passes straight through.
 */
public final class FaultFileSystem extends FilterFileSystemProvider {
  private volatile Optional<UnsyncedChanges> unsynced = Optional.empty();

  /** As the JVM makes its default. */
  public FaultFileSystem(FileSystemProvider delegate) {
    super("file", delegate);
    fileSystem = new FilterFileSystem(this, delegate.getFileSystem(URI.create("file:///")));
  }

  /** That of this JVM. */
  public static FaultFileSystem ofThisJvm() {
    FileSystemProvider provider = FileSystems.getDefault().provider();
    if (provider instanceof FaultFileSystem faults) {
      return faults;
    }
    throw new IllegalStateException(
        "expected a JVM with -Djava.nio.file.spi.DefaultFileSystemProvider="
            + FaultFileSystem.class.getName()
            + ", found "
            + provider.getClass().getName());
  }

  /**
   * From now on, and until it is closed, keeps what a loss of power below the directory would undo.
   *
   * @param shadow a directory elsewhere on the same disk, for links to deleted files
   */
  public UnsyncedChanges keepUnsynced(Path directory, Path shadow) throws IOException {
    UnsyncedChanges changes =
        new UnsyncedChanges(
            absolute(toDelegate(directory)),
            absolute(toDelegate(shadow)),
            () -> unsynced = Optional.empty());
    if (unsynced.isPresent()) {
      throw new IllegalStateException(
          "expected to keep unsynced changes of one directory, found another beside " + directory);
    }
    unsynced = Optional.of(changes);
    return changes;
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> env) throws IOException {
    return delegate.newFileSystem(uri, env);
  }

  // The superclass gives itself, so that nobody could open a zip file.
  @Override
  public FileSystem newFileSystem(Path path, Map<String, ?> env) throws IOException {
    return delegate.newFileSystem(toDelegate(path), env);
  }

  @Override
  public FilterPath wrapPath(Path path) {
    return new FaultPath(path, fileSystem);
  }

  @Override
  public void createDirectory(Path dir, FileAttribute<?>... attrs) throws IOException {
    change(
        OperationKind.CREATE_DIRECTORY,
        toDelegate(dir),
        real -> delegate.createDirectory(real, attrs),
        UnsyncedChanges::createdDirectory);
  }

  @Override
  public void delete(Path path) throws IOException {
    change(OperationKind.DELETE, toDelegate(path), delegate::delete, UnsyncedChanges::deleted);
  }

  @Override
  public boolean deleteIfExists(Path path) throws IOException {
    try {
      delete(path);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  @Override
  public void createLink(Path link, Path existing) throws IOException {
    Path source = toDelegate(existing);
    Path target = toDelegate(link);
    change(
        OperationKind.CREATE_LINK,
        source,
        target,
        () -> delegate.createLink(target, source),
        disk -> disk.linked(source, target));
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    Path from = toDelegate(source);
    Path to = toDelegate(target);
    change(
        OperationKind.MOVE,
        from,
        to,
        () -> delegate.move(from, to, options),
        disk -> disk.moved(from, to));
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) throws IOException {
    Path from = toDelegate(source);
    Path to = toDelegate(target);
    change(
        OperationKind.COPY,
        from,
        to,
        () -> delegate.copy(from, to, options),
        disk -> disk.copied(to));
  }

  @Override
  public void createSymbolicLink(Path link, Path target, FileAttribute<?>... attrs)
      throws IOException {
    change(
        OperationKind.CREATE_SYMBOLIC_LINK,
        toDelegate(link),
        real -> delegate.createSymbolicLink(real, toDelegate(target), attrs),
        UnsyncedChanges::refuseSymbolicLink);
  }

  @Override
  public void setAttribute(Path path, String attribute, Object value, LinkOption... options)
      throws IOException {
    change(
        OperationKind.SET_ATTRIBUTE,
        toDelegate(path),
        real -> delegate.setAttribute(real, attribute, value, options),
        (disk, real) -> {});
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attrs) throws IOException {
    Path real = toDelegate(path);
    Optional<FaultPlan> plan = planOf(real);
    Optional<UnsyncedChanges> disk = diskOf(real);
    if (plan.isEmpty() && disk.isEmpty()) {
      return delegate.newFileChannel(real, options, attrs);
    }
    boolean writes = options.contains(WRITE) || options.contains(APPEND);
    boolean creates = writes && (options.contains(CREATE) || options.contains(CREATE_NEW));
    OperationKind kind =
        creates
            ? OperationKind.CREATE
            : writes ? OperationKind.OPEN_FOR_WRITING : OperationKind.OPEN;
    return perform(
        kind,
        real,
        () -> {
          if (disk.isEmpty()) {
            return new FaultFileChannel(
                delegate.newFileChannel(real, options, attrs), plan, named(real), writes);
          }
          synchronized (disk.get()) {
            FileChannel opened = delegate.newFileChannel(real, options, attrs);
            UnsyncedChanges.Node node = disk.get().opened(real, writes);
            return new FaultFileChannel(
                new UnsyncedFileChannel(opened, disk.get(), node), plan, named(real), writes);
          }
        });
  }

  private String named(Path real) {
    return planOf(real).map(plan -> plan.name(text(real))).orElseGet(() -> text(real));
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attrs) throws IOException {
    return isSeen(path)
        ? newFileChannel(path, options, attrs)
        : super.newByteChannel(path, options, attrs);
  }

  @Override
  public InputStream newInputStream(Path path, OpenOption... options) throws IOException {
    if (!isSeen(path)) {
      return super.newInputStream(path, options);
    }
    Set<OpenOption> all = new HashSet<>(List.of(options));
    all.add(READ);
    return Channels.newInputStream(newFileChannel(path, all));
  }

  @Override
  public OutputStream newOutputStream(Path path, OpenOption... options) throws IOException {
    if (!isSeen(path)) {
      return super.newOutputStream(path, options);
    }
    Set<OpenOption> all = new HashSet<>(List.of(options));
    if (all.isEmpty()) {
      all.addAll(Set.of(CREATE, TRUNCATE_EXISTING));
    }
    all.add(WRITE);
    return Channels.newOutputStream(newFileChannel(path, all));
  }

  @Override
  public AsynchronousFileChannel newAsynchronousFileChannel(
      Path path,
      Set<? extends OpenOption> options,
      ExecutorService executor,
      FileAttribute<?>... attrs)
      throws IOException {
    if (isSeen(path)) {
      throw new UnsupportedOperationException(
          "expected files that faults can reach, found an asynchronous channel for " + path);
    }
    return super.newAsynchronousFileChannel(path, options, executor, attrs);
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path dir, DirectoryStream.Filter<? super Path> filter) throws IOException {
    return perform(
        OperationKind.LIST, toDelegate(dir), () -> super.newDirectoryStream(dir, filter));
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    read(path, IoAction.step(() -> super.checkAccess(path, modes)));
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    return read(path, () -> super.readAttributes(path, type, options));
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options)
      throws IOException {
    return read(path, () -> super.readAttributes(path, attributes, options));
  }

  @Override
  public boolean isSameFile(Path path, Path path2) throws IOException {
    return read(path, () -> super.isSameFile(path, path2));
  }

  @Override
  public boolean isHidden(Path path) throws IOException {
    return read(path, () -> super.isHidden(path));
  }

  @Override
  public Path readSymbolicLink(Path link) throws IOException {
    return read(link, () -> wrapPath(super.readSymbolicLink(link)));
  }

  /** What the view then does is not seen. */
  @Override
  public <V extends FileAttributeView> V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    try {
      return read(path, () -> super.getFileAttributeView(path, type, options));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private <T> T read(Path path, IoStep<T> step) throws IOException {
    return perform(OperationKind.READ_ATTRIBUTES, toDelegate(path), step);
  }

  private <T> T perform(OperationKind kind, Path path, IoStep<T> step) throws IOException {
    Optional<FaultPlan> plan = planOf(path);
    if (plan.isEmpty()) {
      return step.run();
    }
    String name = plan.get().name(text(path));
    return plan.get().perform(Operation.of(kind, name), failure -> failure.local(text(path)), step);
  }

  private void change(
      OperationKind kind, Path path, PathChange change, BiConsumer<UnsyncedChanges, Path> note)
      throws IOException {
    perform(kind, path, noted(() -> change.make(path), disk -> note.accept(disk, path)));
  }

  private void change(
      OperationKind kind, Path from, Path to, IoAction change, Consumer<UnsyncedChanges> note)
      throws IOException {
    IoStep<Void> step = noted(change, note);
    Optional<FaultPlan> plan = planOf(to).or(() -> planOf(from));
    if (plan.isEmpty()) {
      step.run();
      return;
    }
    Operation operation =
        Operation.of(kind, plan.get().name(text(from)), plan.get().name(text(to)));
    plan.get().perform(operation, failure -> failure.local(text(to)), step);
  }

  /** Makes a change, and notes it where a loss of power would undo it. */
  private IoStep<Void> noted(IoAction change, Consumer<UnsyncedChanges> note) {
    return IoAction.step(
        () -> {
          Optional<UnsyncedChanges> disk = unsynced;
          if (disk.isEmpty()) {
            change.run();
            return;
          }
          synchronized (disk.get()) {
            change.run();
            note.accept(disk.get());
          }
        });
  }

  private boolean isSeen(Path path) {
    Path real = toDelegate(path);
    return planOf(real).isPresent() || diskOf(real).isPresent();
  }

  private static Optional<FaultPlan> planOf(Path real) {
    return FaultPlan.current().filter(plan -> plan.covers("file", text(real)));
  }

  private Optional<UnsyncedChanges> diskOf(Path real) {
    return unsynced.filter(disk -> disk.covers(absolute(real)));
  }

  private static Path absolute(Path real) {
    return real.toAbsolutePath().normalize();
  }

  private static String text(Path real) {
    return absolute(real).toString();
  }

  private static final class FaultPath extends FilterPath {
    FaultPath(Path delegate, FilterFileSystem fileSystem) {
      super(delegate, fileSystem);
    }

    // The delegate refuses, because it is not the JVM's default.
    @Override
    public File toFile() {
      return new File(toString());
    }
  }

  @FunctionalInterface
  private interface PathChange {
    void make(Path path) throws IOException;
  }
}
