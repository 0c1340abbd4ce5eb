package io.sparkrnn.cli;

import io.sparkrnn.WebPage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Looks for canaries in files and in pages, and keeps account of where it has looked. */
final class Search {
  private static final Pattern LINK = Pattern.compile("(?:href|src)=[\"']([^\"'#]+)");

  /** Only against pages without end. */
  private static final int MAX_PAGES = 400;

  private final List<Canary> canaries;
  private final Set<String> looked = new TreeSet<>();
  private final Set<String> found = new TreeSet<>();

  Search(List<Canary> canaries) {
    this.canaries = List.copyOf(canaries);
  }

  /** Where a canary is: the place and the canary's name. */
  Set<String> found() {
    return found;
  }

  /** All places. */
  Set<String> looked() {
    return looked;
  }

  void text(String place, String text) {
    looked.add(place);
    canaries.stream()
        .filter(canary -> canary.isIn(text))
        .forEach(canary -> found.add(place + ": " + canary.name()));
  }

  /** All files below a directory; some may go meanwhile. */
  void files(Path directory) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(directory)) {
      files = all.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      byte[] bytes;
      try {
        bytes = Files.readAllBytes(file);
      } catch (NoSuchFileException e) {
        continue;
      }
      looked.add(file.toString());
      canaries.stream()
          .filter(canary -> canary.isIn(bytes))
          .forEach(canary -> found.add(file + ": " + canary.name()));
    }
  }

  /** Pages, and all that they link to on this machine. */
  void pages(List<URI> roots) throws IOException, InterruptedException {
    Deque<URI> waiting = new ArrayDeque<>(roots);
    Set<URI> seen = new HashSet<>(roots);
    while (!waiting.isEmpty() && seen.size() < MAX_PAGES) {
      WebPage page = WebPage.get(waiting.remove());
      text(page.address().toString(), page.text());
      Matcher link = LINK.matcher(page.text());
      while (link.find()) {
        URI target;
        try {
          target = page.address().resolve(link.group(1).replace("&amp;", "&"));
        } catch (IllegalArgumentException e) {
          // Not all of Spark's links are URIs.
          continue;
        }
        if (isWorthALook(target) && seen.add(target)) {
          waiting.add(target);
        }
      }
    }
  }

  private static boolean isWorthALook(URI page) {
    return "http".equals(page.getScheme())
        && Set.of("127.0.0.1", "localhost").contains(page.getHost())
        && !page.getPath().startsWith("/static")
        && !page.getPath().contains("kill");
  }
}
