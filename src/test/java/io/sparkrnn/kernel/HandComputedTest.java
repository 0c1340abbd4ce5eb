package io.sparkrnn.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** One neuron, two time steps, worked out by hand. */
class HandComputedTest {
  private static final Offset<Float> TOLERANCE = within(1e-6f);
  private static final Ops KERNELS = new PortableOps();

  // Y0 = tanh(X0 U + b), Y1 = tanh(Y0 W + X1 U + b)
  // with U = (0.1, -0.2, 0.05, 0.3), W = 0.5, b = 0.1:
  //
  // X0            X0 U + b                        Y0
  // (0, 1, 2, 0)  -0.2 + 0.1 + 0.1       =  0     0
  // (3, 4, 5, 0)  0.3 - 0.8 + 0.25 + 0.1 = -0.15  -0.1488850
  // (6, 7, 8, 0)  0.6 - 1.4 + 0.4 + 0.1  = -0.3   -0.2913126
  // (9, 0, 1, 0)  0.9 + 0.05 + 0.1       =  1.05   0.7818064
  //
  // X1            X1 U + b                        + Y0 W                            Y1
  // (9, 8, 7, 0)  0.9 - 1.6 + 0.35 + 0.1 = -0.25  + 0          = -0.25              -0.2449187
  // (0, 0, 0, 0)  0.1                    =  0.1   - 0.0744425  =  0.0255575          0.0255519
  // (6, 5, 4, 0)  0.6 - 1 + 0.2 + 0.1    = -0.1   - 0.1456563  = -0.2456563         -0.2408312
  // (3, 2, 1, 0)  0.3 - 0.4 + 0.05 + 0.1 =  0.05  + 0.3909032  =  0.4409032          0.4143928
  @Test
  void twoTimeStepsOfOneNeuron() {
    float[][] x0 = {{0, 1, 2, 0}, {3, 4, 5, 0}, {6, 7, 8, 0}, {9, 0, 1, 0}};
    float[][] x1 = {{9, 8, 7, 0}, {0, 0, 0, 0}, {6, 5, 4, 0}, {3, 2, 1, 0}};
    float[][][] samples = new float[4][][];
    for (int s = 0; s < 4; s++) {
      samples[s] = new float[][] {x0[s], x1[s]};
    }
    float[] parameters = {0.1f, -0.2f, 0.05f, 0.3f, 0.5f, 0.1f};
    Minibatch minibatch =
        new Minibatch(
            Network.elman(2, 4, List.of(1), Activation.TANH, 0), parameters, samples, new int[4]);
    InferencePass pass = InferencePass.keepingStates(minibatch.network(), KERNELS, parameters, 4);
    pass.run(minibatch, 4);

    float[] y0 = {0f, -0.1488850f, -0.2913126f, 0.7818064f};
    float[] y1 = {-0.2449187f, 0.0255519f, -0.2408312f, 0.4143928f};
    for (int s = 0; s < 4; s++) {
      assertThat(pass.hidden(0, 0, 0, s)).isCloseTo(y0[s], TOLERANCE);
      assertThat(pass.hidden(0, 1, 0, s)).isCloseTo(y1[s], TOLERANCE);
    }
  }

  // relu, U = 1, W = 0.5, b = 0, V = (1, 0), c = (-2, 0), x = (2, 1), class 1:
  // h0 = 2, h1 = 1 + 0.5 * 2 = 2, z = (2 - 2, 0) = (0, 0), p = (1/2, 1/2), loss = ln 2.
  // dz = p - y = (1/2, -1/2); dV = dz h1 = (1, -1); dc = dz.
  // da1 = V dz = 1/2; da0 = W da1 = 1/4.
  // dU = da0 x0 + da1 x1 = 1/2 + 1/2 = 1; dW = da1 h0 = 1; db = da0 + da1 = 3/4.
  @Test
  void gradientOfOneRectifiedNeuronIsExact() {
    Iteration iteration =
        backPropagated(
            Activation.RELU, new float[] {1, 0.5f, 0, 1, 0, -2, 0}, new float[][] {{2}, {1}}, 1);
    assertThat(iteration.losses()[0]).isCloseTo(0.6931471805599453, within(1e-15));
    assertThat(iteration.gradient()).containsExactly(1f, 1f, 0.75f, 1f, -1f, 0.5f, -0.5f);
  }

  // tanh, U = 0.5, W = -1, b = 0.25, V = (1, -1), c = (0, 0.5), x = (1, 2), class 0:
  // a0 = 0.5 + 0.25 = 0.75, h0 = tanh a0 = 0.6351490
  // a1 = 1 - 0.6351490 + 0.25 = 0.6148510, h1 = tanh a1 = 0.5475329
  // z = (0.5475329, -0.5475329 + 0.5) = (0.5475329, -0.0475329)
  // p0 = 1 / (1 + exp(z1 - z0)) = 1 / (1 + exp(-0.5950657)) = 0.6445266, loss = -ln p0 = 0.4392392
  // dz = (p0 - 1, p1) = (-0.3554734, 0.3554734); dV = dz h1 = (-0.1946334, 0.1946334); dc = dz
  // dh1 = V dz = -0.7109468, da1 = dh1 (1 - h1^2) = -0.7109468 * 0.7002078 = -0.4978105
  // dh0 = W da1 = 0.4978105, da0 = dh0 (1 - h0^2) = 0.4978105 * 0.5965858 = 0.2969867
  // dU = da0 * 1 + da1 * 2 = -0.6986343; dW = da1 h0 = -0.3161838; db = da0 + da1 = -0.2008238
  @Test
  void gradientOfOneTanhNeuron() {
    Iteration iteration =
        backPropagated(
            Activation.TANH,
            new float[] {0.5f, -1, 0.25f, 1, -1, 0, 0.5f},
            new float[][] {{1}, {2}},
            0);
    assertThat(iteration.losses()[0]).isCloseTo(0.4392392, within(1e-6));
    float[] expected = {
      -0.6986343f, -0.3161838f, -0.2008238f, -0.1946334f, 0.1946334f, -0.3554734f, 0.3554734f
    };
    assertThat(iteration.gradient()).containsExactly(expected, TOLERANCE);
  }

  private static Iteration backPropagated(
      Activation activation, float[] parameters, float[][] sample, int label) {
    Network network = Network.elman(2, 1, List.of(1), activation, 2);
    return Iteration.of(
        KERNELS, new Minibatch(network, parameters, new float[][][] {sample}, new int[] {label}));
  }
}
