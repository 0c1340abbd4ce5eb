package io.sparkrnn.train;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The listeners of a run, without those that have failed. */
public final class Listeners {
  private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

  private final List<TrainingListener> listeners;

  public Listeners(List<TrainingListener> listeners) {
    this.listeners = new ArrayList<>(listeners);
  }

  /** Tells all of them. */
  public void tell(Consumer<TrainingListener> event) {
    listeners.removeIf(
        listener -> {
          try {
            event.accept(listener);
            return false;
          } catch (RuntimeException e) {
            LOG.warn("dropping the listener {}, which failed", listener.getClass().getName(), e);
            return true;
          }
        });
  }
}
