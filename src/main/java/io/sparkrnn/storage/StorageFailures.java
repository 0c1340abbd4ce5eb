package io.sparkrnn.storage;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;
import java.util.Optional;
import org.apache.hadoop.fs.ParentNotDirectoryException;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.hdfs.protocol.QuotaExceededException;
import org.apache.hadoop.ipc.RemoteException;
import org.apache.hadoop.security.AccessControlException;

/** Turns the many exceptions of NIO and Hadoop into ours, each with one sentence. */
final class StorageFailures {
  private StorageFailures() {}

  static StorageException translate(String action, URI where, IOException failure) {
    IOException cause =
        failure instanceof RemoteException remote ? remote.unwrapRemoteException() : failure;
    String prefix = "Cannot " + action + " " + Storage.describe(where) + ": ";
    String reason = reason(cause);
    if (isTargetExists(cause)) {
      return new TargetExistsException(
          prefix + "something has that name already, and is left as it is", failure);
    }
    if (reason.startsWith("Path is not a file")) {
      return new StorageException(prefix + "it is a directory", failure);
    }
    if (cause instanceof NotDirectoryException || cause instanceof ParentNotDirectoryException) {
      return new StorageException(
          prefix + "expected a directory, found a file on the way", failure);
    }
    if (cause instanceof NoSuchFileException || cause instanceof FileNotFoundException) {
      return new MissingFileException(prefix + "there is no such file or directory", failure);
    }
    if (cause instanceof AccessDeniedException) {
      return new PermissionDeniedException(prefix + "permission denied", failure);
    }
    if (cause instanceof AccessControlException) {
      return new PermissionDeniedException(prefix + decapitalized(reason), failure);
    }
    if (cause instanceof UnsupportedFileSystemException) {
      return new UnsupportedStorageException(
          prefix + "no Hadoop file system is known for " + where.getScheme() + ":", failure);
    }
    if (cause instanceof QuotaExceededException) {
      return new StorageException(
          prefix + "no space left under the quota (" + reason + ")", failure);
    }
    if (reason.contains("could only be written to 0 of")) {
      return new StorageException(
          prefix + "no data node has room for it or none answers (" + reason + ")", failure);
    }
    if (isNoSpace(reason)) {
      return new StorageException(prefix + "no space left on the device", failure);
    }
    if (cause instanceof ConnectException) {
      return new StorageException(prefix + "nobody answers there (connection refused)", failure);
    }
    if (cause instanceof SocketTimeoutException) {
      return new StorageException(prefix + "nobody answers there (timed out)", failure);
    }
    if (cause instanceof UnknownHostException) {
      return new StorageException(prefix + "unknown host " + reason, failure);
    }
    return new StorageException(prefix + reason, failure);
  }

  static boolean isTargetExists(IOException failure) {
    return failure instanceof java.nio.file.FileAlreadyExistsException
        || failure instanceof org.apache.hadoop.fs.FileAlreadyExistsException;
  }

  /** What stands behind an exception that Hadoop threw while it made a file system. */
  static IOException ofConstruction(URI where, RuntimeException failure) {
    Throwable root = failure;
    while (root.getCause() != null && !(root instanceof IOException)) {
      root = root.getCause();
    }
    if (root instanceof IOException io) {
      return io;
    }
    if (root instanceof ClassNotFoundException) {
      return new IOException(
          "the Hadoop file system for %s: is not on the class path (%s)"
              .formatted(where.getScheme(), root.getMessage()),
          failure);
    }
    return new IOException(Optional.ofNullable(root.getMessage()).orElse(root.toString()), failure);
  }

  private static boolean isNoSpace(String reason) {
    String lower = reason.toLowerCase(Locale.ROOT);
    return lower.contains("no space left") || lower.contains("not enough space");
  }

  private static String reason(IOException failure) {
    String message =
        failure instanceof FileSystemException local ? local.getReason() : failure.getMessage();
    if (message == null || message.isBlank()) {
      return failure.getClass().getSimpleName();
    }
    return message.lines().findFirst().orElseThrow().strip();
  }

  private static String decapitalized(String text) {
    return text.substring(0, 1).toLowerCase(Locale.ROOT) + text.substring(1);
  }
}
