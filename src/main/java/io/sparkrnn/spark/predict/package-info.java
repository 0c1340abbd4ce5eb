/** Predictions for files and tables, in one job of one stage. */
package io.sparkrnn.spark.predict;
