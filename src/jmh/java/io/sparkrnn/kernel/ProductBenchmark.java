package io.sparkrnn.kernel;

import java.util.Random;
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

/** The products of a forward pass of {@code row-rnn-150} alone: 28 steps of 64 samples. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(5)
public class ProductBenchmark {
  private static final int STEPS = 28;
  private static final int GROUPS = 2;
  private static final int WIDTH = Groups.GROUP;
  private static final int UNITS = 150;
  private static final int DEPTH = 28 + UNITS;

  @Param({"vector", "portable"})
  public String kernels = "vector";

  private Ops ops;
  private float[] m;
  private int weights;
  private int block;
  private int blockRows;

  @Setup
  public void load() {
    ops = Ops.named(kernels);
    int rows = Ops.padded(UNITS, Ops.ROWS);
    blockRows = 28 + rows;
    Arena arena = new Arena();
    weights = arena.reserve((long) rows * DEPTH);
    block = arena.reserve((long) GROUPS * (STEPS + 1) * blockRows * WIDTH);
    m = arena.allocate();
    Random random = new Random(1);
    for (int i = 0; i < m.length; i++) {
      m[i] = (random.nextFloat() - 0.5f) / UNITS;
    }
  }

  /** Floating-point operations of a call: two for each product. */
  public static long flops() {
    return 2L * GROUPS * WIDTH * STEPS * UNITS * DEPTH;
  }

  @Benchmark
  public float products() {
    int panels = Ops.padded(UNITS, Ops.ROWS) / Ops.ROWS;
    int ofGroup = (STEPS + 1) * blockRows * WIDTH;
    int at = block;
    for (int t = 0; t < STEPS; t++, at += blockRows * WIDTH) {
      int c = at + (blockRows + 28) * WIDTH;
      int aPanel = DEPTH * Ops.ROWS;
      ops.multiplyAdd(
          m, c, ofGroup, WIDTH, WIDTH, GROUPS, panels, DEPTH, weights, aPanel, at, ofGroup);
    }
    return m[block];
  }
}
