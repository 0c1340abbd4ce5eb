package io.sparkrnn.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What a loss of power would take from a directory tree. As POSIX has it: the bytes of a file are
 * safe once the file was forced, and its name, or the want of it, once the directory was. A move
 * changes both directories or neither, and is safe when both were forced. Any part of what is not
 * safe may survive.
 *
 * <p>Files are appended to: what is written below the forced length counts as lost from there on.
 */
public final class UnsyncedChanges implements AutoCloseable {
  private final Path root;
  private final Path shadow;
  private final Runnable onClose;
  private final DirectoryNode tree;
  private final List<Change> pending = new ArrayList<>();
  private final Set<FileNode> unforced = new LinkedHashSet<>();
  private long changes;
  private long files;

  /** All that is there already is safe. Paths are the real file system's, and absolute. */
  UnsyncedChanges(Path root, Path shadow, Runnable onClose) throws IOException {
    if (shadow.startsWith(root)) {
      throw new IllegalArgumentException("expected a shadow outside " + root + ", found " + shadow);
    }
    this.root = root;
    this.shadow = shadow;
    this.onClose = onClose;
    this.tree = new DirectoryNode();
    scan(root, tree);
  }

  private void scan(Path directory, DirectoryNode node) throws IOException {
    try (var children = Files.newDirectoryStream(directory)) {
      for (Path child : children) {
        Node added = newNode(child);
        if (added instanceof DirectoryNode below) {
          scan(child, below);
        }
        if (added instanceof FileNode file) {
          file.forcedLength = Files.size(child);
        }
        node.live.put(child.getFileName().toString(), added);
        node.safe.put(child.getFileName().toString(), added);
      }
    }
  }

  private Node newNode(Path path) {
    try {
      if (Files.isDirectory(path)) {
        return new DirectoryNode();
      }
      FileNode file =
          new FileNode(shadow.resolve(Long.toString(++files)), root.relativize(path).toString());
      Files.createLink(file.shadow, path);
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean covers(Path path) {
    return path.startsWith(root);
  }

  synchronized void createdDirectory(Path path) {
    if (isBelow(path)) {
      note("createDirectory " + name(path), edit(path, new DirectoryNode()));
    }
  }

  synchronized void deleted(Path path) {
    if (isBelow(path)) {
      note("delete " + name(path), edit(path, null));
    }
  }

  synchronized void linked(Path from, Path to) {
    if (isBelow(to)) {
      Node node = isBelow(from) ? node(from) : newNode(from);
      note("createLink " + name(from) + " -> " + name(to), edit(to, node));
    }
  }

  synchronized void moved(Path from, Path to) {
    if (isBelow(from) || isBelow(to)) {
      List<Edit> edits = new ArrayList<>();
      Node node = isBelow(from) ? node(from) : newNode(to);
      if (isBelow(from)) {
        edits.add(edit(from, null));
      }
      if (isBelow(to)) {
        edits.add(edit(to, node));
      }
      note("move " + name(from) + " -> " + name(to), edits.toArray(Edit[]::new));
    }
  }

  synchronized void copied(Path to) {
    if (isBelow(to)) {
      Node node = newNode(to);
      note("copy -> " + name(to), edit(to, node));
      written(node, 0);
    }
  }

  void refuseSymbolicLink(Path path) {
    if (isBelow(path)) {
      throw new UnsupportedOperationException(
          "expected files and directories to lose, found a symbolic link, " + path);
    }
  }

  synchronized Node opened(Path path, boolean writes) {
    Node node = path.equals(root) ? tree : parent(path).live.get(path.getFileName().toString());
    if (node == null) {
      node = newNode(path);
      note("create " + name(path), edit(path, node));
    } else if (writes && node instanceof FileNode file) {
      written(node, length(file));
    }
    return node;
  }

  synchronized void written(Node node, long position) {
    if (node instanceof FileNode file) {
      file.forcedLength = Math.min(file.forcedLength, position);
      unforced.add(file);
    }
  }

  synchronized void forced(Node node) {
    if (node instanceof FileNode file) {
      file.forcedLength = length(file);
      unforced.remove(file);
    }
    if (node instanceof DirectoryNode directory) {
      pending.removeIf(
          change -> {
            change.unforced.remove(directory);
            if (change.unforced.isEmpty()) {
              change.makeSafe();
            }
            return change.unforced.isEmpty();
          });
    }
  }

  /** What a loss of power could undo, the oldest first, and then the bytes that could vanish. */
  public synchronized List<String> unsynced() {
    List<String> names = new ArrayList<>(pending.stream().map(change -> change.what).toList());
    unforced.stream().filter(this::hasUnforced).map(FileNode::bytes).forEach(names::add);
    return names;
  }

  /** Undoes everything that was not forced to disk. */
  public void powerLoss() {
    powerLoss(unsynced -> false);
  }

  /**
   * Undoes what was not forced to disk and does not survive by luck. Afterwards all is safe.
   *
   * @param survives of the texts that {@link #unsynced} gives
   */
  public synchronized void powerLoss(Predicate<String> survives) {
    pending.stream().filter(change -> survives.test(change.what)).forEach(Change::makeSafe);
    try {
      for (FileNode file : unforced) {
        if (!survives.test(file.bytes())) {
          truncate(file);
        }
        file.forcedLength = length(file);
      }
      empty(root);
      restore(root, tree);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    pending.clear();
    unforced.clear();
  }

  /** Notes nothing from now on. */
  @Override
  public void close() {
    onClose.run();
  }

  private static void truncate(FileNode file) throws IOException {
    try (FileChannel channel = FileChannel.open(file.shadow, StandardOpenOption.WRITE)) {
      channel.truncate(file.forcedLength);
    }
  }

  private static void empty(Path root) throws IOException {
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException failure)
              throws IOException {
            if (!directory.equals(root)) {
              Files.delete(directory);
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static void restore(Path directory, DirectoryNode node) throws IOException {
    node.live.clear();
    node.live.putAll(node.safe);
    for (Map.Entry<String, Node> child : node.safe.entrySet()) {
      Path path = directory.resolve(child.getKey());
      if (child.getValue() instanceof FileNode file) {
        Files.createLink(path, file.shadow);
      }
      if (child.getValue() instanceof DirectoryNode below) {
        // As the program makes its own.
        Files.createDirectory(
            path,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        restore(path, below);
      }
    }
  }

  private boolean isBelow(Path path) {
    return covers(path) && !path.equals(root);
  }

  private String name(Path path) {
    return covers(path) ? root.relativize(path).toString() : path.toString();
  }

  private DirectoryNode parent(Path path) {
    return (DirectoryNode) node(path.getParent());
  }

  private Node node(Path path) {
    Node node = tree;
    if (!path.equals(root)) {
      for (Path part : root.relativize(path)) {
        node = ((DirectoryNode) node).live.get(part.toString());
        if (node == null) {
          throw new IllegalStateException(
              "expected to have seen how " + path + " came to be, found it unknown");
        }
      }
    }
    return node;
  }

  private Edit edit(Path path, Node node) {
    return new Edit(parent(path), path.getFileName().toString(), node);
  }

  private void note(String what, Edit... edits) {
    Change change = new Change(++changes, what, List.of(edits), new HashSet<>());
    for (Edit edit : edits) {
      edit.in(edit.directory.live);
      change.unforced.add(edit.directory);
    }
    pending.add(change);
  }

  private boolean hasUnforced(FileNode file) {
    return length(file) > file.forcedLength;
  }

  private static long length(FileNode file) {
    try {
      return Files.size(file.shadow);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file or directory, by whatever names it has. */
  sealed interface Node {}

  private static final class FileNode implements Node {
    final Path shadow;
    final String firstName;
    long forcedLength;

    FileNode(Path shadow, String firstName) {
      this.shadow = shadow;
      this.firstName = firstName;
    }

    String bytes() {
      return "write " + firstName;
    }
  }

  private static final class DirectoryNode implements Node {
    final Map<String, Node> live = new TreeMap<>();
    final Map<String, Node> safe = new TreeMap<>();
    // By name, the number of the change that is safe: an older one that is forced later is void.
    final Map<String, Long> safeSince = new TreeMap<>();
  }

  /** A name's new meaning; none when null. */
  private record Edit(DirectoryNode directory, String name, Node node) {
    void in(Map<String, Node> entries) {
      if (node == null) {
        entries.remove(name);
      } else {
        entries.put(name, node);
      }
    }
  }

  private record Change(long number, String what, List<Edit> edits, Set<DirectoryNode> unforced) {
    void makeSafe() {
      for (Edit edit : edits) {
        DirectoryNode directory = edit.directory;
        if (directory.safeSince.getOrDefault(edit.name, 0L) < number) {
          edit.in(directory.safe);
          directory.safeSince.put(edit.name, number);
        }
      }
    }
  }
}
