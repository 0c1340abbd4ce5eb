/**
 * The commands, what they print, and their exit codes. Puts the other packages together and holds
 * no logic of theirs; has the only {@code main}.
 */
package io.sparkrnn.cli;
