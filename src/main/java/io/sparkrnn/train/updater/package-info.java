/**
 * From a gradient to a step: clipping, regularisation, updaters, schedules of rates, and the rules
 * that settings follow which nobody has set.
 *
 * <p>Invariants: a step is a pure function of parameters, gradient, moments and iteration, and has
 * the same bits on every machine.
 */
package io.sparkrnn.train.updater;
