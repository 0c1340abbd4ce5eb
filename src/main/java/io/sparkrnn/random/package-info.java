/**
 * The one source of randomness: a generator whose algorithm is written down and held by golden
 * numbers, so that splits, shards, minibatch orders, initial parameters and what is dropped are the
 * same on every machine and in every release.
 */
package io.sparkrnn.random;
