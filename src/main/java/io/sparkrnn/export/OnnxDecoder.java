package io.sparkrnn.export;

import io.sparkrnn.export.OnnxChain.Recurrent;
import io.sparkrnn.export.OnnxModel.Tensor;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Biases;
import io.sparkrnn.kernel.Network.Direction;
import io.sparkrnn.kernel.Network.Embedding;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Join;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.kernel.ParameterBlock;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.model.RnnTopology;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Makes a model of what a file's graph computes. */
final class OnnxDecoder {
  private static final String PRODUCER = "spark-rnn";

  private OnnxDecoder() {}

  /**
   * The model of a file.
   *
   * @param fileBytes how long the file is: no network has more parameters than that
   * @param timeSteps of the longest sequence, where the file does not say
   */
  static ModelFile model(OnnxModel file, int fileBytes, int timeSteps) {
    return file.metadata().containsKey(OnnxFile.TOPOLOGY)
        ? own(file, fileBytes)
        : followed(file, fileBytes, timeSteps);
  }

  private static void requireRoom(RnnTopology topology, int fileBytes) {
    if ((long) topology.parameterCount() * Float.BYTES > fileBytes) {
      throw new IllegalArgumentException(
          "expected the %d parameters of %s, found a file of %d bytes"
              .formatted(topology.parameterCount(), topology.summary(), fileBytes));
    }
  }

  /**
   * A file of ours with its topology beside it. The graph that we would write has the number of
   * each parameter where its value goes; everything else must be as in the file, bit for bit.
   */
  private static ModelFile own(OnnxModel file, int fileBytes) {
    RnnTopology topology = RnnTopology.decode(file.metadata().get(OnnxFile.TOPOLOGY));
    requireRoom(topology, fileBytes);
    Optional<Preparation> preparation =
        Optional.ofNullable(file.metadata().get(OnnxFile.PREPARATION)).map(Preparation::decode);
    Map<String, String> provenance = new TreeMap<>(file.metadata());
    provenance.keySet().removeIf(name -> name.startsWith(OnnxFile.OURS));
    float[] numbers = new float[topology.parameterCount()];
    for (int i = 0; i < numbers.length; i++) {
      // Zero is no parameter's.
      numbers[i] = Float.intBitsToFloat(i + 1);
    }
    OnnxGraph graph = OnnxFile.graph(new ModelFile(topology, numbers, provenance, preparation));
    requireEqual(file, graph);
    float[] parameters = new float[numbers.length];
    graph
        .constants()
        .forEach(
            (name, expected) -> {
              Tensor found = file.constants().get(name);
              boolean sameShape =
                  found.sizes().equals(Arrays.stream(expected.sizes()).boxed().toList())
                      && (expected.floats() == null ? found.isWhole() : found.isFloat());
              if (!sameShape) {
                throw other("the constant " + name);
              }
              if (expected.floats() == null) {
                if (!found.longs().equals(Arrays.stream(expected.longs()).boxed().toList())) {
                  throw other("the constant " + name);
                }
              } else {
                take(name, expected, found.view(), parameters);
              }
            });
    return new ModelFile(topology, parameters, provenance, preparation);
  }

  private static void take(
      String name, OnnxGraph.Constant expected, FloatBuffer found, float[] parameters) {
    for (int i = 0; i < found.limit(); i++) {
      int number = Float.floatToRawIntBits(expected.floats()[i]);
      if (expected.ofParameters() && number != 0) {
        parameters[number - 1] = found.get(i);
      } else if (number != Float.floatToRawIntBits(found.get(i))) {
        throw other("the constant " + name);
      }
    }
  }

  private static void requireEqual(OnnxModel file, OnnxGraph graph) {
    OnnxModel expected =
        OnnxParser.parse(
            ByteBuffer.wrap(new ProtobufMessage().message(7, graph.structure()).toBytes()));
    if (!file.name().equals(expected.name())
        || !file.nodes().equals(expected.nodes())
        || !file.inputs().equals(expected.inputs())
        || !file.outputs().equals(expected.outputs())) {
      throw other("nodes, inputs or outputs");
    }
    if (!file.constants().keySet().equals(graph.constants().keySet())) {
      throw other("constants");
    }
  }

  private static IllegalArgumentException other(String what) {
    return new IllegalArgumentException(
        "expected the graph that belongs to the topology in the metadata, found another in "
            + what);
  }

  /** A file of another program, or of a plain network of ours, which needs no more. */
  private static ModelFile followed(OnnxModel file, int fileBytes, int timeSteps) {
    OnnxChain chain = new OnnxChain(file);
    boolean ours = file.producer().equals(PRODUCER);
    RnnTopology topology =
        new RnnTopology(
            ours && !file.name().isEmpty() ? file.name() : OnnxFile.FOREIGN,
            network(chain, timeSteps));
    requireRoom(topology, fileBytes);
    float[] parameters = new float[topology.parameterCount()];
    for (ParameterBlock block : topology.parameters()) {
      switch (block.kind()) {
        case EMBEDDING -> copy(chain.embedding().orElseThrow().floats(), parameters, block);
        case OUTPUT_WEIGHTS -> copy(chain.headWeights(), parameters, block);
        case OUTPUT_BIAS ->
            chain.headBias().ifPresent(bias -> copy(bias.floats(), parameters, block));
        default -> {}
      }
    }
    for (int l = 0; l < chain.layers().size(); l++) {
      write(chain.layers().get(l), topology.network(), l, parameters);
    }
    return new ModelFile(topology, parameters, ours ? file.metadata() : Map.of());
  }

  private static void copy(float[] values, float[] parameters, ParameterBlock block) {
    System.arraycopy(values, 0, parameters, block.offset(), block.count());
  }

  private static Network network(OnnxChain chain, int timeSteps) {
    int steps = chain.timeSteps().orElse(timeSteps);
    int inputs = chain.layers().get(0).inputs();
    Input input =
        chain
            .embedding()
            .map(vectors -> new Embedding(vectors.sizes().get(0), inputs, Embedding.NONE))
            .map(found -> new Input(steps, 0, List.of(found), 0, Join.EVERY_STEP))
            .orElse(new Input(steps, inputs));
    List<Layer> layers = new ArrayList<>();
    for (Recurrent layer : chain.layers()) {
      layers.add(layer(layer));
    }
    return new Network(input, layers, new Head(loss(chain), chain.outputs(), reads(chain)));
  }

  private static Layer layer(Recurrent layer) {
    String cell =
        switch (layer.operator()) {
          case "LSTM" -> "lstm";
          case "GRU" -> "gru";
          default -> layer.relu() ? "elman-relu" : "elman-tanh";
        };
    Direction direction =
        switch (layer.direction()) {
          case "bidirectional" -> Direction.BOTH;
          case "reverse" -> Direction.BACKWARD;
          default -> Direction.FORWARD;
        };
    Biases biases = cell.equals("gru") || hasTwo(layer) ? Biases.TWO : Biases.ONE;
    return new Layer(cell, layer.units(), direction, 0, biases);
  }

  /** Whether a bias of the state is not zero in any direction. */
  private static boolean hasTwo(Recurrent layer) {
    if (layer.weights().size() < 3) {
      return false;
    }
    Tensor biases = layer.weights().get(2);
    float[] values = biases.floats();
    int half = values.length / biases.sizes().get(0) / 2;
    for (int i = 0; i < values.length; i++) {
      if (i / half % 2 == 1 && Float.floatToRawIntBits(values[i]) != 0) {
        return true;
      }
    }
    return false;
  }

  /**
   * Without an activation a file does not say more: one output is a number, several are classes.
   */
  private static Loss loss(OnnxChain chain) {
    return switch (chain.activation()) {
      case "Sigmoid" -> new Loss.Sigmoid();
      case "Softmax" -> Loss.softmax();
      default -> chain.outputs() == 1 ? new Loss.Squared() : Loss.softmax();
    };
  }

  private static Reads reads(OnnxChain chain) {
    return switch (chain.reads()) {
      case REACHED -> Reads.LAST;
      case MEAN -> Reads.MEAN;
      case LARGEST -> Reads.MAX;
      case ALL -> Reads.EVERY;
      case FIRST, FINAL ->
          throw new IllegalArgumentException("expected the state that a layer comes to last");
    };
  }

  private static void write(Recurrent layer, Network network, int number, float[] parameters) {
    float[] input = layer.weights().get(0).floats();
    float[] state = layer.weights().get(1).floats();
    int ways = layer.weights().get(0).sizes().get(0);
    int rows = input.length / ways / layer.inputs();
    float[] biases =
        layer.weights().size() < 3 ? new float[2 * ways * rows] : layer.weights().get(2).floats();
    for (int way = 0; way < ways; way++) {
      OnnxWeights.of(network, number, way)
          .write(
              parameters,
              OnnxRecurrent.part(input, way, ways),
              OnnxRecurrent.part(state, way, ways),
              OnnxRecurrent.part(biases, way, ways));
    }
  }
}
