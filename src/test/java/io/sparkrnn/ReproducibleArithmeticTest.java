package io.sparkrnn;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static java.lang.Math.log;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.BaseStream;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/**
 * What would make the same training give other bits elsewhere must not be called. Compiled classes
 * are looked at, since there no static import or method reference hides a call.
 */
class ReproducibleArithmeticTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter().importPath(Build.resolve("classes"));

  private static final DescribedPredicate<JavaClass> FLOATING_VECTOR =
      nameMatching("jdk\\.incubator\\.vector\\.(Float|Double)?Vector").forSubtype();

  /** Their last bit is the platform's choice; StrictMath's is not. */
  private static final DescribedPredicate<JavaAccess<?>> MATH =
      accessTo(
          type(Math.class),
          "exp|expm1|log|log10|log1p|pow|sinh|cosh|tanh|sin|cos|tan|asin|acos|atan|atan2|cbrt|hypot");

  /** They differ between interpreted and compiled code. */
  private static final DescribedPredicate<JavaAccess<?>> LANE_WISE =
      accessTo(
              nameMatching("jdk\\.incubator\\.vector\\.VectorOperators").forSubtype(),
              "EXP|EXPM1|LOG|LOG10|LOG1P|POW|SINH|COSH|TANH|SIN|COS|TAN|ASIN|ACOS|ATAN|ATAN2|CBRT|HYPOT")
          .or(accessTo(FLOATING_VECTOR, "pow"));

  /** Their order of summation is not defined, and depends on the width of a vector. */
  private static final DescribedPredicate<JavaAccess<?>> REDUCTION =
      accessTo(FLOATING_VECTOR, "reduceLanes.*");

  /** The order in which partial results are joined depends on the machine. */
  private static final DescribedPredicate<JavaAccess<?>> PARALLEL =
      accessTo(assignableTo(BaseStream.class), "parallel")
          .or(accessTo(assignableTo(Collection.class), "parallelStream"))
          .or(accessTo(type(Arrays.class), "parallel.*"));

  @Test
  void computationIsDefinedToTheLastBit() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "io.sparkrnn.kernel..",
            "io.sparkrnn.model..",
            "io.sparkrnn.train..",
            "io.sparkrnn.random..")
        .should()
        .accessTargetWhere(MATH.or(LANE_WISE).or(REDUCTION))
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void trainingUsesNoParallelStreams() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "io.sparkrnn.random..",
            "io.sparkrnn.kernel..",
            "io.sparkrnn.data..",
            "io.sparkrnn.model..",
            "io.sparkrnn.evaluation..",
            "io.sparkrnn.train..",
            "io.sparkrnn.spark..")
        .should()
        .accessTargetWhere(PARALLEL)
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void theRulesSeeThroughImportsReferencesAndSubclasses() {
    assertThat(violations(Offender.class, MATH)).containsExactlyInAnyOrder("exp", "log", "tanh");
    assertThat(violations(Offender.class, PARALLEL))
        .containsExactlyInAnyOrder("parallel", "parallelStream", "parallelPrefix");
    assertThat(violations(Law.class, MATH.or(PARALLEL))).isEmpty();
  }

  private static List<String> violations(Class<?> type, DescribedPredicate<JavaAccess<?>> banned) {
    return new ClassFileImporter()
        .importClasses(type).get(type).getAccessesFromSelf().stream()
            .filter(banned)
            .map(access -> access.getTarget().getName())
            .toList();
  }

  private static DescribedPredicate<JavaAccess<?>> accessTo(
      DescribedPredicate<? super JavaClass> type, String names) {
    return target(owner(type)).and(target(nameMatching(names))).forSubtype();
  }

  static final class Offender {
    final DoubleUnaryOperator tanh = Math::tanh;

    double compute(List<Double> values, double[] array) {
      Arrays.parallelPrefix(array, Double::sum);
      return Math.exp(values.parallelStream().count())
          + log(DoubleStream.of(array).parallel().sum());
    }
  }

  static final class Law {
    double compute(double[] array) {
      return StrictMath.exp(Math.sqrt(Math.fma(array[0], 2, DoubleStream.of(array).sum())));
    }
  }
}
