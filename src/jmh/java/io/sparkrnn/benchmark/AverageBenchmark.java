package io.sparkrnn.benchmark;

import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.train.ParameterAverage;
import io.sparkrnn.train.RoundResult;
import io.sparkrnn.train.TrainingState;
import io.sparkrnn.train.WorkerResult;
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

/** The driver's average of a round: parameters and Adam's state of all workers. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class AverageBenchmark {
  @Param({Workload.ROW_RNN_150, Workload.ROW_RNN_100X2, Workload.ROW_RNN_512X2})
  public String model = Workload.ROW_RNN_150;

  @Param({"2", "16", "256"})
  public int workers;

  private WorkerResult[] results;

  @Setup
  public void load() {
    RnnTopology topology = Workload.named(model).topology();
    results = new WorkerResult[workers];
    for (int worker = 0; worker < workers; worker++) {
      float[] parameters = ParameterInitializer.ORTHOGONAL.initialise(topology, worker);
      TrainingState state = TrainingState.initial(parameters, SteadyIterations.ADAM);
      results[worker] = new WorkerResult(worker, state.vector(), 64, 1, 1);
    }
  }

  @Benchmark
  public RoundResult average() {
    ParameterAverage average = new ParameterAverage(workers);
    for (WorkerResult result : results) {
      average.add(result);
    }
    return average.result();
  }
}
