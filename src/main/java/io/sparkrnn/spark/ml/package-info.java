/** What Spark ML's classifier and model are made of. */
package io.sparkrnn.spark.ml;
