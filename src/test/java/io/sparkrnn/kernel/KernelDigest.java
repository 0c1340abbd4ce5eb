package io.sparkrnn.kernel;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * A digest over all that kernels compute on many odd shapes; a program, so that other JVMs can be
 * asked.
 */
public final class KernelDigest {
  private KernelDigest() {}

  public static void main(String[] args) throws NoSuchAlgorithmException {
    System.out.println(of(RnnKernels.named(args[0])));
  }

  static String of(RnnKernels kernels) throws NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    long seed = 0;
    for (Activation activation : Activation.values()) {
      for (List<Integer> hidden :
          List.of(List.of(1), List.of(7), List.of(31, 5), List.of(4, 17, 8), List.of(150))) {
        for (int timeSteps : new int[] {1, 3}) {
          for (int batch : new int[] {1, 17, 64, 80}) {
            NetworkShape shape = new NetworkShape(timeSteps, 28, hidden, activation, 10);
            add(digest, kernels, Minibatch.random(shape, batch, seed++));
          }
        }
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void add(MessageDigest digest, RnnKernels kernels, Minibatch minibatch) {
    Workspace ws = minibatch.workspace();
    kernels.forward(minibatch.parameters(), ws, 0, ws.paddedSamples());
    kernels.outputDeltas(ws, 0, ws.paddedSamples());
    kernels.backward(minibatch.parameters(), ws, 0, ws.paddedSamples());
    float[] gradient = new float[minibatch.shape().parameterCount()];
    kernels.gradient(ws, gradient, 0, minibatch.shape().gradientRows());
    update(digest, gradient);
    update(digest, ws.logits());
    for (int l = 0; l < minibatch.shape().layers(); l++) {
      update(digest, ws.hidden(l));
    }
    update(digest, new float[] {kernels.sumOfSquares(ws, gradient)});
  }

  private static void update(MessageDigest digest, float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES);
    bytes.asFloatBuffer().put(values);
    digest.update(bytes.array());
  }
}
