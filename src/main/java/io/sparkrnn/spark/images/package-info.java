/** Images in the columns of tables. */
package io.sparkrnn.spark.images;
