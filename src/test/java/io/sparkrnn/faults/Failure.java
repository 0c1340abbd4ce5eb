package io.sparkrnn.faults;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import org.apache.hadoop.hdfs.protocol.DSQuotaExceededException;
import org.apache.hadoop.security.AccessControlException;

/** How an operation fails, in the words of the file system that it was asked of. */
public enum Failure {
  IO_ERROR {
    @Override
    IOException local(String path) {
      return new FileSystemException(path, null, "Input/output error");
    }

    @Override
    IOException hdfs(String path) {
      return new IOException("Connection reset by peer");
    }
  },
  NO_SPACE {
    @Override
    IOException local(String path) {
      return new FileSystemException(path, null, "No space left on device");
    }

    @Override
    IOException hdfs(String path) {
      return new DSQuotaExceededException(1, 2);
    }
  },
  ACCESS_DENIED {
    @Override
    IOException local(String path) {
      return new AccessDeniedException(path);
    }

    @Override
    IOException hdfs(String path) {
      return new AccessControlException("Permission denied: " + path);
    }
  };

  abstract IOException local(String path);

  abstract IOException hdfs(String path);
}
