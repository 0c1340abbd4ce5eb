/**
 * What a run is told to do: immutable records, the registry of keys, and the loader that checks
 * everything at once.
 *
 * <p>A {@link io.sparkrnn.config.RunConfiguration} that came from {@link
 * io.sparkrnn.config.ConfigurationLoader} is complete and within the ranges of {@link
 * io.sparkrnn.config.Key}; whether its model, its files and its data exist is for others to find
 * out.
 */
package io.sparkrnn.config;
