/**
 * Where the shards of workers lie: in executors' heaps, or in files of Spark's local directories.
 *
 * <p>Invariants: a shard has the same samples in the same order in both. A file has its name as a
 * block of Spark only when it is complete; whoever reads a record gets what was written, or a
 * failure, after which the file is gone and built again. Spark's block managers delete the files,
 * with the blocks of an RDD that exists for that alone, and with their directories.
 */
package io.sparkrnn.spark.shards;
