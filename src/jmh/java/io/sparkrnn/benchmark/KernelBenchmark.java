package io.sparkrnn.benchmark;

import io.sparkrnn.data.MinibatchPlan;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.kernel.InferencePass;
import io.sparkrnn.kernel.MinibatchSource;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.kernel.TrainingPass;
import io.sparkrnn.model.ParameterInitializer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The passes through a network, in one thread, on a real minibatch. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(5)
public class KernelBenchmark {
  @Param({Workload.ROW_RNN_150, Workload.ROW_RNN_100X2, Workload.ROW_RNN_512X2, Workload.LSTM_256})
  public String model = Workload.ROW_RNN_150;

  @Param({"vector", "portable"})
  public String kernels = "vector";

  private final float[] lanes = Ops.lanes();
  private Ops ops;
  private TrainingPass training;
  private InferencePass inference;
  private MinibatchSource minibatch;
  private int size;
  private float[] parameters;
  private float[] gradient;

  @Setup
  public void load() {
    Workload workload = Workload.named(model);
    SequenceDataset images = Workload.mnist().shard(0).samples();
    ops = Ops.named(kernels);
    size = workload.minibatchSize();
    parameters = ParameterInitializer.ORTHOGONAL.initialise(workload.topology(), Workload.SEED);
    gradient = new float[parameters.length];
    training = new TrainingPass(workload.topology().network(), ops, size, 1);
    inference = new InferencePass(workload.topology().network(), ops, parameters, size);
    int[] order = MinibatchPlan.order(Workload.SEED, 0, 0, images.size());
    minibatch =
        new MinibatchSource() {
          @Override
          public void layOut(
              int[] places,
              int first,
              int count,
              float[] target,
              int at,
              int stepStride,
              int width) {
            images.layOut(order, 0, places, first, count, target, at, stepStride, width);
          }

          @Override
          public int length(int sample) {
            return images.timeSteps();
          }

          @Override
          public int label(int sample, int step) {
            return images.label(order[sample]);
          }
        };
  }

  /** Losses and gradient. */
  @Benchmark
  public double trainingPass() {
    training.begin(parameters, minibatch, size);
    training.run(0);
    training.gradient(gradient);
    return training.lossSum();
  }

  @Benchmark
  public float inferencePass() {
    inference.run(minibatch, size);
    return inference.logit(0, 0);
  }

  @Benchmark
  public float oneSample() {
    inference.run(minibatch, 1);
    return inference.logit(0, 0);
  }

  @Benchmark
  public float sumOfSquares() {
    return ops.sumOfSquares(gradient, lanes);
  }
}
