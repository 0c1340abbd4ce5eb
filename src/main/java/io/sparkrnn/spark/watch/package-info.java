/** A run in Spark's metrics system. */
package io.sparkrnn.spark.watch;
