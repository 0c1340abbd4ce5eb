package io.sparkrnn.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.export.SafetensorsFile;
import io.sparkrnn.kernel.Network.Reads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * A safetensors file that PyTorch wrote, samples, and what PyTorch computed for them in double.
 * Written by {@code src/bench/python/safetensors_cases.py}.
 *
 * @param dense {@code [sample][timeStep][value]}
 * @param ids {@code [sample][timeStep]}
 * @param outputs {@code [sample][reading][output]}
 */
record TorchFile(String cell, ModelFile model, float[][][] dense, int[][] ids, double[][][] outputs)
    implements MinibatchSource {
  private static final ObjectMapper JSON = new ObjectMapper();

  static TorchFile read(Path safetensors) throws IOException {
    Path other = Path.of(safetensors.toString().replace(".safetensors", ".json"));
    JsonNode json = JSON.readTree(other.toFile());
    String cell = json.get("cell").textValue();
    SafetensorsFile.Missing missing =
        new SafetensorsFile.Missing(
            json.get("timeSteps").intValue(),
            cell.equals("elman-relu") ? Activation.RELU : Activation.TANH,
            Reads.valueOf(json.get("reads").textValue().toUpperCase(Locale.ROOT)),
            Loss.softmax());
    return new TorchFile(
        cell,
        SafetensorsFile.decode(Files.readAllBytes(safetensors), safetensors.toString(), missing),
        JSON.treeToValue(json.get("dense"), float[][][].class),
        JSON.treeToValue(json.get("ids"), int[][].class),
        JSON.treeToValue(json.get("outputs"), double[][][].class));
  }

  /** The largest difference of an output of ours, of large ones relative to them. */
  double furthest(Ops ops) {
    Network network = model.topology().network();
    return furthest(network, model.parameters(), this, outputs, ops);
  }

  /** Likewise of any network, from another program's outputs. */
  static double furthest(
      Network network, float[] parameters, MinibatchSource source, double[][][] outputs, Ops ops) {
    double[] furthest = new double[1];
    int[] readings = new int[1];
    new InferencePass(network, ops, parameters, outputs.length)
        .run(
            source,
            outputs.length,
            (sample, step, values, at, stride) -> {
              readings[0]++;
              double[] expected = outputs[sample][step];
              assertThat(expected).hasSize(network.classes());
              for (int output = 0; output < expected.length; output++) {
                double difference =
                    Math.abs(values[at + output * stride] - expected[output])
                        / Math.max(1, Math.abs(expected[output]));
                // Of what is no number the difference is none, and not below a tolerance.
                furthest[0] = difference <= furthest[0] ? furthest[0] : difference;
              }
            },
            null,
            null);
    int expected = 0;
    for (double[][] sample : outputs) {
      expected += sample.length;
    }
    assertThat(readings[0]).isEqualTo(expected);
    return furthest[0];
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
  public int id(int channel, int sample, int timeStep) {
    return ids[sample][timeStep];
  }
}
