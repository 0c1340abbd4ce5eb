package io.sparkrnn.data.images;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.Storage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilePatternTest {
  private static final Storage STORAGE = Storage.of(Map.of());

  @TempDir private Path temp;

  @BeforeEach
  void write() throws IOException {
    for (String file :
        List.of(
            "cat/1.png",
            "cat/2.jpg",
            "dog/1.png",
            "dog/.hidden.png",
            "[x]/a*b.png",
            "[x]/ab.png")) {
      Files.createDirectories(temp.resolve(file).getParent());
      Files.createFile(temp.resolve(file));
    }
  }

  private List<String> matches(String pattern) {
    return FilePattern.matches(STORAGE, Locations.uri(temp + "/" + pattern)).stream()
        .map(found -> temp.relativize(Path.of(found)).toString())
        .toList();
  }

  @Test
  void lettersAreThoseOfAShell() {
    assertThat(matches("{cat,dog}/*.png")).containsExactly("cat/1.png", "dog/1.png");
    assertThat(matches("c?t/[12].{png,jpg}")).containsExactly("cat/1.png", "cat/2.jpg");
    assertThat(matches("d*")).containsExactly("dog");
    assertThat(FilePattern.matches(STORAGE, URI.create("file://" + temp + "/*/2.jpg"))).hasSize(1);
  }

  @Test
  void whatIsThereIsMeantAsItIs() {
    assertThat(matches("[x]/a*b.png")).containsExactly("[x]/a*b.png");
    assertThat(matches("[x]/*.png")).containsExactly("[x]/a*b.png", "[x]/ab.png");
    assertThat(matches("cat")).containsExactly("cat");
  }

  @Test
  void nothingMatchesWhatIsNotThere() {
    assertThat(matches("bird/*")).isEmpty();
    assertThat(matches("cat/1.png/*")).isEmpty();
    assertThat(matches("bird")).isEmpty();
    assertThat(matches("cat/[")).isEmpty();
  }
}
