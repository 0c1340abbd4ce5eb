package io.sparkrnn.train;

import io.sparkrnn.model.Floats;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;

/** A state as sections of a checkpoint, all little-endian, and back. */
public final class StateSections {
  private static final String PARAMETERS = "parameters";
  private static final String UPDATER_STATE = "updaterState";
  private static final String COUNTERS = "counters";
  private static final int COUNTERS_BYTES = 4 * Long.BYTES + 2 * Integer.BYTES;

  private StateSections() {}

  /** Sections {@code parameters}, {@code updaterState} and {@code counters}. */
  public static Map<String, byte[]> of(TrainingState state) {
    Map<String, byte[]> sections = new LinkedHashMap<>();
    sections.put(PARAMETERS, Floats.toBytes(state.parameters()));
    sections.put(UPDATER_STATE, Floats.toBytes(state.updaterState()));
    sections.put(
        COUNTERS,
        ByteBuffer.allocate(COUNTERS_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(state.round())
            .putInt(state.epoch())
            .putInt(state.minibatch())
            .putLong(state.iteration())
            .putDouble(state.epochLossSum())
            .putLong(state.epochSamples())
            .array());
    return sections;
  }

  /**
   * The state in the sections of a checkpoint.
   *
   * @param where names the checkpoint in messages
   * @throws IllegalArgumentException if a section is missing or of the wrong size
   */
  public static TrainingState read(Map<String, byte[]> sections, String where) {
    byte[] counters = require(sections, COUNTERS, where);
    if (counters.length != COUNTERS_BYTES) {
      throw new IllegalArgumentException(
          "Cannot resume from %s: expected %d bytes of counters, found %d"
              .formatted(where, COUNTERS_BYTES, counters.length));
    }
    ByteBuffer in = ByteBuffer.wrap(counters).order(ByteOrder.LITTLE_ENDIAN);
    long round = in.getLong();
    int epoch = in.getInt();
    int minibatch = in.getInt();
    return new TrainingState(
        Floats.fromBytes(require(sections, PARAMETERS, where)),
        Floats.fromBytes(require(sections, UPDATER_STATE, where)),
        round,
        epoch,
        minibatch,
        in.getLong(),
        in.getDouble(),
        in.getLong());
  }

  private static byte[] require(Map<String, byte[]> sections, String name, String where) {
    byte[] section = sections.get(name);
    if (section == null) {
      throw new IllegalArgumentException(
          "Cannot resume from %s: expected a section %s, found %s"
              .formatted(where, name, sections.keySet()));
    }
    return section;
  }
}
