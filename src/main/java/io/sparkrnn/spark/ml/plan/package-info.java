/** Functions of a column that compute several rows together, in Spark's plans. */
package io.sparkrnn.spark.ml.plan;
