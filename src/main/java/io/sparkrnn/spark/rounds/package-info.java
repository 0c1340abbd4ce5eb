/**
 * Rounds and evaluations, by tasks that stay and meet the driver at its exchange, or a job a round.
 */
package io.sparkrnn.spark.rounds;
