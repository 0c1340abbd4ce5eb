package io.sparkrnn.spark.version;

import org.apache.spark.rdd.PartitionCoalescer;

/** One that Spark can send: Scala 2.12 has a type of its own for that. */
public interface Coalescer extends PartitionCoalescer, scala.Serializable {}
