/**
 * Which networks there are: topologies, the zoo of named ones, their parameters' names and places,
 * initial values. Pure Java; initial parameters are a pure function of topology, scheme and seed.
 */
package io.sparkrnn.model;
