package io.sparkrnn.storage;

import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.FileAlreadyExistsException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Files in memory, for failures that no real file system gives on demand. */
final class MemoryBackend implements StorageBackend {
  static final Step LOST_CONNECTION =
      () -> {
        throw new IOException("connection reset");
      };

  private final Map<URI, byte[]> files = new LinkedHashMap<>();
  Step beforeRename = () -> {};
  Step beforeAnswer = () -> {};
  int flippedByte = -1;

  private byte[] get(URI file) throws IOException {
    byte[] bytes = files.get(file);
    if (bytes == null) {
      throw new FileNotFoundException(file.toString());
    }
    return bytes;
  }

  @Override
  public InputStream open(URI file) throws IOException {
    byte[] bytes = get(file).clone();
    if (flippedByte >= 0) {
      bytes[flippedByte] ^= 1;
    }
    return new ByteArrayInputStream(bytes);
  }

  @Override
  public Optional<FileEntry> status(URI path) {
    return Optional.ofNullable(files.get(path))
        .map(bytes -> new FileEntry(path.toString(), bytes.length, false));
  }

  @Override
  public List<FileEntry> list(URI directory) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Object identity(URI path) throws IOException {
    // The array itself, so that equal bytes of two files are told apart.
    return new Identity(get(path));
  }

  private static final class Identity {
    private final byte[] bytes;

    Identity(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Identity identity && identity.bytes == bytes;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(bytes);
    }
  }

  @Override
  public void createDirectories(URI directory) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean createDirectory(URI directory) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void create(URI file, byte[] bytes) throws IOException {
    if (files.putIfAbsent(file, bytes.clone()) != null) {
      throw new FileAlreadyExistsException(file.toString());
    }
  }

  @Override
  public void rename(URI from, URI to) throws IOException {
    beforeRename.run();
    create(to, new byte[0]);
    files.put(to, files.remove(from));
    beforeAnswer.run();
  }

  @Override
  public void replace(URI from, URI to) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void force(URI file) throws IOException {
    get(file);
  }

  @Override
  public void delete(URI path) {
    files.remove(path);
  }

  @FunctionalInterface
  interface Step {
    void run() throws IOException;
  }
}
