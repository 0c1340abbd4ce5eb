package io.sparkrnn.spark.version;

import java.io.Serializable;
import org.apache.spark.rdd.PartitionCoalescer;

/** One that Spark can send. */
public interface Coalescer extends PartitionCoalescer, Serializable {}
