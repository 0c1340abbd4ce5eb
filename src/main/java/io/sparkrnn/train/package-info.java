/**
 * The training loop and everything in it that knows no Spark: a replica's iterations, averaging,
 * state and listeners; steps are taken by {@code train.updater}.
 *
 * <p>Invariants: a round is a pure function of state, shard and round; replicas are averaged along
 * one binary tree over worker numbers, whatever the order of arrival; listeners only observe.
 */
package io.sparkrnn.train;
