/**
 * Models at work in any Java program, one reading or one sequence at a time: no Spark, no Hadoop.
 */
package io.sparkrnn.serving;
