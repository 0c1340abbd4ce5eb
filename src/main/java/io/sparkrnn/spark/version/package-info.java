/**
 * What differs between the Sparks that the program can be built for. Its classes are in {@code
 * src/spark-3.5} and {@code src/spark-4}, of which a build has one.
 */
package io.sparkrnn.spark.version;
