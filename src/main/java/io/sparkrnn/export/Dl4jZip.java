package io.sparkrnn.export;

/**
 * A model as DL4J's zip, which {@link io.sparkrnn.dl4j.Dl4jNetworks#zip} writes where DL4J is, and
 * {@link Dl4jZipDecoder} reads anywhere.
 */
public final class Dl4jZip {
  private static final String NEEDED = "org.deeplearning4j.nn.multilayer.MultiLayerNetwork";

  private Dl4jZip() {}

  /** Whether DL4J is on the class path; without it no zip can be written. */
  public static boolean available() {
    try {
      Class.forName(NEEDED, false, Dl4jZip.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}
