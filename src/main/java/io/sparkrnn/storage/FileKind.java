package io.sparkrnn.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a file is, by the bytes that it begins with, whatever its name: so that a message can say
 * what was found in place of what was expected. It knows what people have by mistake, and no more.
 */
public final class FileKind {
  /** As many bytes as it looks at. */
  public static final int BYTES = 512;

  private static final int TAR_MAGIC = 257;

  private static final List<Magic> MAGICS =
      List.of(
          new Magic("a NumPy file", "\u0093NUMPY"),
          new Magic("a PNG image", "\u0089PNG\r\n\u001a\n"),
          new Magic("a JPEG image", "\u00ff\u00d8\u00ff"),
          new Magic("a GIF image", "GIF8"),
          new Magic("a TIFF image", "II*\0"),
          new Magic("a TIFF image", "MM\0*"),
          new Magic("a PDF", "%PDF"),
          new Magic("Parquet", "PAR1"),
          new Magic("ORC", "ORC"),
          new Magic("Avro", "Obj\u0001"),
          new Magic("an Arrow file", "ARROW1"),
          new Magic("an HDF5 file, as Keras writes", "\u0089HDF\r\n\u001a\n"),
          new Magic("a spark-rnn model or checkpoint", "SPARKRNN"),
          new Magic("a gzip file", "\u001f\u008b"),
          new Magic("a bzip2 file", "BZh"),
          new Magic("an xz file", "\u00fd7zXZ"),
          new Magic("a zstd file", "(\u00b5/\u00fd"),
          new Magic("a 7-Zip archive", "7z\u00bc\u00af'\u001c"),
          new Magic("a RAR archive", "Rar!"),
          new Magic("an SQLite database", "SQLite format 3"),
          new Magic("a MATLAB file", "MATLAB 5.0"),
          new Magic("a Git LFS pointer, whose file was not downloaded", "version https://git-lfs"),
          new Magic("a Python pickle", "\u0080\u0002"),
          new Magic("a Python pickle", "\u0080\u0003"),
          new Magic("a Python pickle", "\u0080\u0004"),
          new Magic("a Python pickle", "\u0080\u0005"),
          new Magic("a Java serialization stream", "\u00ac\u00ed\0\u0005"),
          new Magic("a program of Linux", "\u007fELF"),
          new Magic("text in UTF-16", "\u00ff\u00fe"),
          new Magic("text in UTF-16", "\u00fe\u00ff"));

  private record Magic(String kind, String bytes) {}

  private FileKind() {}

  /**
   * What a stream begins with; it is left where it was.
   *
   * @param in can be marked
   */
  public static byte[] peek(InputStream in) throws IOException {
    in.mark(BYTES);
    byte[] beginning = in.readNBytes(BYTES);
    in.reset();
    return beginning;
  }

  /**
   * What it is, such as {@code a zip file}; empty where that is not known.
   *
   * @param beginning the file's first bytes, up to {@link #BYTES} of them
   */
  public static Optional<String> of(byte[] beginning) {
    if (beginning.length == 0) {
      return Optional.of("an empty file");
    }
    String text = new String(beginning, StandardCharsets.ISO_8859_1);
    if (text.startsWith("PK\u0003\u0004")) {
      return Optional.of(zip(text));
    }
    Optional<String> magic =
        MAGICS.stream()
            .filter(known -> text.startsWith(known.bytes()))
            .map(Magic::kind)
            .findFirst();
    if (magic.isPresent()) {
      return magic;
    }
    if (text.length() > TAR_MAGIC && text.startsWith("ustar", TAR_MAGIC)) {
      return Optional.of("a tar archive");
    }
    if (isSafetensors(beginning, text)) {
      return Optional.of("safetensors");
    }
    if (beginning[0] == 0) {
      return idx(beginning);
    }
    if (beginning.length >= Integer.BYTES && beginning[2] == 0 && beginning[3] == 0) {
      byte[] reversed = {beginning[3], beginning[2], beginning[1], beginning[0]};
      return idx(reversed).map(kind -> kind + " with its bytes in the reverse order");
    }
    return ofText(text);
  }

  /** As {@link #of}, in brackets behind another message; nothing where that is not known. */
  public static String inBrackets(byte[] beginning) {
    return of(beginning).map(" (%s)"::formatted).orElse("");
  }

  private static String zip(String text) {
    // The name of the first entry follows a header of 30 bytes.
    String name = text.length() > 30 ? text.substring(30, Math.min(text.length(), 150)) : "";
    if (name.contains("data.pkl") || name.contains("/.format_version")) {
      return "PyTorch's .pt, a zip of pickles";
    }
    if (name.contains(".npy")) {
      return "NumPy's .npz";
    }
    if (name.startsWith("configuration.json") || name.startsWith("coefficients.bin")) {
      return "a DL4J zip";
    }
    return "a zip file";
  }

  private static boolean isSafetensors(byte[] beginning, String text) {
    return beginning.length > 9
        && beginning[6] == 0
        && beginning[7] == 0
        && text.startsWith("{\"", 8);
  }

  private static Optional<String> idx(byte[] beginning) {
    boolean idx =
        beginning.length >= Integer.BYTES
            && beginning[0] == 0
            && beginning[1] == 0
            && List.of(0x08, 0x09, 0x0B, 0x0C, 0x0D, 0x0E).contains((int) beginning[2])
            && beginning[3] >= 1
            && beginning[3] <= 8;
    return idx ? Optional.of("an IDX file") : Optional.empty();
  }

  private static Optional<String> ofText(String text) {
    String start = text.replaceFirst("^\u00ef\u00bb\u00bf", "").stripLeading();
    String lower = start.toLowerCase(Locale.ROOT);
    if (lower.startsWith("<!doctype html") || lower.startsWith("<html")) {
      return Optional.of("a web page");
    }
    if (lower.startsWith("<?xml") || lower.startsWith("<error")) {
      return Optional.of("XML");
    }
    boolean printable =
        text.chars().allMatch(c -> c >= 32 && c != 127 || c == '\n' || c == '\r' || c == '\t');
    if (!printable) {
      return Optional.empty();
    }
    if (start.startsWith("{") || start.startsWith("[")) {
      return Optional.of("JSON");
    }
    boolean table = start.lines().limit(2).allMatch(line -> line.contains(","));
    return Optional.of(table && !start.isEmpty() ? "CSV" : "text");
  }
}
