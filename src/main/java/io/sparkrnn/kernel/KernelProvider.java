package io.sparkrnn.kernel;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses the kernels. The driver chooses once, and every task carries the choice by name; bits do
 * not depend on it.
 *
 * @param name of the implementation
 * @param reason one line for people
 */
public record KernelProvider(String name, String reason) {
  private static final Logger LOG = LoggerFactory.getLogger(KernelProvider.class);
  private static final String MODULE = "jdk.incubator.vector";
  private static final String FLAG = "--add-modules " + MODULE;

  /**
   * The kernels of a request: {@code vector} or {@code portable} are forced, {@code auto} is the
   * fastest that can run.
   *
   * @throws KernelUnavailableException if what is forced cannot run, or this CPU has no fused
   *     multiply-add
   */
  public static KernelProvider choose(String request) {
    requireFusedMultiplyAdd();
    return switch (request) {
      case "portable" -> new KernelProvider("portable", "portable kernels, as asked");
      case "vector" -> {
        if (!hasVectorModule()) {
          throw new KernelUnavailableException(
              "Cannot run the kernels vector: expected the module %s, found a JVM started without %s"
                  .formatted(MODULE, FLAG));
        }
        yield vector();
      }
      case "auto" ->
          hasVectorModule()
              ? vector()
              : new KernelProvider(
                  "portable", "portable kernels: this JVM was started without " + FLAG);
      default ->
          throw new IllegalArgumentException(
              "expected kernels auto, vector or portable, found " + request);
    };
  }

  private static KernelProvider vector() {
    return new KernelProvider(
        "vector", "vector kernels, %d bits".formatted(VectorRnnKernels.bits()));
  }

  /**
   * The kernels that a driver chose, in this JVM: where they cannot run the portable ones do, with
   * equal bits.
   */
  public static RnnKernels chosenByDriver(String name) {
    requireFusedMultiplyAdd();
    if (name.equals("vector") && !hasVectorModule()) {
      WarnedOnce.LOGGED.run();
      return new PortableRnnKernels();
    }
    return RnnKernels.named(name);
  }

  /** Class initialisation happens once a JVM. */
  private static final class WarnedOnce {
    static final Runnable LOGGED = () -> {};

    static {
      LOG.warn(
          "The driver chose the vector kernels, but this executor was started without {}; it runs the portable ones: the same result, slower",
          FLAG);
    }
  }

  private static boolean hasVectorModule() {
    return ModuleLayer.boot().findModule(MODULE).isPresent();
  }

  // Without the instruction, Math.fma is exact arithmetic in software, a hundred times slower.
  private static void requireFusedMultiplyAdd() {
    HotSpotDiagnosticMXBean hotspot =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    if (hotspot != null && hotspot.getVMOption("UseFMA").getValue().equals("false")) {
      throw new KernelUnavailableException(
          "Cannot compute on this CPU: expected fused multiply-add instructions, found none (or -XX:-UseFMA)");
    }
  }
}
