package io.sparkrnn.data.images;

/** Sweeps over as many hostile files as the second argument says, with the first one as seed. */
final class HostileFilesJvm {
  private HostileFilesJvm() {}

  public static void main(String[] arguments) {
    HostileSweep sweep =
        HostileSweep.of(
            Long.parseLong(arguments[0]), Integer.parseInt(arguments[1]), HostileSweep::read);
    System.out.println(sweep);
    if (!sweep.failures.isEmpty()) {
      System.exit(1);
    }
  }
}
