package io.sparkrnn.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sparkrnn.ForkedJvm;
import io.sparkrnn.FullProof;
import io.sparkrnn.Jdk;
import io.sparkrnn.Proof;
import io.sparkrnn.SelectedTests;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The kernels pass all of their unit tests on a newer JDK, too: none is left out there. {@code
 * EqualBitsTest}, one of them, forks JVMs of the JDK that runs it.
 */
class NewerJdkIT {
  private static final Pattern PASSED = Pattern.compile("(?m)^passed (\\w+) (\\d+)$");

  /** The whole package, or what compiled code of vectors has a part in. */
  private static final String CLASSES =
      Proof.times(1, 0) == 1 ? ".*Test" : ".*\\.(Vector|Portable|)OpsTest|.*\\.EqualBitsTest";

  @TempDir private static Path temp;
  private static Map<String, Integer> passedThere;

  @BeforeAll
  static void runThePackageThere() throws Exception {
    passedThere = passed(start(Jdk.newer(), Jdk.withVectorModule(), CLASSES));
  }

  @Test
  void thePackagePasses() {
    assertThat(passedThere).containsKeys("PortableOpsTest", "VectorOpsTest", "EqualBitsTest");
  }

  @Test
  @FullProof
  void asManyPassAsHere() throws Exception {
    assertThat(passed(start(Jdk.running(), Jdk.withVectorModule(), CLASSES)))
        .isEqualTo(passedThere);
  }

  @ParameterizedTest
  @ValueSource(ints = {128, 256, 512})
  @FullProof
  void vectorKernelsPassWithEveryWidth(int bits) throws Exception {
    int widest = FloatVector.SPECIES_PREFERRED.vectorBitSize();
    assumeTrue(
        bits <= widest,
        "Skipped with vectors of %d bits: this CPU's have %d".formatted(bits, widest));
    ForkedJvm jvm =
        start(
            Jdk.newer(),
            Jdk.withVectorModule("-Dspark-rnn.vector.bits=" + bits),
            ".*\\.VectorOpsTest");
    assertThat(passed(jvm)).isEqualTo(Map.of("VectorOpsTest", passedThere.get("VectorOpsTest")));
  }

  @Test
  @FullProof
  void portableKernelsPassWithoutTheVectorModule() throws Exception {
    ForkedJvm jvm = start(Jdk.newer(), List.of(), ".*\\.PortableOpsTest");
    assertThat(passed(jvm))
        .isEqualTo(Map.of("PortableOpsTest", passedThere.get("PortableOpsTest")));
  }

  private static ForkedJvm start(Jdk jdk, List<String> options, String classNames)
      throws IOException {
    return jdk.start(
        options,
        System.getProperty("java.class.path"),
        SelectedTests.class.getName(),
        List.of("package:" + NewerJdkIT.class.getPackageName(), classNames),
        temp.resolve("%s %s".formatted(jdk, options.hashCode())));
  }

  /** How many have passed of each class; none may have been left out. */
  private static Map<String, Integer> passed(ForkedJvm jvm) throws Exception {
    String printed = jvm.awaitOutput();
    assertThat(printed).containsPattern("(?m)^not run 0$");
    Map<String, Integer> passed =
        PASSED
            .matcher(printed)
            .results()
            .collect(
                Collectors.toMap(
                    (MatchResult line) -> line.group(1), line -> Integer.valueOf(line.group(2))));
    System.out.printf("%s: %s%n", jvm.what(), passed);
    return passed;
  }
}
