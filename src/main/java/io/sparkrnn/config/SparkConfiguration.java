package io.sparkrnn.config;

import java.io.Serializable;

/** Where Spark runs. */
public record SparkConfiguration(
    @Setting(
            value = "Master URL of Spark; empty: what spark-submit says, local[*] without it.",
            label = "URL",
            free = true)
        String master,
    @Setting(
            value =
                "Whether local paths mean the same files on every machine of the cluster, such as those of a mounted share.",
            free = true)
        boolean sharedPaths,
    @Setting(
            value =
                "Where Spark ML's fit keeps the samples of workers: memory, disk (Spark's local directories), or disk where they would take more than half of what an executor may cache.",
            free = true)
        ShardsChoice shards)
    implements Serializable {}
