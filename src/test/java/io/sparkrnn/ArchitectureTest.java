package io.sparkrnn;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.syntax.elements.GivenClassesConjunction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Which package may use which, and what only some may use. Rules hold for packages that have no
 * class yet.
 */
class ArchitectureTest {
  private static final String BASE = "io.sparkrnn.";

  private static final List<String> BELOW_SPARK =
      List.of(
          "config",
          "storage",
          "random",
          "kernel",
          "data",
          "data.images",
          "model",
          "evaluation",
          "checkpoint",
          "train.updater",
          "train",
          "dl4j",
          "export",
          "serving",
          "registry",
          "report",
          "run");

  private static final List<String> SPARK =
      List.of(
          "spark.version",
          "spark.jobs",
          "spark.shards",
          "spark.data",
          "spark.images",
          "spark.rounds",
          "spark.predict",
          "spark.dl4j",
          "spark.ml.plan",
          "spark.ml",
          "spark.watch",
          "spark");

  private static List<String> below(String room) {
    return SPARK.subList(0, SPARK.indexOf(room));
  }

  private static List<String> and(List<String> packages, List<String> others) {
    return Stream.concat(packages.stream(), others.stream()).toList();
  }

  /** Each package with those that it may use; {@code cli} may use all. */
  static final Map<String, List<String>> MAY_USE =
      Map.ofEntries(
          entry("config", List.of()),
          entry("storage", List.of()),
          entry("random", List.of()),
          entry("kernel", List.of()),
          entry("evaluation", List.of("config", "data", "model", "random")),
          entry("data", List.of("config", "model", "storage", "random")),
          entry("data.images", List.of("config", "data", "storage")),
          entry("model", List.of("kernel", "random", "storage")),
          entry("checkpoint", List.of("storage")),
          entry("train.updater", List.of("config", "kernel")),
          entry(
              "train",
              List.of(
                  "config",
                  "data",
                  "kernel",
                  "model",
                  "evaluation",
                  "checkpoint",
                  "random",
                  "train.updater")),
          entry("dl4j", List.of("config", "kernel", "model")),
          entry("export", List.of("kernel", "model", "dl4j", "storage")),
          entry("serving", List.of("kernel", "model", "random", "export", "storage")),
          entry("spark.version", List.of()),
          entry("spark.jobs", and(BELOW_SPARK, below("spark.jobs"))),
          entry("spark.shards", and(BELOW_SPARK, below("spark.shards"))),
          entry("spark.data", and(BELOW_SPARK, below("spark.data"))),
          entry("spark.images", and(BELOW_SPARK, below("spark.images"))),
          entry("spark.rounds", and(BELOW_SPARK, below("spark.rounds"))),
          entry("spark.predict", and(BELOW_SPARK, below("spark.predict"))),
          entry("spark.dl4j", and(BELOW_SPARK, below("spark.dl4j"))),
          entry("spark.ml.plan", List.of("spark.version")),
          entry("spark.ml", and(BELOW_SPARK, below("spark.ml"))),
          entry("spark.watch", and(BELOW_SPARK, below("spark.watch"))),
          entry("spark", and(BELOW_SPARK, below("spark"))),
          entry("registry", List.of("config", "storage", "evaluation", "checkpoint", "export")),
          entry("report", List.of("config", "data", "evaluation", "model", "train")),
          entry("run", BELOW_SPARK.subList(0, BELOW_SPARK.indexOf("run"))),
          entry("retrain", and(BELOW_SPARK, SPARK)),
          entry("cli", and(and(BELOW_SPARK, SPARK), List.of("retrain"))));

  private static final JavaClasses CLASSES =
      new ClassFileImporter().importPath(Build.resolve("classes"));

  static Set<String> packages() {
    return MAY_USE.keySet();
  }

  @ParameterizedTest
  @MethodSource("packages")
  void usesOnlyWhatItMay(String name) {
    String[] forbidden =
        MAY_USE.keySet().stream()
            .filter(other -> !other.equals(name) && !MAY_USE.get(name).contains(other))
            .map(ArchitectureTest::room)
            .toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage(room(name))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(forbidden)
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void everyClassIsInAPackageOfTheTable() {
    classes()
        .that()
        .doNotHaveSimpleName("package-info")
        .should()
        .resideInAnyPackage(packages().stream().map(ArchitectureTest::room).toArray(String[]::new))
        .check(CLASSES);
  }

  @Test
  void packagesAreFreeOfCycles() {
    slices().matching(BASE + "(**)").should().beFreeOfCycles().check(CLASSES);
  }

  /** What is larger is hard to find one's way in. */
  @Test
  void packagesAndFilesStaySmall() throws IOException {
    Map<Path, List<Path>> packages;
    try (Stream<Path> files = Files.walk(Path.of("src", "main", "java"))) {
      packages =
          files
              .filter(file -> file.toString().endsWith(".java"))
              .collect(Collectors.groupingBy(Path::getParent));
    }
    assertThat(packages)
        .isNotEmpty()
        .allSatisfy((name, files) -> assertThat(files).hasSizeLessThanOrEqualTo(38));
    for (Path file : packages.values().stream().flatMap(List::stream).toList()) {
      assertThat(Files.readAllLines(file)).as(file.toString()).hasSizeLessThanOrEqualTo(400);
    }
  }

  @Test
  void onlyStorageUsesHadoop() {
    DescribedPredicate<JavaClass> hadoop = resideInAPackage("org.apache.hadoop..");
    outside("storage", "spark").should().dependOnClassesThat(hadoop).check(CLASSES);
    noClasses()
        .that()
        .resideInAPackage(tree("spark"))
        .should()
        .dependOnClassesThat(
            hadoop.and(
                DescribedPredicate.not(
                    nameMatching("org\\.apache\\.hadoop\\.conf\\.Configuration"))))
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void onlySparkUsesSpark() {
    DescribedPredicate<JavaClass> spark = resideInAPackage("org.apache.spark..");
    outside("spark", "cli").should().dependOnClassesThat(spark).check(CLASSES);
    noClasses()
        .that()
        .resideInAPackage(tree("cli"))
        .should()
        .dependOnClassesThat(
            spark.and(
                DescribedPredicate.not(
                    nameMatching("org\\.apache\\.spark\\.SparkUserAppException"))))
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void onlyDl4jAndSparkUseDl4j() {
    outside("dl4j", "spark")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("org.deeplearning4j..", "org.nd4j..", "org.datavec.."))
        .check(CLASSES);
  }

  /** Whose jar may be missing. */
  @Test
  void onlyMlflowRunUsesMlflow() {
    noClasses()
        .that()
        .doNotHaveSimpleName("MlflowRun")
        .should()
        .dependOnClassesThat(resideInAPackage("org.mlflow.."))
        .check(CLASSES);
  }

  @Test
  void onlyTheCommandLineEndsTheProcess() {
    outside("cli")
        .and()
        // On a second signal.
        .doNotHaveSimpleName("StopSignals")
        .should()
        .accessTargetWhere(
            target(owner(type(System.class)))
                .and(target(nameMatching("exit")))
                .or(target(owner(type(Runtime.class))).and(target(nameMatching("exit|halt")))))
        .check(CLASSES);
  }

  @Test
  void onlyTheCommandLineHasAMain() {
    noMethods()
        .that()
        .areDeclaredInClassesThat()
        .resideOutsideOfPackage(tree("cli"))
        .should()
        .haveName("main")
        .check(CLASSES);
  }

  private static GivenClassesConjunction outside(String... packages) {
    return noClasses()
        .that()
        .resideOutsideOfPackages(
            Stream.of(packages).map(ArchitectureTest::tree).toArray(String[]::new));
  }

  private static String room(String name) {
    return BASE + name;
  }

  private static String tree(String name) {
    return BASE + name + "..";
  }
}
