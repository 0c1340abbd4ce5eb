package io.sparkrnn.storage;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** What users type, as URIs. */
public final class Locations {
  // Two letters at least, so that C:\data stays a path.
  private static final Pattern HAS_SCHEME =
      Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:.*", Pattern.DOTALL);

  // Nobody types %C3%BC.
  private static final Pattern ESCAPED_BY_A_PROGRAM =
      Pattern.compile("(?i)(?=.*%[89A-F])file:([^%\\s\"<>#?\\[\\]^`{|}\\\\]|%[0-9A-F]{2})*");

  private Locations() {}

  /**
   * The URI of what a user typed: a URI as it is, or a path without a scheme, absolute or relative
   * to the working directory, as {@code file:///...}. As everywhere in Hadoop, spaces need no
   * escapes and {@code %20} is a percent sign, a two and a zero. A {@code file:} URI with escaped
   * letters outside ASCII is a program's, and then all of its escapes are escapes.
   */
  public static URI uri(String pathOrUri) {
    if (pathOrUri.isBlank()) {
      throw new StorageException("Cannot use an empty path: expected a path or a URI");
    }
    if (!HAS_SCHEME.matcher(pathOrUri).matches()) {
      try {
        String path = java.nio.file.Path.of(pathOrUri).toAbsolutePath().normalize().toString();
        String slashes = path.replace(File.separatorChar, '/');
        return Storage.build("file", null, slashes.startsWith("/") ? slashes : "/" + slashes);
      } catch (InvalidPathException e) {
        throw new StorageException("Cannot use '%s': %s".formatted(pathOrUri, unusable(e)), e);
      }
    }
    try {
      URI uri =
          ESCAPED_BY_A_PROGRAM.matcher(pathOrUri).matches()
              ? URI.create(pathOrUri)
              : new Path(pathOrUri).toUri();
      return Storage.build(uri.getScheme(), uri.getAuthority(), uri.getPath());
    } catch (IllegalArgumentException e) {
      throw new StorageException(
          "Cannot use '%s' as a location: expected a path or a URI such as hdfs://host/path"
              .formatted(pathOrUri),
          e);
    }
  }

  /**
   * As {@link #uri}, but as Spark and others that use Hadoop mean it: without a scheme a path of
   * {@code fs.defaultFS}, relative to the home directory there.
   */
  public static URI hadoopUri(String pathOrUri, Map<String, String> hadoopProperties) {
    Configuration configuration = new Configuration();
    hadoopProperties.forEach(configuration::set);
    try {
      Path path = new Path(pathOrUri);
      return uri(path.getFileSystem(configuration).makeQualified(path).toString());
    } catch (IOException | IllegalArgumentException e) {
      throw new StorageException(
          "Cannot use '%s' as a location: expected a path or a URI of a file system that Hadoop knows, found none: %s"
              .formatted(pathOrUri, e.getMessage()),
          e);
    }
  }

  /** Why the operating system has no such path. */
  static String unusable(InvalidPathException failure) {
    return failure.getInput().chars().allMatch(c -> c < 128)
        ? failure.getReason()
        : "expected letters that the locale has (%s), found others; LANG=C.UTF-8 has all"
            .formatted(System.getProperty("sun.jnu.encoding"));
  }
}
