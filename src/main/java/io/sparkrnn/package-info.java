/** Distributed, bit-reproducible training of recurrent networks on Apache Spark. */
package io.sparkrnn;
