package io.sparkrnn.faults;

import static io.sparkrnn.faults.Point.Moment.AFTER;
import static io.sparkrnn.faults.Point.Moment.BEFORE;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * What happens at which operation below one directory, and the log of the operations. A plan is one
 * generation of a process: it holds for the threads inside {@link #run} or {@link #call} and for
 * all threads that they start, and what these opened stays with it. Once it has halted they can
 * change and read nothing below the directory any more; a new plan is a new generation. Threads of
 * no plan, such as those of a test that looks at the files, are neither counted nor disturbed.
 */
public final class FaultPlan {
  private static final Pattern FENCING = Pattern.compile("move (.*/)?(\\d+) -> \\1?\\2\\.fenced");
  private static final InheritableThreadLocal<FaultPlan> OF_THREAD = new InheritableThreadLocal<>();

  private final String scheme;
  private final String root;
  private final List<Fault> faults = new ArrayList<>();
  private final Set<Lie> lies = EnumSet.noneOf(Lie.class);
  private final List<Operation> operations = new ArrayList<>();
  private final Gate gate = new Gate();
  // Shared by operations under way, so that nothing is still changing when a halt has come.
  private final ReadWriteLock running = new ReentrantReadWriteLock();
  private volatile SimulatedHalt halt;
  private int hits;

  private FaultPlan(URI directory) {
    this.scheme = Optional.ofNullable(directory.getScheme()).orElse("file");
    String path = directory.getPath();
    this.root =
        path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }

  /** A plan that only counts, until faults are added to it. */
  public static FaultPlan below(Path directory) {
    return new FaultPlan(directory.toAbsolutePath().normalize().toUri());
  }

  /** A plan that only counts, until faults are added to it. */
  public static FaultPlan below(URI directory) {
    return new FaultPlan(directory);
  }

  /** Fails once; {@code AFTER} the operation, it is done and its answer is lost. */
  public FaultPlan fail(Point point, Failure failure) {
    faults.add(new Fault(point, false, (operation, exceptions) -> fail(failure, exceptions)));
    return this;
  }

  /** Fails at the point and at whatever else matches it from then on. */
  public FaultPlan failFrom(Point point, Failure failure) {
    faults.add(new Fault(point, true, (operation, exceptions) -> fail(failure, exceptions)));
    return this;
  }

  private static void fail(Failure failure, Function<Failure, IOException> exceptions)
      throws IOException {
    throw exceptions.apply(failure);
  }

  /** Freezes this generation. */
  public FaultPlan halt(Point point) {
    faults.add(new Fault(point, false, (operation, exceptions) -> freeze(operation)));
    return this;
  }

  /** Blocks the thread that gets there until {@link #release}. */
  public FaultPlan pause(Point point) {
    faults.add(new Fault(point, false, (operation, exceptions) -> gate.pass()));
    return this;
  }

  public FaultPlan lie(Lie lie) {
    lies.add(lie);
    return this;
  }

  /** Runs with this plan. */
  public <E extends Throwable> void run(Step<E> step) throws E {
    call(
        () -> {
          step.run();
          return null;
        });
  }

  /** Calls with this plan. */
  public <T, E extends Throwable> T call(Call<T, E> call) throws E {
    FaultPlan before = OF_THREAD.get();
    OF_THREAD.set(this);
    try {
      return call.run();
    } finally {
      if (before == null) {
        OF_THREAD.remove();
      } else {
        OF_THREAD.set(before);
      }
    }
  }

  /** Runs with this plan and expects to be halted. */
  public <E extends Throwable> void runUntilHalt(Step<E> step) throws E {
    try {
      run(step);
    } catch (SimulatedHalt e) {
      return;
    }
    throw new AssertionError("expected a halt in " + root + ", found the end of the run");
  }

  /** Waits until a thread has been paused; fails when that takes longer than a minute. */
  public void awaitPaused() throws InterruptedException {
    gate.awaitPaused(Duration.ofMinutes(1));
  }

  /** Lets the paused thread, and all who come later, go on. */
  public void release() {
    gate.open();
  }

  /** The operations so far, in the order in which they began. */
  public synchronized List<Operation> operations() {
    return List.copyOf(operations);
  }

  /** As {@link #operations}, as texts. */
  public List<String> log() {
    return operations().stream().map(Operation::toString).toList();
  }

  /** The texts of all operations that change something. */
  public List<String> changes() {
    return operations().stream().filter(o -> o.kind().isChange()).map(Operation::toString).toList();
  }

  /** How often a fault, other than a lie, came into effect. */
  public synchronized int hits() {
    return hits;
  }

  public boolean isHalted() {
    return halt != null;
  }

  /** That of the running thread. */
  static Optional<FaultPlan> current() {
    return Optional.ofNullable(OF_THREAD.get());
  }

  private boolean tells(Lie lie) {
    return lies.contains(lie);
  }

  boolean covers(String pathScheme, String path) {
    return scheme.equals(pathScheme)
        && (path.equals(root) || path.startsWith(root.endsWith("/") ? root : root + "/"));
  }

  /** An absolute path as operations name it. */
  String name(String path) {
    if (path.equals(root)) {
      return ".";
    }
    return covers(scheme, path)
        ? path.substring(root.length() + (root.endsWith("/") ? 0 : 1))
        : path;
  }

  /**
   * Counts and does one operation, with what is planned for it.
   *
   * @param exceptions what the file system throws for a failure
   */
  <T> T perform(Operation operation, Function<Failure, IOException> exceptions, IoStep<T> step)
      throws IOException {
    List<Fault> due = begin(operation);
    act(due, BEFORE, operation, exceptions);
    try {
      return whileAlive(lied(operation, step));
    } finally {
      act(due, AFTER, operation, exceptions);
    }
  }

  /** Does something that has no number of its own. */
  <T> T whileAlive(IoStep<T> step) throws IOException {
    running.readLock().lock();
    try {
      requireAlive();
      return step.run();
    } finally {
      running.readLock().unlock();
    }
  }

  private void requireAlive() {
    SimulatedHalt before = halt;
    if (before != null) {
      SimulatedHalt again = new SimulatedHalt(before.getMessage());
      again.initCause(before);
      throw again;
    }
  }

  private synchronized List<Fault> begin(Operation operation) {
    requireAlive();
    operations.add(operation);
    List<Fault> due = faults.stream().filter(fault -> fault.isDue(operation)).toList();
    hits += due.size();
    return due;
  }

  private void act(
      List<Fault> due,
      Point.Moment moment,
      Operation operation,
      Function<Failure, IOException> exceptions)
      throws IOException {
    for (Fault fault : due) {
      if (fault.point.moment() == moment && !isHalted()) {
        fault.action.act(operation, exceptions);
      }
    }
  }

  /** Steps that are lied about give nothing, as do all forces and moves. */
  private <T> IoStep<T> lied(Operation operation, IoStep<T> step) {
    boolean skipped =
        (tells(Lie.FORCES_DO_NOTHING) && operation.kind() == OperationKind.FORCE)
            || (tells(Lie.FENCING_DOES_NOTHING) && FENCING.matcher(operation.toString()).matches());
    return skipped ? () -> null : step;
  }

  private void freeze(Operation operation) {
    running.writeLock().lock();
    try {
      halt = new SimulatedHalt("halted at: " + operation);
    } finally {
      running.writeLock().unlock();
    }
    throw halt;
  }

  private static final class Fault {
    private final Point point;
    private final boolean lasting;
    private final Action action;
    private int seen;

    Fault(Point point, boolean lasting, Action action) {
      this.point = point;
      this.lasting = lasting;
      this.action = action;
    }

    boolean isDue(Operation operation) {
      if (!point.matches(operation)) {
        return false;
      }
      seen++;
      return lasting ? seen >= point.occurrence() : seen == point.occurrence();
    }
  }

  @FunctionalInterface
  private interface Action {
    void act(Operation operation, Function<Failure, IOException> exceptions) throws IOException;
  }

  /** Part of a file system's work. */
  @FunctionalInterface
  interface IoStep<T> {
    T run() throws IOException;
  }

  /** As the other, without a result. */
  @FunctionalInterface
  interface IoAction {
    void run() throws IOException;

    static IoStep<Void> step(IoAction action) {
      return () -> {
        action.run();
        return null;
      };
    }
  }

  /** What is run with a plan. */
  @FunctionalInterface
  public interface Step<E extends Throwable> {
    void run() throws E;
  }

  /** What is called with a plan. */
  @FunctionalInterface
  public interface Call<T, E extends Throwable> {
    T run() throws E;
  }
}
