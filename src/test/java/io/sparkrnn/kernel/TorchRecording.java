package io.sparkrnn.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkrnn.kernel.Network.Biases;
import io.sparkrnn.kernel.Network.Direction;
import io.sparkrnn.kernel.Network.Embedding;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Join;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.Network.Reads;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A small network with samples and what PyTorch computed for them, in our order of parameters. What
 * a recording does not have is null. Written by {@code src/bench/python/kernel_recordings.py}.
 *
 * @param parameters flat
 * @param dense {@code [sample][timeStep][value]}
 * @param ids {@code [sample][timeStep]}
 * @param statics {@code [sample][value]}
 * @param labels {@code [sample][reading]}
 * @param targets {@code [sample][reading][output]}
 * @param weights {@code [sample][reading]}
 * @param initialStates {@code [sample][value]}, in the layout of {@link Network#stateSize}
 * @param outputs {@code [sample][reading][output]}
 * @param loss of all samples as one minibatch
 * @param gradient of it
 * @param states after the last time step, as the initial ones
 * @param order the samples of each minibatch of a training
 * @param losses of each minibatch, before its step
 */
record TorchRecording(
    Network network,
    float[] parameters,
    float[][][] dense,
    int[][] ids,
    float[][] statics,
    int[][] labels,
    float[][][] targets,
    float[][] weights,
    double[][] initialStates,
    double[][][] outputs,
    Double loss,
    double[] gradient,
    double[][] states,
    int[][] order,
    double[] losses)
    implements MinibatchSource {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** One minibatch in double, with its gradient. */
  static final List<String> MINIBATCHES =
      List.of(
          "lstm",
          "lstm-both",
          "gru",
          "gru-both",
          "elman-tanh",
          "elman-relu",
          "class-weights",
          "weighted",
          "absolute",
          "huber",
          "quantile",
          "poisson",
          "statics-below",
          "statics-at-head");

  /** The first losses of trainings in float, by Adam with PyTorch's defaults. */
  static final List<String> TRAININGS =
      List.of("training-lstm", "training-gru", "training-elman-tanh");

  static TorchRecording load(String name) {
    try (InputStream in = TorchRecording.class.getResourceAsStream("torch-" + name + ".json")) {
      JsonNode json = JSON.readTree(in);
      Network network = network(json.get("network"));
      double[] gradient = value(json, "gradient", double[].class);
      return new TorchRecording(
          network,
          narrowed(TorchOrder.toOurs(network, value(json, "parameters", double[].class))),
          value(json, "dense", float[][][].class),
          value(json, "ids", int[][].class),
          value(json, "statics", float[][].class),
          value(json, "labels", int[][].class),
          value(json, "targets", float[][][].class),
          value(json, "weights", float[][].class),
          value(json, "initialStates", double[][].class),
          value(json, "outputs", double[][][].class),
          value(json, "loss", Double.class),
          gradient == null ? null : TorchOrder.toOurs(network, gradient),
          value(json, "states", double[][].class),
          value(json, "order", int[][].class),
          value(json, "losses", double[].class));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static <T> T value(JsonNode json, String name, Class<T> type) throws IOException {
    return json.has(name) ? JSON.treeToValue(json.get(name), type) : null;
  }

  private static float[] narrowed(double[] values) {
    float[] narrowed = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      narrowed[i] = (float) values[i];
    }
    return narrowed;
  }

  private static Network network(JsonNode json) throws IOException {
    List<Embedding> channels =
        json.has("vocabulary")
            ? List.of(
                new Embedding(
                    json.get("vocabulary").intValue(),
                    json.get("embedded").intValue(),
                    json.get("padding").intValue()))
            : List.of();
    Input input =
        new Input(
            json.get("timeSteps").intValue(),
            json.get("dense").intValue(),
            channels,
            json.path("statics").asInt(0),
            Join.valueOf(json.path("join").asText("EVERY_STEP")));
    Layer layer =
        new Layer(
            json.get("cell").textValue(),
            json.get("units").intValue(),
            Direction.valueOf(json.get("direction").textValue()),
            0,
            Biases.TWO);
    Head head =
        new Head(
            loss(json),
            json.get("outputs").intValue(),
            Reads.valueOf(json.get("reads").textValue()));
    return new Network(input, Collections.nCopies(json.get("layers").intValue(), layer), head);
  }

  private static Loss loss(JsonNode json) throws IOException {
    String name = json.get("loss").textValue();
    return switch (name) {
      case "softmax" -> {
        Float[] weights = value(json, "classWeights", Float[].class);
        yield new Loss.Softmax(
            json.path("labelSmoothing").asDouble(0),
            weights == null ? List.of() : List.of(weights));
      }
      case "sigmoid" -> new Loss.Sigmoid();
      case "squared" -> new Loss.Squared();
      case "absolute" -> new Loss.Absolute();
      case "huber" -> new Loss.Huber(json.get("delta").doubleValue());
      case "quantile" -> new Loss.Quantile(List.of(value(json, "levels", Double[].class)));
      case "poisson" -> new Loss.Poisson();
      default -> throw new IllegalArgumentException("a loss that is not recorded: " + name);
    };
  }

  /** The numbers of all samples. */
  int[] all() {
    return IntStream.range(0, dense.length).toArray();
  }

  @Override
  public void layOut(
      int[] samples, int first, int count, float[] target, int at, int stepStride, int width) {
    for (int s = 0; s < count; s++) {
      float[][] sample = dense[samples[first + s]];
      for (int t = 0; t < sample.length; t++) {
        for (int i = 0; i < sample[t].length; i++) {
          target[at + t * stepStride + i * width + s] = sample[t][i];
        }
      }
    }
  }

  @Override
  public int length(int sample) {
    return dense[sample].length;
  }

  @Override
  public int label(int sample, int step) {
    return labels[sample][step];
  }

  @Override
  public float target(int sample, int step, int output) {
    return targets[sample][step][output];
  }

  @Override
  public float weight(int sample, int step) {
    return weights == null ? 1 : weights[sample][step];
  }

  @Override
  public int id(int channel, int sample, int timeStep) {
    return ids[sample][timeStep];
  }

  @Override
  public float fixed(int sample, int index) {
    return statics[sample][index];
  }
}
