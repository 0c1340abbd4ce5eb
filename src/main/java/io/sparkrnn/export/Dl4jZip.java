package io.sparkrnn.export;

import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Biases;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.ParameterBlock;
import io.sparkrnn.kernel.ParameterBlock.Kind;
import io.sparkrnn.model.RnnTopology;
import java.util.ArrayList;
import java.util.List;

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

  /**
   * The same computation with one bias where there are two, which DL4J does not have: their sums.
   * Layers that need two stay as they are; dropout, which plays no part any more, is left out.
   */
  public static ModelFile withOneBias(ModelFile model) {
    Network network = model.topology().network();
    List<Layer> layers = new ArrayList<>();
    for (Layer layer : network.layers()) {
      Biases biases =
          new Layer(layer.cell(), 1).biases() == Biases.TWO ? layer.biases() : Biases.ONE;
      layers.add(new Layer(layer.cell(), layer.units(), layer.direction(), 0, biases));
    }
    RnnTopology topology =
        new RnnTopology(
            model.topology().name(), new Network(network.input(), layers, network.head()));
    float[] parameters = new float[topology.parameterCount()];
    List<ParameterBlock> targets = topology.parameters();
    int target = -1;
    for (ParameterBlock block : model.topology().parameters()) {
      boolean added =
          block.kind() == Kind.RECURRENT_BIAS && layers.get(block.layer()).biases() == Biases.ONE;
      target += added ? 0 : 1;
      int at = targets.get(target).offset();
      for (int i = 0; i < block.count(); i++) {
        float value = model.parameters()[block.offset() + i];
        parameters[at + i] = added ? parameters[at + i] + value : value;
      }
    }
    return new ModelFile(topology, parameters, model.provenance(), model.preparation());
  }
}
