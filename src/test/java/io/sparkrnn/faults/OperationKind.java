package io.sparkrnn.faults;

/** What is done to a file system. HDFS's mkdir, hsync and rename go by the local names. */
public enum OperationKind {
  CREATE_DIRECTORY("createDirectory"),
  /** A file is opened for writing and made when it is missing. */
  CREATE("create"),
  /** A file that is there is opened for writing. */
  OPEN_FOR_WRITING("openForWriting"),
  WRITE("write"),
  TRUNCATE("truncate"),
  FORCE("force"),
  /** Of what was opened for writing. */
  CLOSE("close"),
  CREATE_LINK("createLink"),
  CREATE_SYMBOLIC_LINK("createSymbolicLink"),
  MOVE("move"),
  COPY("copy"),
  DELETE("delete"),
  SET_ATTRIBUTE("setAttribute"),
  /** For reading; the bytes are not counted. */
  OPEN("open"),
  LIST("list"),
  READ_ATTRIBUTES("readAttributes");

  private final String label;

  OperationKind(String label) {
    this.label = label;
  }

  public boolean isChange() {
    return compareTo(OPEN) < 0;
  }

  @Override
  public String toString() {
    return label;
  }
}
