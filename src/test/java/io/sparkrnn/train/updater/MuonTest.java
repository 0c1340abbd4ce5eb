package io.sparkrnn.train.updater;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.kernel.Orthogonaliser;
import io.sparkrnn.kernel.ParameterBlock;
import io.sparkrnn.kernel.ParameterBlock.Kind;
import io.sparkrnn.kernel.PortableOps;
import io.sparkrnn.kernel.VectorOps;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MuonTest {
  private static final Updater.Adam ADAM = new Updater.Adam(0.9, 0.99, 1e-8);
  private static final double RATE = 0.02;

  private static final List<ParameterBlock> BLOCKS =
      new Network(
              new Input(5, 3, List.of(new Embedding(6, 2, 0)), 0, Join.EVERY_STEP),
              List.of(
                  new Layer("lstm", 7, Direction.BOTH, 0, Biases.TWO),
                  new Layer("gru", 4, Direction.FORWARD, 0, Biases.TWO)),
              new Head(Loss.softmax(), 9, Reads.LAST))
          .layout()
          .blocks();

  private static final int PARAMETERS = BLOCKS.get(BLOCKS.size() - 1).end();

  private static float[] random(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[PARAMETERS];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }

  private record State(float[] parameters, float[][] moments) {
    State() {
      this(random(1), new float[2][PARAMETERS]);
    }
  }

  private static State steps(Muon muon, Ops ops, int count) {
    State state = new State();
    Updater.Steps steps = muon.steps(BLOCKS, ops);
    for (int i = 0; i < count; i++) {
      steps.step(state.parameters(), random(10 + i), state.moments(), RATE, 0.8, i);
    }
    return state;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void portableAndVectorKernelsHaveTheSameBits(boolean outputs) {
    Muon muon = new Muon(0.95, ADAM, 0.5, outputs);
    State portable = steps(muon, new PortableOps(), 3);
    State vector = steps(muon, new VectorOps(), 3);

    assertThat(vector.parameters()).isEqualTo(portable.parameters());
    assertThat(vector.moments()).isDeepEqualTo(portable.moments());
  }

  /** By the formulas, one gate after another. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void eachGateIsAMatrixWithItsOwnScaleAndAllElseIsAdams(boolean outputs) {
    State found = steps(new Muon(0.95, ADAM, 0.5, outputs), new PortableOps(), 2);
    State expected = new State();
    State adam = new State();
    for (int i = 0; i < 2; i++) {
      float[] gradient = random(10 + i);
      ADAM.step(adam.parameters(), gradient, adam.moments(), 0.5 * RATE, 0.9, i);
      for (ParameterBlock block : BLOCKS) {
        if (isMatrix(block, outputs)) {
          int count = block.count() / block.gates();
          for (int gate = 0; gate < block.gates(); gate++) {
            stepOfGate(block, block.offset() + gate * count, count, gradient, expected);
          }
        }
      }
    }
    for (ParameterBlock block : BLOCKS) {
      State of = isMatrix(block, outputs) ? expected : adam;
      for (int i = block.offset(); i < block.end(); i++) {
        assertThat(found.parameters()[i]).isCloseTo(of.parameters()[i], within(1e-6f));
        assertThat(found.moments()[0][i]).isCloseTo(of.moments()[0][i], within(1e-6f));
        assertThat(found.moments()[1][i])
            .isEqualTo(isMatrix(block, outputs) ? 0 : adam.moments()[1][i]);
      }
    }
  }

  private static boolean isMatrix(ParameterBlock block, boolean outputs) {
    return block.kind() == Kind.INPUT_WEIGHTS
        || block.kind() == Kind.RECURRENT_WEIGHTS
        || outputs && block.kind() == Kind.OUTPUT_WEIGHTS;
  }

  private static void stepOfGate(
      ParameterBlock block, int from, int count, float[] gradient, State state) {
    int units = count / block.rows();
    float[] update = new float[count];
    for (int i = 0; i < count; i++) {
      float[] velocity = state.moments()[0];
      velocity[from + i] = 0.8f * velocity[from + i] + 0.2f * gradient[from + i];
      update[i] = 0.8f * velocity[from + i] + 0.2f * gradient[from + i];
    }
    new Orthogonaliser(new PortableOps(), units, block.rows()).orthogonalise(update, 0);
    double scale =
        block.kind() == Kind.RECURRENT_WEIGHTS
            ? 1
            : Math.sqrt(Math.max(1, (double) units / block.rows()));
    for (int i = 0; i < count; i++) {
      state.parameters()[from + i] -= (float) (RATE * scale * update[i]);
    }
  }

  @Test
  void aZeroGradientChangesNothing() {
    State state = new State();
    float[] before = state.parameters().clone();
    new Muon(0.95, ADAM, 1, true)
        .steps(BLOCKS, new VectorOps())
        .step(state.parameters(), new float[PARAMETERS], state.moments(), RATE, 0.95, 0);

    assertThat(state.parameters()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
  void aGradientThatIsNotFiniteIsSeen(float value) {
    State state = new State();
    float[] gradient = random(2);
    Arrays.fill(gradient, value);
    new Muon(0.95, ADAM, 1, true)
        .steps(BLOCKS, new VectorOps())
        .step(state.parameters(), gradient, state.moments(), RATE, 0.95, 0);

    for (int i = 0; i < PARAMETERS; i++) {
      assertThat(Float.isFinite(state.moments()[0][i])).isFalse();
    }
  }
}
