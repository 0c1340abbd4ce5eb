package io.sparkrnn.data.images;

import java.util.regex.Pattern;

/** How people name what training and tests are made of. */
enum PartName {
  TRAINING("train|training", "train"),
  TEST("test|testing|t10k", "test"),
  /** Takes the place of a test where there is none. */
  VALIDATION("val|valid|validation|dev", "val");

  private final Pattern images;
  private final Pattern labels;
  private final Pattern directory;
  private final Pattern table;
  private final String example;

  PartName(String words, String example) {
    this.example = example;
    this.images = insensitive("(x|images)_(%1$s)|(%1$s)[-_](images|x|data)", words);
    this.labels = insensitive("(y|labels)_(%1$s)|(%1$s)[-_](labels|y|targets)", words);
    this.directory = insensitive("(.*[-_])?(%1$s)([-_].*)?", words);
    this.table = insensitive("(.*[-_.])?(%1$s)([-_.].*)?", words);
  }

  private static Pattern insensitive(String pattern, String words) {
    return Pattern.compile(pattern.formatted(words), Pattern.CASE_INSENSITIVE);
  }

  /** Of an array, without an ending. */
  boolean isImages(String name) {
    return images.matcher(name).matches();
  }

  /** Likewise. */
  boolean isLabels(String name) {
    return labels.matcher(name).matches();
  }

  /** Of a directory of images. */
  boolean isDirectory(String name) {
    return directory.matcher(name).matches();
  }

  /** Of a file with images and labels, with its ending. */
  boolean isTable(String name) {
    return table.matcher(name).matches();
  }

  String imagesExample() {
    return "x_" + example;
  }

  String labelsExample() {
    return "y_" + example;
  }

  /** The name of a directory of it. */
  String word() {
    return example;
  }
}
