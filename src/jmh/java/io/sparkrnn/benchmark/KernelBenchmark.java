package io.sparkrnn.benchmark;

import io.sparkrnn.data.MinibatchPlan;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.kernel.Workspace;
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

/** The kernels one by one, in one thread, on a real minibatch. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class KernelBenchmark {
  @Param({Workload.ROW_RNN_150, Workload.ROW_RNN_100X2, Workload.ROW_RNN_512X2})
  public String model = Workload.ROW_RNN_150;

  @Param({"vector", "portable"})
  public String kernels = "vector";

  private Ops rnn;
  private Workspace workspace;
  private float[] parameters;
  private float[] gradient;

  @Setup
  public void load() {
    Workload workload = Workload.named(model);
    SequenceDataset images = Workload.mnist().shard(0).samples();
    int[] samples = MinibatchPlan.order(Workload.SEED, 0, 0, images.size());
    rnn = Ops.named(kernels);
    parameters = ParameterInitializer.ORTHOGONAL.initialise(workload.topology(), Workload.SEED);
    gradient = new float[parameters.length];
    int size = workload.minibatchSize();
    workspace = new Workspace(workload.topology().network(), size);
    workspace.begin(size);
    images.layOut(samples, 0, size, workspace.input(), workspace.paddedSamples());
    for (int s = 0; s < size; s++) {
      workspace.labels()[s] = images.label(samples[s]);
    }
    // Each kernel reads what the ones before it have left.
    forward();
    outputDeltas();
    backward();
    gradient();
  }

  @Benchmark
  public float[] forward() {
    rnn.forward(parameters, workspace, 0, workspace.paddedSamples());
    return workspace.logits();
  }

  @Benchmark
  public double[] outputDeltas() {
    rnn.outputDeltas(workspace, 0, workspace.paddedSamples());
    return workspace.losses();
  }

  @Benchmark
  public Workspace backward() {
    rnn.backward(parameters, workspace, 0, workspace.paddedSamples());
    return workspace;
  }

  @Benchmark
  public float[] gradient() {
    rnn.gradient(workspace, gradient, 0, workspace.shape().gradientRows());
    return gradient;
  }

  @Benchmark
  public float sumOfSquares() {
    return rnn.sumOfSquares(workspace, gradient);
  }
}
