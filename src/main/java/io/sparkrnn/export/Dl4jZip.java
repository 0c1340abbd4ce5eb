package io.sparkrnn.export;

import io.sparkrnn.dl4j.Dl4jNetworks;
import io.sparkrnn.dl4j.NetworkDescription;
import io.sparkrnn.dl4j.NetworkState;

/**
 * A model as DL4J's zip: configuration, parameters and updater state, which {@code
 * ModelSerializer.restoreMultiLayerNetwork} restores.
 */
public final class Dl4jZip {
  private static final String NEEDED = "org.deeplearning4j.nn.multilayer.MultiLayerNetwork";

  private Dl4jZip() {}

  /** Whether DL4J is on the class path; without it nothing else here works. */
  public static boolean available() {
    try {
      Class.forName(NEEDED, false, Dl4jZip.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  /**
   * The zip's bytes; loads ND4J's native library.
   *
   * @throws IllegalArgumentException if the state does not fit the network
   */
  public static byte[] encode(NetworkDescription description, NetworkState state) {
    return Dl4jNetworks.zip(description, state);
  }
}
