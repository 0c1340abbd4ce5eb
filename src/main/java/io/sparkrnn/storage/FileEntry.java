package io.sparkrnn.storage;

/**
 * One entry of a directory.
 *
 * @param name the last part of its path
 * @param length in bytes; 0 for directories
 * @param directory whether it is a directory
 */
public record FileEntry(String name, long length, boolean directory) {}
