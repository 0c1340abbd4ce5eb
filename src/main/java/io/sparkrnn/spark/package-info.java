/**
 * Rounds and evaluations as Spark jobs or by tasks that stay, and the interfaces of DL4J Spark and
 * of Spark ML over them.
 *
 * <p>Invariants: no shuffle, no barrier, no accumulator in a round; an RDD holds worker or block
 * numbers and its tasks read their samples from the source, so that a lost block is rebuilt from
 * there; a task is a pure function, so that Spark may run it again or elsewhere. The only package
 * that knows Spark.
 */
package io.sparkrnn.spark;
