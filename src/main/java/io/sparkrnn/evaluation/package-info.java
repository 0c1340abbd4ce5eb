/**
 * How good predictions are: what is counted of classes and of values, the scores that follow, which
 * of them decides, baselines to hold them against, and comparisons of two models.
 *
 * <p>Invariant: samples are evaluated in blocks of fixed size, and what was counted is merged and
 * summed by block number, so the result does not depend on who evaluated what, or on the order of
 * arrival.
 */
package io.sparkrnn.evaluation;
