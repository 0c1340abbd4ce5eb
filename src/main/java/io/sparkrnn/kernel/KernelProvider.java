package io.sparkrnn.kernel;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.LoggerFactory;

/**
 * Chooses the kernels. The driver chooses once, and every task carries the choice by name; bits do
 * not depend on it.
 *
 * @param name of the implementation
 * @param reason one line for people
 */
public record KernelProvider(String name, String reason) {
  private static final String MODULE = "jdk.incubator.vector";
  private static final String FLAG = "--add-modules " + MODULE;
  private static final Set<String> WARNED = ConcurrentHashMap.newKeySet();

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
      case "auto" -> fastest();
      default ->
          throw new IllegalArgumentException(
              "expected kernels auto, vector or portable, found " + request);
    };
  }

  private static KernelProvider fastest() {
    if (hasVectorModule() && compilesWithC2()) {
      return vector();
    }
    return new KernelProvider(
        "portable", "portable kernels: this JVM was started without " + missing());
  }

  private static String missing() {
    return hasVectorModule() ? "C2, the compiler of the vector kernels" : FLAG;
  }

  // Any other compiler, and the interpreter, make an object of each vector: twenty times slower
  // than the portable kernels.
  private static boolean compilesWithC2() {
    return System.getProperty("java.vm.name").contains("Server VM")
        && !System.getProperty("java.vm.info").contains("emulated-client")
        && flag("UseCompiler").equals(Optional.of("true"))
        && flag("TieredStopAtLevel").equals(Optional.of("4"))
        && !flag("UseJVMCICompiler").equals(Optional.of("true"));
  }

  /**
   * As {@link #choose}, for a program of the user's, which says nothing of kernels: a warning, once
   * a JVM, where {@code auto} finds only the slow ones.
   */
  public static KernelProvider chooseInLibrary(String request) {
    KernelProvider chosen = choose(request);
    if (request.equals("auto") && chosen.name().equals("portable")) {
      warnOnce(
          "All executors train with %s; with the vector kernels it would be several times faster, with the same result"
              .formatted(chosen.reason()));
    }
    return chosen;
  }

  private static KernelProvider vector() {
    return new KernelProvider("vector", "vector kernels, %d bits".formatted(VectorOps.bits()));
  }

  /**
   * The kernels that a driver chose, in this JVM: where they cannot run the portable ones do, with
   * equal bits. Where the driver left it to each JVM, {@code auto}, the fastest that can run.
   */
  public static Ops chosenByDriver(String name) {
    requireFusedMultiplyAdd();
    if (name.equals("auto")) {
      KernelProvider own = fastest();
      if (own.name().equals("portable")) {
        warnOnce(
            "This JVM trains with %s; with the vector kernels it would be several times faster, with the same result"
                .formatted(own.reason()));
      }
      return Ops.named(own.name());
    }
    if (name.equals("vector") && !(hasVectorModule() && compilesWithC2())) {
      warnOnce(
          "The driver chose the vector kernels, but this executor was started without %s; it runs the portable ones: the same result, slower"
              .formatted(missing()));
      return new PortableOps();
    }
    return Ops.named(name);
  }

  private static void warnOnce(String message) {
    if (WARNED.add(message)) {
      // Found here: a program without Spark need not have SLF4J to choose kernels.
      LoggerFactory.getLogger(KernelProvider.class).warn(message);
    }
  }

  private static boolean hasVectorModule() {
    return ModuleLayer.boot().findModule(MODULE).isPresent();
  }

  // Without the instruction, Math.fma is exact arithmetic in software, a hundred times slower.
  private static void requireFusedMultiplyAdd() {
    if (flag("UseFMA").equals(Optional.of("false"))) {
      throw new KernelUnavailableException(
          "Cannot compute on this CPU: expected fused multiply-add instructions, found none (or -XX:-UseFMA)");
    }
  }

  /** The value of a flag of HotSpot; empty in a JVM that has no such flag. */
  static Optional<String> flag(String name) {
    try {
      return Optional.ofNullable(ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class))
          .map(hotspot -> hotspot.getVMOption(name).getValue());
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
