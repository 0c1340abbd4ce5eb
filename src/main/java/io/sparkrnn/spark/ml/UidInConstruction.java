package io.sparkrnn.spark.ml;

/**
 * The uid of what is being constructed. Spark's params ask for it in the constructor of the
 * superclass, before Java lets a field of the subclass be set.
 */
public final class UidInConstruction {
  private static final ThreadLocal<String> UID = new ThreadLocal<>();

  private UidInConstruction() {}

  /** To be called for an argument of the constructor that calls the superclass's. */
  public static UidInConstruction begin(String uid) {
    UID.set(uid);
    return new UidInConstruction();
  }

  public static String get() {
    return UID.get();
  }

  /** To be called when the superclass's constructor has returned. */
  public void end() {
    UID.remove();
  }
}
