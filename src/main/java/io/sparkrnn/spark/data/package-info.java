/** Shards of samples on executors, read from files, from RDDs or from tables. */
package io.sparkrnn.spark.data;
