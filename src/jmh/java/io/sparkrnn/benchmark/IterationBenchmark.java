package io.sparkrnn.benchmark;

import io.sparkrnn.kernel.Ops;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Whole iterations of a worker: lay out, forward, loss, backward, gradient, clipping, Adam. The
 * copies of parameters and state that a round makes are shared by its iterations.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class IterationBenchmark {
  @Param({Workload.ROW_RNN_150, Workload.ROW_RNN_100X2, Workload.ROW_RNN_512X2})
  public String model = Workload.ROW_RNN_150;

  @Param({"vector", "portable"})
  public String kernels = "vector";

  @Param("1")
  public int threads = 1;

  private SteadyIterations iterations;

  @Setup
  public void load() {
    iterations = new SteadyIterations(Workload.named(model), Ops.named(kernels), threads, 1);
  }

  @Benchmark
  @OperationsPerInvocation(SteadyIterations.PER_ROUND)
  public double iteration() {
    return iterations.round();
  }
}
