package io.sparkrnn.faults;

/**
 * Named moments in the life of a run directory, on local disks and HDFS alike: where the one links,
 * the other renames.
 */
@SuppressWarnings("ImmutableEnumChecker") // a point cannot change
public enum CrashPoint {
  BEFORE_CLAIM(Point.before(made("attempts", "\\d+\\.claim"))),
  AFTER_CLAIM(Point.after(made("attempts", "\\d+\\.claim"))),
  CLAIMED_NOT_FENCED(Point.after(made("attempts", "\\d+"))),
  BEFORE_FENCING(Point.before(fencing())),
  AFTER_FENCING(Point.after(fencing())),
  FENCED_WITHOUT_TRASH(Point.before(made("attempts/\\d+", "trash"))),
  READY_TO_PUBLISH(Point.after(made("attempts/\\d+", "trash"))),

  RUN_NAMED(Point.after(published("run\\.json"))),
  CONFIGURATION_PUBLISHED(Point.after(published("spark-rnn\\.conf"))),

  CHECKPOINT_CREATED(Point.after("create " + Patterns.PRIVATE_CHECKPOINT)),
  CHECKPOINT_WRITTEN_IN_PART(Point.after("write " + Patterns.PRIVATE_CHECKPOINT)),
  CHECKPOINT_WRITTEN_NOT_FORCED(Point.before("force " + Patterns.PRIVATE_CHECKPOINT)),
  CHECKPOINT_WRITTEN_NOT_PUBLISHED(Point.before(published(Patterns.CHECKPOINT))),
  /** On HDFS the private name is gone by now. */
  PUBLISHED_NOT_UNLINKED(Point.after(published(Patterns.CHECKPOINT))),
  /** Never on HDFS, where a rename is durable by itself. */
  PUBLISHED_NOT_FORCED(Point.before("force checkpoints")),
  PUBLISHED_NOT_RETAINED(Point.before(retired())),
  RETIRED_NOT_DELETED(Point.after(retired())),
  RETIRED_AND_DELETED(Point.after("delete attempts/\\d+/trash/\\d+-checkpoint-\\d{9}\\.srnn")),
  DAMAGED_NOT_SET_ASIDE(
      Point.before(
          Patterns.STEP
              + "attempts/\\d+/aside/\\d+-checkpoint-\\d{9}\\.srnn -> damaged/\\d+-checkpoint-\\d{9}\\.srnn")),

  MODEL_PUBLISHED(Point.after(published("model\\.srnn"))),
  DL4J_MODEL_PUBLISHED(Point.after(published("model-dl4j\\.zip"))),
  RESULT_NUMBERED_NOT_COPIED(Point.after(published("results/\\d+\\.json"))),
  RESULT_COPIED(Point.after(published("result\\.json")));

  private final Point point;

  CrashPoint(Point point) {
    this.point = point;
  }

  public Point point() {
    return point;
  }

  /** HDFS makes a directory under another name and renames it. */
  private static String made(String parent, String name) {
    return "createDirectory %1$s/%2$s|move %1$s/\\.[^/]+ -> %1$s/%2$s".formatted(parent, name);
  }

  private static String fencing() {
    return "move attempts/(\\d+) -> attempts/\\1\\.fenced";
  }

  private static String published(String target) {
    return Patterns.STEP + "attempts/\\d+/\\d+-[^/]+ -> " + target;
  }

  private static String retired() {
    return Patterns.STEP + Patterns.CHECKPOINT + " -> attempts/\\d+/trash/[^/]+";
  }

  // Beside the constants, which are made before static fields of their own class.
  private static final class Patterns {
    static final String STEP = "(?:createLink|move) ";
    static final String PRIVATE_CHECKPOINT = "attempts/\\d+/\\d+-checkpoint-\\d{9}\\.srnn";
    static final String CHECKPOINT = "checkpoints/checkpoint-\\d{9}\\.srnn";
  }
}
