package io.sparkrnn.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What programs that train count on. */
class UsersProgramIT {
  private static RnnClassifier classifier() {
    return new RnnClassifier()
        .setTimeSteps(MnistTable.TIME_STEPS)
        .setHidden(new int[] {8})
        .setEpochs(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"classifier", "master"})
  void aDriverWithoutTheVectorModuleIsWarnedOnce(String trainer) throws Exception {
    Process process =
        new ProcessBuilder(
                Stream.of(
                        Stream.of(Path.of(System.getProperty("java.home"), "bin/java").toString()),
                        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                            .filter(argument -> argument.startsWith("--add-opens")),
                        Stream.of(
                            // It lives for seconds: most of it would be the compiler's.
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-Dspark.sql.codegen.wholeStage=false",
                            "-Dspark.sql.codegen.factoryMode=NO_CODEGEN",
                            "-cp",
                            System.getProperty("java.class.path"),
                            WithoutVectorModule.class.getName(),
                            trainer))
                    .flatMap(arguments -> arguments)
                    .toList())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output.lines().filter(line -> line.contains("--add-modules jdk.incubator.vector")))
        .singleElement()
        .asString()
        .contains("WARN");
  }

  /** What a user's program does, twice. */
  public static final class WithoutVectorModule {
    private WithoutVectorModule() {}

    public static void main(String[] args) {
      try (SparkSession spark = MnistTable.session()) {
        for (int i = 0; i < 2; i++) {
          if (args[0].equals("classifier")) {
            classifier().fit(MnistTable.of(spark, MnistTable.first(2)));
          } else {
            new AveragingTrainingMaster.Builder(1).build();
          }
        }
      }
    }
  }
}
