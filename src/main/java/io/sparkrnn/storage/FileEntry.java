package io.sparkrnn.storage;

import org.apache.hadoop.fs.FileStatus;

/**
 * One entry of a directory.
 *
 * @param name the last part of its path
 * @param length in bytes; 0 for directories
 * @param directory whether it is a directory
 */
public record FileEntry(String name, long length, boolean directory) {
  static FileEntry of(FileStatus status) {
    return new FileEntry(
        status.getPath().getName(),
        status.isDirectory() ? 0 : status.getLen(),
        status.isDirectory());
  }
}
