package io.sparkrnn.dl4j;

/**
 * What training changes in a network.
 *
 * @param parameters flat, in the order of {@link io.sparkrnn.kernel.ParameterLayout}, which is
 *     DL4J's
 * @param updaterState Adam's first moments, then its second; Nesterovs' velocities; empty for SGD
 * @param iterations done, by which schedules and Adam's bias correction go
 * @param epochs done
 */
public record NetworkState(float[] parameters, float[] updaterState, int iterations, int epochs) {}
