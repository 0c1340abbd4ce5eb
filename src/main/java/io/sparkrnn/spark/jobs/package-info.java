/** What it takes to run a job: slots, serialised values, results as they arrive, failures named. */
package io.sparkrnn.spark.jobs;
