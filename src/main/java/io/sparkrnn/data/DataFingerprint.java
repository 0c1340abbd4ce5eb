package io.sparkrnn.data;

import java.io.Serializable;

/**
 * What a data file held, for a run's provenance.
 *
 * @param name the file's name
 * @param location where it was read, such as {@code hdfs://nn/mnist/train-images-idx3-ubyte.gz}
 * @param sha256 SHA-256 of the uncompressed content, in lower-case hexadecimal
 * @param bytes length of the uncompressed content
 */
public record DataFingerprint(String name, String location, String sha256, long bytes)
    implements Serializable {}
