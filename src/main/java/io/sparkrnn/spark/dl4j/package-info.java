/** DL4J Spark's own engine, and what its interface needs over ours. */
package io.sparkrnn.spark.dl4j;
