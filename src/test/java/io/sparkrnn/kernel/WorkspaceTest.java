package io.sparkrnn.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkspaceTest {
  private static final NetworkShape SHAPE = new NetworkShape(2, 3, List.of(4), Activation.TANH, 3);

  @ParameterizedTest
  @CsvSource({"1, 16", "15, 16", "16, 16", "17, 32", "64, 64"})
  void rowsArePaddedToWholeVectors(int samples, int padded) {
    Workspace ws = new Workspace(SHAPE, 64);
    ws.begin(samples);
    assertThat(ws.samples()).isEqualTo(samples);
    assertThat(ws.paddedSamples()).isEqualTo(padded);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 18})
  void aMinibatchThatDoesNotFitIsRefused(int samples) {
    Workspace ws = new Workspace(SHAPE, 17);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ws.begin(samples))
        .withMessage("a minibatch of this workspace has 1 to 17 samples, found " + samples);
  }

  @Test
  void theLowestOfEqualLogitsIsPredicted() {
    Workspace ws = new Workspace(SHAPE, 3);
    ws.begin(3);
    float[][] logits = {{1, 1, 1}, {-2, 5, 5}, {0, 1, 2}};
    for (int s = 0; s < 3; s++) {
      for (int c = 0; c < 3; c++) {
        ws.logits()[c * ws.paddedSamples() + s] = logits[s][c];
      }
    }
    assertThat(new int[] {ws.predicted(0), ws.predicted(1), ws.predicted(2)})
        .containsExactly(0, 1, 2);
  }
}
