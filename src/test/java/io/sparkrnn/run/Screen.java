package io.sparkrnn.run;

import java.util.ArrayList;
import java.util.List;

/**
 * What a terminal shows of what it was sent, as far as we use one. Refuses control sequences that
 * are none of ours.
 */
public final class Screen {
  private final List<String> lines = new ArrayList<>();
  private final List<String> drawn = new ArrayList<>();
  private final StringBuilder line = new StringBuilder();
  private int column;

  private Screen() {}

  public static Screen of(String sent) {
    Screen screen = new Screen();
    for (int i = 0; i < sent.length(); i++) {
      char c = sent.charAt(i);
      if (c == '\r') {
        screen.column = 0;
      } else if (c == '\n') {
        screen.lines.add(screen.line.toString());
        screen.line.setLength(0);
        screen.column = 0;
      } else if (sent.startsWith("\033[K", i)) {
        screen.erase();
        i += 2;
      } else if (sent.startsWith("\033[?7l", i) || sent.startsWith("\033[?7h", i)) {
        i += 4;
      } else if (c < ' ') {
        throw new AssertionError("control character %d after %s".formatted((int) c, screen.line));
      } else {
        screen.put(c);
      }
    }
    return screen;
  }

  private void erase() {
    if (column < line.length()) {
      drawn.add(line.toString());
      line.setLength(column);
    }
  }

  private void put(char c) {
    if (column < line.length()) {
      line.setCharAt(column, c);
    } else {
      line.append(c);
    }
    column++;
  }

  /** What stays, the line of the cursor last. */
  public String text() {
    return String.join("\n", lines) + "\n" + line;
  }

  /** What was there for a while. */
  public List<String> drawn() {
    return drawn;
  }
}
