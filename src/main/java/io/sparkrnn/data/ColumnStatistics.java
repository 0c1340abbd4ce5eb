package io.sparkrnn.data;

import java.io.Serializable;

/**
 * How a column of numbers is distributed in the training part of a table, in its own units.
 *
 * @param name of a feature or a target
 */
public record ColumnStatistics(String name, double mean, double standardDeviation)
    implements Serializable {}
