/**
 * Our topologies, parameters and updater states as DL4J networks, and back.
 *
 * <p>Invariants: flat parameters and updater state are copied, never reordered, because both sides
 * use one layout; a network that our engine would train otherwise than DL4J is refused by the name
 * of what it has. Loads ND4J's native library as soon as a network is made, so nothing else may use
 * this package by the way.
 */
package io.sparkrnn.dl4j;
