/**
 * The commands, what they print, and their exit codes, and what holds a run together from its
 * configuration to its result: resuming, stopping, checks of the data, retraining. Puts the other
 * packages together; has the only {@code main}.
 */
package io.sparkrnn.cli;
