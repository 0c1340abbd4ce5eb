/**
 * The one source of randomness: a generator whose algorithm is written down and held by golden
 * numbers, so that splits, shards, minibatch orders and initial parameters are the same on every
 * machine and in every release.
 */
package io.sparkrnn.random;
