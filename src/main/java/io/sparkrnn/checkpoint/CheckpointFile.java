package io.sparkrnn.checkpoint;

import io.sparkrnn.storage.CorruptFileException;
import io.sparkrnn.storage.FormatException;
import io.sparkrnn.storage.SectionFile;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.storage.StorageException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * A checkpoint as a {@link SectionFile} of kind {@code checkpoint} and the run's id, little-endian:
 * {@code checkpoint.round} (long), {@code checkpoint.score} (double, where there is one), then the
 * caller's sections.
 */
final class CheckpointFile {
  static final long MAX_ROUND = 999_999_999;

  private static final String KIND = "checkpoint";
  private static final String ROUND = "checkpoint.round";
  private static final String SCORE = "checkpoint.score";
  private static final Set<String> OWN = Set.of(ROUND, SCORE);

  private CheckpointFile() {}

  static byte[] encode(
      String runId, long round, OptionalDouble score, Map<String, byte[]> sections) {
    if (round < 0 || round > MAX_ROUND) {
      throw new IllegalArgumentException(
          "expected a round of 0 to " + MAX_ROUND + ", found " + round);
    }
    Map<String, byte[]> all = new LinkedHashMap<>();
    all.put(ROUND, eightBytes().putLong(round).array());
    score.ifPresent(value -> all.put(SCORE, eightBytes().putDouble(value).array()));
    sections.forEach(
        (name, bytes) -> {
          if (OWN.contains(name)) {
            throw new IllegalArgumentException("the section name " + name + " is taken");
          }
          all.put(name, bytes);
        });
    return SectionFile.encode(KIND, runId, all);
  }

  /**
   * Reads a checkpoint.
   *
   * @param entry its file and the round that its name gives
   * @throws FormatException for any damage, a file of another kind, or of another round
   * @throws StorageException when it is whole and another run's
   */
  static Checkpoint decode(byte[] bytes, CheckpointEntry entry, String runId) {
    String where = Storage.describe(entry.location());
    SectionFile file = SectionFile.decode(bytes, where);
    file.requireKind(KIND);
    if (!file.id().equals(runId)) {
      throw new StorageException(
          "Cannot use %s: expected a checkpoint of run %s, found one of run %s"
              .formatted(where, runId, file.id()));
    }
    long round = eightBytes(file.section(ROUND), where).getLong();
    if (round != entry.round()) {
      throw new CorruptFileException(
          "Cannot read %s: expected round %d as in its name, found round %d"
              .formatted(where, entry.round(), round));
    }
    Map<String, byte[]> sections = new LinkedHashMap<>(file.sections());
    byte[] score = sections.get(SCORE);
    sections.keySet().removeAll(OWN);
    return new Checkpoint(
        entry.location(),
        runId,
        round,
        score == null
            ? OptionalDouble.empty()
            : OptionalDouble.of(eightBytes(score, where).getDouble()),
        Collections.unmodifiableMap(sections));
  }

  private static ByteBuffer eightBytes() {
    return ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ByteBuffer eightBytes(byte[] section, String where) {
    if (section.length != Long.BYTES) {
      throw new CorruptFileException(
          "Cannot read %s: expected a number of %d bytes, found %d"
              .formatted(where, Long.BYTES, section.length));
    }
    return ByteBuffer.wrap(section).order(ByteOrder.LITTLE_ENDIAN);
  }
}
