package io.sparkrnn.benchmark;

import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * As many fused multiply-adds as one thread can do: all operands in registers, and enough
 * independent sums to hide the latency. Twelve sums and two factors fit into the sixteen registers
 * that AVX2 has.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class PeakBenchmark {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int SUMS = 12;
  private static final int REPETITIONS = 10_000;

  // Not constants: the compiler must not know the results.
  private float factor = 0.999f;
  private float addend = 0.001f;

  /** Of one call: two for every lane of every sum. */
  static long flops() {
    return 2L * SPECIES.length() * SUMS * REPETITIONS;
  }

  @Benchmark
  public float fusedMultiplyAdd() {
    FloatVector x = FloatVector.broadcast(SPECIES, factor);
    FloatVector y = FloatVector.broadcast(SPECIES, addend);
    FloatVector s0 = y;
    FloatVector s1 = y.add(1f);
    FloatVector s2 = y.add(2f);
    FloatVector s3 = y.add(3f);
    FloatVector s4 = y.add(4f);
    FloatVector s5 = y.add(5f);
    FloatVector s6 = y.add(6f);
    FloatVector s7 = y.add(7f);
    FloatVector s8 = y.add(8f);
    FloatVector s9 = y.add(9f);
    FloatVector s10 = y.add(10f);
    FloatVector s11 = y.add(11f);
    for (int i = 0; i < REPETITIONS; i++) {
      s0 = s0.fma(x, y);
      s1 = s1.fma(x, y);
      s2 = s2.fma(x, y);
      s3 = s3.fma(x, y);
      s4 = s4.fma(x, y);
      s5 = s5.fma(x, y);
      s6 = s6.fma(x, y);
      s7 = s7.fma(x, y);
      s8 = s8.fma(x, y);
      s9 = s9.fma(x, y);
      s10 = s10.fma(x, y);
      s11 = s11.fma(x, y);
    }
    FloatVector low = s0.add(s1).add(s2).add(s3).add(s4).add(s5);
    return low.add(s6).add(s7).add(s8).add(s9).add(s10).add(s11).lane(0);
  }
}
