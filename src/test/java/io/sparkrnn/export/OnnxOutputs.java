package io.sparkrnn.export;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.sparkrnn.kernel.GeneralMinibatch;
import io.sparkrnn.kernel.GeneralMinibatch.Sample;
import io.sparkrnn.kernel.InferencePass;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.kernel.Ops;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Outputs of a minibatch, {@code [sample][step][output]} flat, with one step where a head reads
 * none by itself. NaN stands behind the ends of sequences.
 */
final class OnnxOutputs {
  private static final OrtEnvironment ENVIRONMENT = OrtEnvironment.getEnvironment();

  private OnnxOutputs() {}

  /** Of our kernels, before what a loss makes of them. */
  static float[] ours(GeneralMinibatch minibatch) {
    Network network = minibatch.network();
    int samples = minibatch.size();
    int outputs = network.classes();
    int steps = steps(network);
    float[] all = new float[samples * steps * outputs];
    Arrays.fill(all, Float.NaN);
    InferencePass pass =
        new InferencePass(network, Ops.named("portable"), minibatch.parameters(), samples);
    pass.run(
        minibatch,
        samples,
        (sample, step, values, at, stride) -> {
          for (int output = 0; output < outputs; output++) {
            all[(sample * steps + step) * outputs + output] = values[at + output * stride];
          }
        },
        null,
        null);
    return all;
  }

  static int steps(Network network) {
    return network.head().reads() == Reads.EVERY ? network.timeSteps() : 1;
  }

  /** The name of the output that is nearest to what the head multiplies. */
  static String name(Network network) {
    Loss loss = network.head().loss();
    return loss.ofClasses() || loss instanceof Loss.Sigmoid ? "logits" : "values";
  }

  /**
   * Of ONNX Runtime, as a file of ours has them.
   *
   * @param scale by which dense values are multiplied, and then {@code mean} is added
   */
  static float[] onnxRuntime(byte[] file, GeneralMinibatch minibatch, float scale, float mean)
      throws OrtException {
    Map<String, OnnxTensor> inputs = new HashMap<>();
    try (OrtSession session = ENVIRONMENT.createSession(file)) {
      for (String name : session.getInputNames()) {
        inputs.put(name, input(name, minibatch, scale, mean));
      }
      try (OrtSession.Result result = session.run(inputs)) {
        FloatBuffer values =
            ((OnnxTensor) result.get(name(minibatch.network())).orElseThrow()).getFloatBuffer();
        float[] array = new float[values.remaining()];
        values.get(array);
        return array;
      }
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  private static OnnxTensor input(String name, GeneralMinibatch minibatch, float scale, float mean)
      throws OrtException {
    Network network = minibatch.network();
    int samples = minibatch.size();
    int steps = network.timeSteps();
    int dense = network.input().dense();
    int statics = network.input().statics();
    FloatBuffer values = FloatBuffer.allocate(samples * steps * Math.max(dense, statics));
    LongBuffer ids = LongBuffer.allocate(samples * steps);
    IntBuffer lengths = IntBuffer.allocate(samples);
    for (Sample sample : minibatch.samples()) {
      switch (name) {
        case "input" -> {
          for (float[] step : sample.dense()) {
            for (float value : step) {
              values.put(value * scale + mean);
            }
          }
        }
        case "statics" -> values.put(sample.statics());
        case "lengths" -> lengths.put(sample.length());
        default -> {
          int channel = name.equals("ids") ? 0 : Integer.parseInt(name.substring(3));
          Arrays.stream(sample.ids()[channel]).forEach(ids::put);
        }
      }
    }
    return switch (name) {
      case "input" ->
          OnnxTensor.createTensor(ENVIRONMENT, values.flip(), new long[] {samples, steps, dense});
      case "statics" ->
          OnnxTensor.createTensor(ENVIRONMENT, values.flip(), new long[] {samples, statics});
      case "lengths" -> OnnxTensor.createTensor(ENVIRONMENT, lengths.flip(), new long[] {samples});
      default -> OnnxTensor.createTensor(ENVIRONMENT, ids.flip(), new long[] {samples, steps});
    };
  }
}
