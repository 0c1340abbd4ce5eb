package io.sparkrnn.data.images;

import io.sparkrnn.data.ByteValues;
import io.sparkrnn.data.DataException;
import io.sparkrnn.data.DataFingerprint;
import io.sparkrnn.storage.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Collectors;

/**
 * An array in a file: IDX or NumPy, of images or of labels.
 *
 * @param kind what it should hold
 * @param where the file, as messages name it
 * @param elements as they are in the file
 * @param sha256 of the uncompressed file
 */
record ArrayFile(IdxKind kind, String where, ArrayHeader header, byte[] elements, String sha256) {
  /** What an integer pixel of full brightness has. */
  private static final float BRIGHTEST = 255f;

  /** QMNIST's table of what is known about an image, whose first column is its class. */
  private static final int QMNIST_COLUMNS = 8;

  static ArrayFile of(IdxFile file) {
    return new ArrayFile(
        file.kind(),
        file.where(),
        ArrayHeader.ofIdx(ElementType.UNSIGNED_BYTE, file.dimensions()),
        file.values(),
        file.sha256());
  }

  /**
   * Reads the elements that a header promises, and nothing more than those.
   *
   * @param headerBytes as they were read, of which the digest is, too
   * @param suffix follows byte offsets in messages
   */
  static ArrayFile read(
      IdxKind kind,
      String where,
      ArrayHeader header,
      byte[] headerBytes,
      InputStream content,
      String suffix)
      throws IOException {
    long length = header.elementBytes();
    if (length > IdxReader.MAX_VALUES) {
      throw refusal(
          header,
          kind,
          where,
          "at most %d bytes".formatted(IdxReader.MAX_VALUES),
          dimensions(header.dimensions()) + header.placeOfDimension(0));
    }
    // As it arrives, not as the header promises.
    byte[] elements = content.readNBytes((int) length);
    if (elements.length < length) {
      throw refusal(
          header,
          kind,
          where,
          "%d bytes".formatted(headerBytes.length + length),
          "end of file at byte %d%s".formatted(headerBytes.length + elements.length, suffix));
    }
    if (content.read() >= 0) {
      throw refusal(
          header,
          kind,
          where,
          "end of file",
          "more data at byte %d%s".formatted(headerBytes.length + length, suffix));
    }
    MessageDigest digest = Sha256.begin();
    digest.update(headerBytes);
    digest.update(elements);
    return new ArrayFile(kind, where, header, elements, HexFormat.of().formatHex(digest.digest()));
  }

  private static DataException refusal(
      ArrayHeader header, IdxKind kind, String where, String expected, Object found) {
    return new DataException(
        "Cannot read %s %s %s: expected %s, found %s"
            .formatted(header.format(), kind.plural(), where, expected, found));
  }

  private DataException refusal(String expected, Object found) {
    return refusal(header, kind, where, expected, found);
  }

  private static String dimensions(int[] dimensions) {
    return Arrays.stream(dimensions).mapToObj(Integer::toString).collect(Collectors.joining(" x "));
  }

  /** What it held, under a name of its own. */
  DataFingerprint fingerprint(String name) {
    return new DataFingerprint(name, where, sha256, (long) header.headerBytes() + elements.length);
  }

  int count() {
    return header.dimensions()[0];
  }

  private ByteBuffer numbers() {
    return ByteBuffer.wrap(elements).order(header.order());
  }

  /**
   * Images of one channel.
   *
   * @throws DataException if the dimensions are not those of images, or a number is not finite
   */
  Pixels pixels() {
    int[] size = imageSize(header, kind, where);
    if (header.type() == ElementType.UNSIGNED_BYTE) {
      return Pixels.ofBytes(size[0], size[1], elements);
    }
    int count = elements.length / header.type().bytes();
    ByteBuffer numbers = numbers();
    float[] floats = new float[count];
    boolean bytes = !header.type().isFloating();
    for (int i = 0; i < count; i++) {
      floats[i] = pixel(header.type(), numbers, i);
      if (!Float.isFinite(floats[i])) {
        throw refusal(
            "finite values", "%s in image %d".formatted(floats[i], i / (size[0] * size[1])));
      }
      bytes &=
          floats[i] == Math.round(floats[i] * BRIGHTEST) / BRIGHTEST
              && floats[i] >= 0
              && floats[i] <= 1;
    }
    if (!bytes) {
      return Pixels.ofFloats(size[0], size[1], floats);
    }
    byte[] values = new byte[count];
    for (int i = 0; i < count; i++) {
      values[i] = (byte) Math.round(floats[i] * BRIGHTEST);
    }
    return Pixels.ofBytes(size[0], size[1], values);
  }

  /** A value as a network sees it: integers are from 0 to 255, other numbers are as they are. */
  static float pixel(ElementType type, ByteBuffer elements, int index) {
    if (type == ElementType.UNSIGNED_BYTE) {
      return ByteValues.scaled(elements.get(index));
    }
    double number = type.number(elements, index);
    return switch (type) {
      case FLOAT, DOUBLE -> (float) number;
      case BOOLEAN -> number == 0 ? 0 : 1;
      default -> (float) number / BRIGHTEST;
    };
  }

  /**
   * Rows and columns.
   *
   * @throws DataException if the dimensions are not those of images
   */
  static int[] imageSize(ArrayHeader header, IdxKind kind, String where) {
    int[] all = header.dimensions();
    int[] size = all;
    if (all.length == 4 && all[1] == 1) {
      size = new int[] {all[0], all[2], all[3]};
    } else if (all.length == 4 && all[3] == 1) {
      size = new int[] {all[0], all[1], all[2]};
    } else if (all.length == 2) {
      int side = (int) Math.round(Math.sqrt(all[1]));
      size = side * side == all[1] ? new int[] {all[0], side, side} : all;
    }
    if (size.length != 3) {
      throw refusal(
          header,
          kind,
          where,
          "images of one channel, [image][row][column], or square ones in one dimension",
          dimensions(all) + " numbers" + header.placeOfDimension(0));
    }
    return new int[] {size[1], size[2]};
  }

  /**
   * The classes of images, from 0.
   *
   * @param offset the label of the first class
   * @param classes how many there are; 0: any number
   * @throws DataException if one is no whole number in this range
   */
  int[] labels(int offset, int classes) {
    int[] all = header.dimensions();
    boolean column = all.length == 2 && (all[1] == 1 || all[1] == QMNIST_COLUMNS);
    if (all.length != 1 && !column) {
      throw refusal(
          "labels in one dimension, or QMNIST's table of %d columns".formatted(QMNIST_COLUMNS),
          dimensions(all) + " numbers");
    }
    int columns = all.length == 1 ? 1 : all[1];
    ByteBuffer numbers = numbers();
    int[] labels = new int[all[0]];
    for (int i = 0; i < labels.length; i++) {
      double number = header.type().number(numbers, i * columns);
      if (!LabelledImages.isLabel(number, offset, classes)) {
        throw refusal(
            LabelledImages.expectedLabel(offset, classes),
            "%s at %s".formatted(LabelledImages.shown(number), header.place(i * columns)));
      }
      labels[i] = (int) number - offset;
    }
    return labels;
  }

  /**
   * Images and their labels.
   *
   * @param labels as {@link #labels} gives them
   * @throws DataException if they are not as many
   */
  static void requireEqualCounts(ArrayFile images, ArrayFile labels) {
    if (images.count() != labels.count()) {
      boolean idx = labels.header().format().equals(ArrayHeader.IDX);
      throw new DataException(
          "Cannot pair %s images %s with labels %s: expected %d labels, found %d%s"
              .formatted(
                  images.header().format(),
                  images.where(),
                  labels.where(),
                  images.count(),
                  labels.count(),
                  idx ? " at byte 4 of the labels" : ""));
    }
  }
}
