package io.sparkrnn.data;

/**
 * Which samples are trained on and which are held out, both in ascending order; together every
 * sample once.
 */
public record Split(int[] training, int[] validation) {}
