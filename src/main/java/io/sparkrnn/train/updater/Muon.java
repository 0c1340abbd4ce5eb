package io.sparkrnn.train.updater;

import io.sparkrnn.kernel.Ops;
import io.sparkrnn.kernel.Orthogonaliser;
import io.sparkrnn.kernel.ParameterBlock;
import io.sparkrnn.kernel.ParameterBlock.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Momentum whose matrices are orthogonalised (Jordan et al. 2024): {@code m = mu m + (1 - mu) g; w
 * -= lr s orthogonal(mu m + (1 - mu) g)}, each gate's weights of inputs and of the state by
 * themselves. The scale {@code s} is 1 for weights of the state, else {@code sqrt(max(1, outputs /
 * inputs))}. All other parameters, such as biases and embeddings, go by Adam with a rate of their
 * own. The state is that of Adam: first moments, then second ones, which matrices leave at 0.
 *
 * @param momentum as configured
 * @param adam for all other parameters
 * @param adamRate Adam's learning rate, as a multiple of that of matrices
 * @param outputWeights whether the weights of the output layer are matrices, too, or go by Adam
 */
public record Muon(double momentum, Updater.Adam adam, double adamRate, boolean outputWeights)
    implements Updater {

  @Override
  public int moments() {
    return adam.moments();
  }

  @Override
  public Steps steps(List<ParameterBlock> blocks, Ops kernels) {
    return new MatrixSteps(this, blocks, kernels);
  }

  /** One update, and an orthogonaliser of each shape. */
  @Override
  public long stepBytes(List<ParameterBlock> blocks) {
    List<ParameterBlock> matrices = blocks.stream().filter(this::isMatrix).toList();
    long update =
        matrices.stream().mapToLong(block -> (long) rows(block) * block.rows()).max().orElse(0);
    long orthogonalisers =
        matrices.stream()
            .map(block -> List.of(rows(block), block.rows()))
            .distinct()
            .mapToLong(shape -> Orthogonaliser.bytes(shape.get(0), shape.get(1)))
            .sum();
    return Float.BYTES * update + orthogonalisers;
  }

  /** Units of one gate, which have a row each where matrices are orthogonalised. */
  private static int rows(ParameterBlock block) {
    return block.columns() / block.gates();
  }

  private boolean isMatrix(ParameterBlock block) {
    return switch (block.kind()) {
      case INPUT_WEIGHTS, RECURRENT_WEIGHTS -> true;
      case OUTPUT_WEIGHTS -> outputWeights;
      default -> false;
    };
  }

  /** The weights of one gate: a row for each unit. */
  private record Matrix(int from, int rows, int columns, double scale, Orthogonaliser orthogonal) {
    int count() {
      return rows * columns;
    }
  }

  /** Parameters of Adam, as many as stand together. */
  private record Range(int from, int end) {}

  private static final class MatrixSteps implements Steps {
    private final Muon muon;
    private final List<Matrix> matrices = new ArrayList<>();
    private final List<Range> others = new ArrayList<>();
    private final float[] update;

    MatrixSteps(Muon muon, List<ParameterBlock> blocks, Ops kernels) {
      this.muon = muon;
      Map<List<Integer>, Orthogonaliser> shapes = new HashMap<>();
      for (ParameterBlock block : blocks) {
        if (!muon.isMatrix(block)) {
          others.add(new Range(block.offset(), block.end()));
          continue;
        }
        int rows = rows(block);
        int columns = block.rows();
        double scale =
            block.kind() == Kind.RECURRENT_WEIGHTS
                ? 1
                : Math.sqrt(Math.max(1, (double) rows / columns));
        Orthogonaliser orthogonal =
            shapes.computeIfAbsent(
                List.of(rows, columns), shape -> new Orthogonaliser(kernels, rows, columns));
        for (int gate = 0; gate < block.gates(); gate++) {
          int from = block.offset() + gate * rows * columns;
          matrices.add(new Matrix(from, rows, columns, scale, orthogonal));
        }
      }
      update = new float[matrices.stream().mapToInt(Matrix::count).max().orElse(0)];
    }

    @Override
    public void step(
        float[] parameters,
        float[] gradient,
        float[][] moments,
        double learningRate,
        double momentum,
        long iteration) {
      for (Matrix matrix : matrices) {
        step(matrix, parameters, gradient, moments[0], learningRate, (float) momentum);
      }
      Updater.Adam adam = muon.adam();
      double rate = adam.rate(learningRate * muon.adamRate(), adam.momentum(), iteration);
      for (Range range : others) {
        adam.step(parameters, gradient, moments, rate, adam.momentum(), range.from(), range.end());
      }
    }

    private void step(
        Matrix matrix,
        float[] parameters,
        float[] gradient,
        float[] velocity,
        double learningRate,
        float mu) {
      int from = matrix.from();
      int count = matrix.count();
      for (int i = 0; i < count; i++) {
        float g = (1f - mu) * gradient[from + i];
        float m = mu * velocity[from + i] + g;
        velocity[from + i] = m;
        update[i] = mu * m + g;
      }
      matrix.orthogonal().orthogonalise(update, 0);
      float rate = (float) (learningRate * matrix.scale());
      for (int i = 0; i < count; i++) {
        parameters[from + i] -= rate * update[i];
      }
    }
  }
}
