package io.sparkrnn.train;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The listeners of a run, without those that have failed. */
final class Listeners {
  private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

  private final List<TrainingListener> listeners;

  Listeners(List<TrainingListener> listeners) {
    this.listeners = new ArrayList<>(listeners);
  }

  void tell(Consumer<TrainingListener> event) {
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
