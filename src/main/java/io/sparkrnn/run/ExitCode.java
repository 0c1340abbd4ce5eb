package io.sparkrnn.run;

import io.sparkrnn.checkpoint.RunBusyException;
import io.sparkrnn.config.ConfigurationException;
import io.sparkrnn.data.DataException;
import io.sparkrnn.kernel.KernelUnavailableException;
import io.sparkrnn.registry.VersionRefusedException;
import io.sparkrnn.storage.StorageException;
import io.sparkrnn.train.TrainingDivergedException;

/** What the process tells its caller. */
public final class ExitCode {
  public static final int DONE = 0;
  public static final int FAILURE = 1;

  /** No failure: what {@code retrain} says of a model that did not become current, if asked to. */
  public static final int KEPT = 3;

  public static final int USAGE = 64;
  public static final int DATA = 65;
  public static final int UNAVAILABLE = 69;
  public static final int STORAGE = 74;
  public static final int BUSY = 75;

  private ExitCode() {}

  public static int of(Throwable failure) {
    if (failure instanceof ConfigurationException
        || failure instanceof KernelUnavailableException
        || failure instanceof VersionRefusedException
        || failure instanceof UsageException) {
      return USAGE;
    } else if (failure instanceof DataException) {
      return DATA;
    } else if (failure instanceof UnavailableException) {
      return UNAVAILABLE;
    } else if (failure instanceof RunBusyException) {
      return BUSY;
    } else if (failure instanceof StorageException) {
      return STORAGE;
    } else if (failure instanceof StoppedBySignalException stopped) {
      return 128 + stopped.signal();
    } else if (failure instanceof PermanentFailureException permanent) {
      return permanent.exitCode();
    }
    return FAILURE;
  }

  /**
   * Whether a next try of the same program with the same settings and data would fail in the same
   * way.
   */
  public static boolean isPermanent(Throwable failure) {
    int code = of(failure);
    return code == USAGE
        || code == DATA
        || failure instanceof TrainingDivergedException
        || failure instanceof PermanentFailureException
        || (failure instanceof UnavailableException unavailable && unavailable.isPermanent());
  }

  /**
   * Whether the message alone tells the user what happened, so that a stack trace would only hide
   * it.
   */
  public static boolean isExplained(Throwable failure) {
    return of(failure) != FAILURE
        || failure instanceof TrainingDivergedException
        || failure instanceof PermanentFailureException;
  }
}
