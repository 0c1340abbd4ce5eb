package io.sparkrnn.train;

import io.sparkrnn.model.FloatArrays;
import io.sparkrnn.model.Floats;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A state as sections of a checkpoint, all little-endian, and back. */
public final class StateSections {
  private static final String PARAMETERS = "parameters";
  private static final String UPDATER_STATE = "updaterState";
  private static final String COUNTERS = "counters";
  private static final String MOVING_AVERAGE = "movingAverage";

  /** Named before there were other scores. */
  private static final String MERITS = "accuracies";

  private static final String EPOCH_LOSS_WEIGHT = "epochLossWeight";
  private static final String STREAM_STATES = "streamStates";
  private static final int COUNTERS_BYTES = 4 * Long.BYTES + 2 * Integer.BYTES;

  private StateSections() {}

  /**
   * Sections {@code parameters}, {@code updaterState} and {@code counters}, then {@code
   * movingAverage} (floats) and {@code accuracies} (doubles: the merits), where there are any;
   * {@code epochLossWeight} (a double), where it is not the number of samples; and {@code
   * streamStates}: how many workers (int), then for each the length of its state and its floats.
   */
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
    if (state.layout().movingAverage() > 0) {
      sections.put(MOVING_AVERAGE, Floats.toBytes(state.movingAverage()));
    }
    if (!state.merits().isEmpty()) {
      ByteBuffer out =
          ByteBuffer.allocate(Double.BYTES * state.merits().size()).order(ByteOrder.LITTLE_ENDIAN);
      state.merits().forEach(out::putDouble);
      sections.put(MERITS, out.array());
    }
    if (state.epochLossWeight() != state.epochSamples()) {
      sections.put(
          EPOCH_LOSS_WEIGHT,
          ByteBuffer.allocate(Double.BYTES)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putDouble(state.epochLossWeight())
              .array());
    }
    if (state.streamStates().length > 0) {
      sections.put(STREAM_STATES, FloatArrays.toBytes(state.streamStates()));
    }
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
    float[] parameters = Floats.fromBytes(require(sections, PARAMETERS, where));
    float[] movingAverage = Floats.fromBytes(sections.getOrDefault(MOVING_AVERAGE, new byte[0]));
    if (movingAverage.length != 0 && movingAverage.length != parameters.length) {
      throw new IllegalArgumentException(
          "Cannot resume from %s: expected a moving average of %d parameters, found one of %d"
              .formatted(where, parameters.length, movingAverage.length));
    }
    float[] updaterState = Floats.fromBytes(require(sections, UPDATER_STATE, where));
    long iteration = in.getLong();
    double epochLossSum = in.getDouble();
    long epochSamples = in.getLong();
    return new TrainingState(
        VectorLayout.join(parameters, updaterState, movingAverage),
        new VectorLayout(parameters.length, updaterState.length, movingAverage.length),
        round,
        epoch,
        minibatch,
        iteration,
        epochLossSum,
        epochLossWeight(sections.get(EPOCH_LOSS_WEIGHT), epochSamples, where),
        epochSamples,
        merits(sections.getOrDefault(MERITS, new byte[0]), where),
        streamStates(sections.get(STREAM_STATES), where));
  }

  private static double epochLossWeight(byte[] section, long epochSamples, String where) {
    if (section == null) {
      return epochSamples;
    }
    if (section.length != Double.BYTES) {
      throw new IllegalArgumentException(
          "Cannot resume from %s: expected a loss weight of %d bytes, found %d"
              .formatted(where, Double.BYTES, section.length));
    }
    return ByteBuffer.wrap(section).order(ByteOrder.LITTLE_ENDIAN).getDouble();
  }

  private static float[][] streamStates(byte[] section, String where) {
    if (section == null) {
      return new float[0][];
    }
    try {
      return FloatArrays.fromBytes(section);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "Cannot resume from %s: %s".formatted(where, e.getMessage()), e);
    }
  }

  private static List<Double> merits(byte[] section, String where) {
    if (section.length % Double.BYTES != 0) {
      throw new IllegalArgumentException(
          "Cannot resume from %s: expected accuracies of %d bytes each, found %d bytes"
              .formatted(where, Double.BYTES, section.length));
    }
    ByteBuffer in = ByteBuffer.wrap(section).order(ByteOrder.LITTLE_ENDIAN);
    List<Double> merits = new ArrayList<>();
    while (in.hasRemaining()) {
      merits.add(in.getDouble());
    }
    return merits;
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
