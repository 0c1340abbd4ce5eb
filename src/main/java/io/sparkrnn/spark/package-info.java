/**
 * Spark's side, as seen from outside: an application, and the classes whose names users' programs,
 * saved pipelines and event logs hold. What these do is in the packages below, which use none of
 * this one.
 *
 * <p>Invariants: no shuffle, no barrier, no accumulator in a round; an RDD holds worker or block
 * numbers and its tasks read their samples from the source, so that a lost block is rebuilt from
 * there; a task is a pure function, so that Spark may run it again or elsewhere. The only package
 * that knows Spark.
 */
package io.sparkrnn.spark;
