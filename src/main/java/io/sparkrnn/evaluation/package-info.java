/**
 * How good predictions are: a mergeable confusion matrix, the metrics read from it, and the fold of
 * results that were computed in blocks.
 *
 * <p>Invariant: samples are evaluated in blocks of fixed size and losses are summed by block
 * number, so the result does not depend on who evaluated what, or on the order of arrival.
 */
package io.sparkrnn.evaluation;
