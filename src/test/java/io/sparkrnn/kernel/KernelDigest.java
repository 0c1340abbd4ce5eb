package io.sparkrnn.kernel;

import static io.sparkrnn.kernel.GeneralMinibatch.Varied.LENGTHS;
import static io.sparkrnn.kernel.GeneralMinibatch.Varied.WEIGHTS;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A digest over all that kernels compute on many odd shapes; a program, so that other JVMs can be
 * asked.
 */
public final class KernelDigest {
  private KernelDigest() {}

  public static void main(String[] args) throws NoSuchAlgorithmException {
    System.out.println(of(Ops.named(args[0])));
  }

  /** For a class loader that has copies of all classes. */
  public static String ofVectorKernels() throws NoSuchAlgorithmException {
    return of(new VectorOps());
  }

  static String of(Ops kernels) throws NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    long seed = 0;
    for (Activation activation : Activation.values()) {
      for (List<Integer> hidden :
          List.of(List.of(1), List.of(7), List.of(31, 5), List.of(4, 17, 8), List.of(150))) {
        for (int timeSteps : new int[] {1, 3}) {
          for (int batch : new int[] {1, 17, 64, 80}) {
            Network shape = Network.elman(timeSteps, 28, hidden, activation, 10);
            add(digest, kernels, Minibatch.random(shape, batch, seed++));
          }
        }
      }
    }
    for (double dropout : new double[] {0, 0.3}) {
      for (Network network : GeneralNetworks.all(dropout)) {
        add(digest, kernels, GeneralMinibatch.random(network, 40, seed++, LENGTHS, WEIGHTS));
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void add(MessageDigest digest, Ops kernels, GeneralMinibatch minibatch) {
    Network network = minibatch.network();
    TrainingPass pass = new TrainingPass(network, kernels, minibatch.size(), 2);
    float[] gradient = new float[network.parameterCount()];
    int parts = pass.begin(minibatch.parameters(), minibatch, minibatch.size());
    IntStream.range(0, parts).forEach(pass::run);
    for (int part = 0; part < pass.products(); part++) {
      pass.runProduct(part);
    }
    pass.gradient(gradient);
    update(digest, gradient);
    InferencePass inference =
        new InferencePass(network, kernels, minibatch.parameters(), minibatch.size());
    inference.run(
        minibatch,
        minibatch.size(),
        (sample, step, values, at, stride) -> update(digest, new float[] {values[at + stride]}),
        null,
        null);
  }

  private static void add(MessageDigest digest, Ops kernels, Minibatch minibatch) {
    Iteration iteration = Iteration.of(kernels, minibatch);
    update(digest, iteration.gradient());
    for (float[] logits : iteration.logits()) {
      update(digest, logits);
    }
    for (float[][][] layer : iteration.hidden()) {
      for (float[][] sample : layer) {
        for (float[] state : sample) {
          update(digest, state);
        }
      }
    }
    InferencePass inference =
        new InferencePass(minibatch.network(), kernels, minibatch.parameters(), minibatch.size());
    for (int count = Math.min(2, minibatch.size()); count > 0; count--) {
      inference.run(minibatch, count);
      update(digest, new float[] {inference.logit(count - 1, 0)});
    }
    update(digest, new float[] {kernels.sumOfSquares(iteration.gradient(), Ops.lanes())});
  }

  private static void update(MessageDigest digest, float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES);
    bytes.asFloatBuffer().put(values);
    digest.update(bytes.array());
  }
}
