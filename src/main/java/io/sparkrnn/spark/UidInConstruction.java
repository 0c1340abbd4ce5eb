package io.sparkrnn.spark;

/**
 * The uid of what is being constructed. Spark's params ask for it in the constructor of the
 * superclass, before Java lets a field of the subclass be set.
 */
final class UidInConstruction {
  private static final ThreadLocal<String> UID = new ThreadLocal<>();

  private UidInConstruction() {}

  /** To be called for an argument of the constructor that calls the superclass's. */
  static UidInConstruction begin(String uid) {
    UID.set(uid);
    return new UidInConstruction();
  }

  static String get() {
    return UID.get();
  }

  /** To be called when the superclass's constructor has returned. */
  void end() {
    UID.remove();
  }
}
