package io.sparkrnn.benchmark;

import io.sparkrnn.kernel.Ops;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.random.SeededRandom;
import io.sparkrnn.train.updater.Muon;
import io.sparkrnn.train.updater.Updater;
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

/** One step of an updater on all parameters. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class UpdaterBenchmark {
  @Param({Workload.ROW_RNN_150, Workload.ROW_RNN_100X2, Workload.ROW_RNN_512X2, Workload.LSTM_256})
  public String model = Workload.ROW_RNN_150;

  private static final Updater.Elementwise NESTEROVS = new Updater.Nesterovs(0.9);

  private float[] parameters;
  private float[] gradient;
  private float[][] moments;
  private long iteration;
  private Updater.Steps muon;

  @Setup
  public void load() {
    RnnTopology topology = Workload.named(model).topology();
    parameters = ParameterInitializer.ORTHOGONAL.initialise(topology, Workload.SEED);
    gradient = new float[parameters.length];
    SeededRandom random = SeededRandom.of(Workload.SEED);
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] = random.nextFloat() - 0.5f;
    }
    muon =
        new Muon(0.95, SteadyIterations.ADAM, 1, false)
            .steps(topology.parameters(), Ops.named("vector"));
    moments = new float[SteadyIterations.ADAM.moments()][parameters.length];
  }

  @Benchmark
  public float[] adam() {
    SteadyIterations.ADAM.step(
        parameters,
        gradient,
        moments,
        SteadyIterations.LEARNING_RATE,
        SteadyIterations.ADAM.beta1(),
        iteration++);
    return parameters;
  }

  /** With matrices that are orthogonalised by the vector kernels. */
  @Benchmark
  public float[] muon() {
    muon.step(parameters, gradient, moments, SteadyIterations.LEARNING_RATE, 0.95, iteration++);
    return parameters;
  }

  @Benchmark
  public float[] nesterovs() {
    NESTEROVS.step(parameters, gradient, moments, SteadyIterations.LEARNING_RATE, 0.9, iteration++);
    return parameters;
  }
}
