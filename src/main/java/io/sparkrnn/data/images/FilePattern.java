package io.sparkrnn.data.images;

import io.sparkrnn.storage.FileEntry;
import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.Storage;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/** Paths with a shell's pattern letters: {@code *}, {@code ?}, {@code [a-z]}, {@code {a,b}}. */
public final class FilePattern {
  private static final Pattern LETTERS = Pattern.compile("[\\[\\]{}?*]");

  private FilePattern() {}

  /**
   * What there is of a location, in the order of names. A name that is there is meant as it is,
   * whatever letters it has.
   */
  public static List<URI> matches(Storage storage, URI location) {
    String path = location.getPath();
    if (!LETTERS.matcher(path).find()) {
      return storage.exists(location) ? List.of(location) : List.of();
    }
    List<URI> found = List.of(Locations.uri(root(location)));
    for (String name : path.split("/", -1)) {
      if (!name.isEmpty()) {
        found = found.stream().flatMap(directory -> below(storage, directory, name)).toList();
      }
    }
    return found.stream().filter(storage::exists).toList();
  }

  private static String root(URI location) {
    String authority = location.getAuthority() == null ? "" : location.getAuthority();
    return location.getScheme() + "://" + authority + "/";
  }

  private static Stream<URI> below(Storage storage, URI directory, String name) {
    if (!storage.isDirectory(directory)) {
      return Stream.of();
    }
    URI child = Storage.resolve(directory, name);
    if (!LETTERS.matcher(name).find() || storage.exists(child)) {
      return Stream.of(child);
    }
    PathMatcher matcher = matcher(name);
    List<URI> found = new ArrayList<>();
    for (FileEntry entry : storage.list(directory)) {
      if (ImageFolder.isUsers(entry) && matcher.matches(Path.of(entry.name()))) {
        found.add(Storage.resolve(directory, entry.name()));
      }
    }
    return found.stream();
  }

  private static PathMatcher matcher(String name) {
    try {
      return FileSystems.getDefault().getPathMatcher("glob:" + name);
    } catch (PatternSyntaxException e) {
      return path -> path.toString().equals(name);
    }
  }
}
