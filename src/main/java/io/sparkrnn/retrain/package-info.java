/** Unattended runs: are the data like those before, train, is the model better, make it current. */
package io.sparkrnn.retrain;
