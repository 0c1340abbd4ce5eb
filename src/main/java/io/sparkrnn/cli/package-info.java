/** Commands and their options, what they print, and exit codes; the only {@code main}. */
package io.sparkrnn.cli;
