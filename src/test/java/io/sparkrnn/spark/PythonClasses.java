package io.sparkrnn.spark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleArrayParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntArrayParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.param.StringArrayParam;

/** The source of Python's estimators and models, from Java's params. */
final class PythonClasses {
  private static final int LINE = 140;

  /** Params that PySpark has classes for, which its meta-algorithms look for. */
  private static final Map<String, String> MIXINS =
      Map.of(
          "featuresCol", "HasFeaturesCol",
          "labelCol", "HasLabelCol",
          "predictionCol", "HasPredictionCol",
          "probabilityCol", "HasProbabilityCol",
          "rawPredictionCol", "HasRawPredictionCol",
          "thresholds", "HasThresholds",
          "validationIndicatorCol", "HasValidationIndicatorCol",
          "weightCol", "HasWeightCol");

  /** What models of ours say of themselves beside PySpark's. */
  private static final Map<String, String> FACTS =
      new TreeMap<>(Map.of("labels", "list[str]", "numOutputs", "int"));

  /** What PySpark's superclasses are, and which params they have, with setters. */
  enum Kind {
    CLASSIFIER(
        "Classifies sequences: recurrent layers and a softmax.",
        "_JavaProbabilisticClassifier",
        "_JavaProbabilisticClassificationModel",
        "_ProbabilisticClassifierParams",
        "featuresCol labelCol predictionCol probabilityCol rawPredictionCol thresholds"),
    REGRESSOR(
        "Predicts numbers from sequences.",
        "_JavaRegressor",
        "_JavaRegressionModel",
        "_PredictorParams",
        "featuresCol labelCol predictionCol"),
    LABELER("Classifies the time steps of sequences.", "JavaEstimator", "JavaModel", "Params", "");

    private final String about;
    private final String estimator;
    private final String model;
    private final String params;
    private final Set<String> inherited;

    Kind(String about, String estimator, String model, String params, String inherited) {
      this.about = about;
      this.estimator = estimator;
      this.model = model;
      this.params = params;
      this.inherited = Set.of(inherited.split(" "));
    }

    private boolean isOwn(Param<?> param) {
      return !inherited.contains(param.name());
    }
  }

  /** An estimator and what it fits. */
  record Pair(Kind kind, Estimator<?> estimator, Model<?> model) {}

  /** A param in Python. */
  private record PythonParam(String name, String doc, String type, String converter) {
    static PythonParam of(Param<?> param) {
      String type = "str";
      String converter = "toString";
      if (param instanceof IntParam || param instanceof LongParam) {
        type = "int";
        converter = "toInt";
      } else if (param instanceof DoubleParam) {
        type = "float";
        converter = "toFloat";
      } else if (param instanceof BooleanParam) {
        type = "bool";
        converter = "toBoolean";
      } else if (param instanceof IntArrayParam) {
        type = "list[int]";
        converter = "toListInt";
      } else if (param instanceof DoubleArrayParam) {
        type = "list[float]";
        converter = "toListFloat";
      } else if (param instanceof StringArrayParam) {
        type = "list[str]";
        converter = "toListString";
      }
      return new PythonParam(param.name(), param.doc(), type, converter);
    }

    private String capital() {
      return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
    }

    String declaration() {
      return """
          %s: Param[%s] = Param(
              Params._dummy(),
              "%s",
      %s
              typeConverter=TypeConverters.%s,
          )
      """
          .formatted(name, type, name, wrapped(doc), converter);
    }

    String getter() {
      return """

          def get%s(self) -> %s:
              \"""The value of %s, or its default.\"""
              return self.getOrDefault(self.%s)
      """
          .formatted(capital(), type, name, name);
    }

    String setter(String returned) {
      return """

          def set%s(self%s, value: %s) -> %s:
              \"""Sets %s.\"""
              return self._set(%s=value)
      """
          .formatted(capital(), returned.equals("E") ? ": E" : "", type, returned, name, name);
    }

    private static String wrapped(String text) {
      List<String> lines = new ArrayList<>();
      String rest = text.replace("\\", "\\\\").replace("\"", "\\\"");
      while (rest.length() > LINE - 20) {
        int cut = rest.lastIndexOf(' ', LINE - 20) + 1;
        lines.add(rest.substring(0, cut));
        rest = rest.substring(cut);
      }
      lines.add(rest);
      return lines.stream()
              .map(line -> "        \"" + line + "\"")
              .collect(Collectors.joining("\n"))
          + ",";
    }
  }

  private final StringBuilder source = new StringBuilder();
  private final Set<PythonParam> shared;

  private PythonClasses(Set<PythonParam> shared) {
    this.shared = shared;
  }

  static String of(List<Pair> pairs) {
    Set<PythonParam> shared = new LinkedHashSet<>();
    pairs.forEach(pair -> shared.addAll(own(pair.kind(), pair.estimator())));
    pairs.forEach(pair -> shared.retainAll(own(pair.kind(), pair.estimator())));
    return new PythonClasses(shared).write(pairs);
  }

  /** Without those that PySpark declares. */
  private static List<PythonParam> own(Kind kind, Params params) {
    return Arrays.stream(params.params())
        .filter(kind::isOwn)
        .map(PythonParam::of)
        .filter(param -> !MIXINS.containsKey(param.name()))
        .toList();
  }

  private String write(List<Pair> pairs) {
    source.append(
        """
        \"""Estimators and models for PySpark ML.

        PythonClassesTest writes this file from the classes in Java, and fails where they differ.
        \"""

        from __future__ import annotations

        from typing import Any, TypeVar

        from pyspark import keyword_only
        """);
    imports(pairs);
    source.append(
        """

        from spark_rnn._jvm import %s

        __all__ = [
        """
            .formatted(
                pairs.stream()
                    .map(pair -> has(pair.model(), "summary") ? "Fitted, Stage" : "Stage")
                    .min(Comparator.naturalOrder())
                    .orElseThrow()));
    for (Pair pair : pairs) {
      source.append(
          "    \"%s\",\n    \"%s\",\n".formatted(name(pair.estimator()), name(pair.model())));
    }
    source.append("]\n");
    sharedParams();
    pairs.forEach(this::estimator);
    pairs.forEach(this::model);
    return source.toString();
  }

  private void imports(List<Pair> pairs) {
    Map<String, String> modules =
        Map.of(
            "_JavaProbabilisticClassifier", "classification",
            "_JavaProbabilisticClassificationModel", "classification",
            "_ProbabilisticClassifierParams", "classification",
            "_JavaRegressor", "regression",
            "_JavaRegressionModel", "regression",
            "_PredictorParams", "base",
            "JavaEstimator", "wrapper",
            "JavaModel", "wrapper");
    Map<String, Set<String>> names = new TreeMap<>();
    names.put("param", new TreeSet<>(Set.of("Param", "Params", "TypeConverters")));
    for (Pair pair : pairs) {
      Kind kind = pair.kind();
      for (String name : List.of(kind.estimator, kind.model, kind.params)) {
        if (modules.containsKey(name)) {
          names.computeIfAbsent(modules.get(name), module -> new TreeSet<>()).add(name);
        }
      }
      Set<String> mixins = new TreeSet<>();
      mixins.addAll(mixins(kind, pair.estimator()));
      mixins.addAll(mixins(kind, pair.model()));
      if (!mixins.isEmpty()) {
        names.computeIfAbsent("param.shared", module -> new TreeSet<>()).addAll(mixins);
      }
    }
    names.forEach(
        (module, classes) ->
            source.append(
                "from pyspark.ml.%s import %s\n".formatted(module, String.join(", ", classes))));
  }

  private void sharedParams() {
    source.append(
        """

        E = TypeVar("E", bound="_RnnSetters")


        class _RnnParams(Params):
            \"""Params of all estimators, and of models that remember them.\"""

        """);
    declare(shared);
    source.append(
        """


        class _RnnSetters(_RnnParams):
            \"""Their setters.\"""
        """);
    shared.forEach(param -> source.append(param.setter("E")));
  }

  private void declare(Iterable<PythonParam> params) {
    params.forEach(param -> source.append(param.declaration()));
    params.forEach(param -> source.append(param.getter()));
  }

  private static List<String> mixins(Kind kind, Params params) {
    return Arrays.stream(params.params())
        .filter(kind::isOwn)
        .map(Param::name)
        .filter(MIXINS::containsKey)
        .map(MIXINS::get)
        .sorted()
        .toList();
  }

  private void estimator(Pair pair) {
    String name = name(pair.estimator());
    List<PythonParam> more = new ArrayList<>(own(pair.kind(), pair.estimator()));
    more.removeAll(shared);
    List<String> mixins = new ArrayList<>(mixins(pair.kind(), pair.estimator()));
    mixins.add("_RnnParams");
    source.append(
        """


        %s
            \"""Params of %s and its model.\"""

        """
            .formatted(head("_" + name + "Params", mixins), name));
    declare(more);
    String signature = signature(pair.estimator());
    source.append(
        """


        class %s(%s["%s"], _%sParams, _RnnSetters, Stage):
            \"""%s\"""

            _input_kwargs: dict[str, Any]

            @keyword_only
            def __init__(
                self,
                *,
        %s    ) -> None:
                super().__init__()
                self._start()
        %s        self.setParams(**self._input_kwargs)

            @keyword_only
            def setParams(
                self,
                *,
        %s    ) -> %s:
                \"""Sets those that are given.\"""
                return self._set(**self._input_kwargs)
        """
            .formatted(
                name,
                pair.kind().estimator,
                name(pair.model()),
                name,
                pair.kind().about,
                signature,
                defaults(pair.kind(), pair.estimator()),
                signature,
                name));
    Stream.concat(
            Arrays.stream(pair.estimator().params())
                .filter(pair.kind()::isOwn)
                .map(PythonParam::of)
                .filter(param -> MIXINS.containsKey(param.name())),
            more.stream())
        .forEach(param -> source.append(param.setter(name)));
    source.append(
        """

            def _create_model(self, java_model: Any) -> %s:
                return %s(java_model)
        """
            .formatted(name(pair.model()), name(pair.model())));
  }

  private void model(Pair pair) {
    String name = name(pair.model());
    List<PythonParam> own = new ArrayList<>(own(pair.kind(), pair.model()));
    List<String> bases = new ArrayList<>(List.of(pair.kind().model, pair.kind().params));
    bases.remove("Params");
    if (names(pair.model()).containsAll(names(pair.estimator()))) {
      bases.add("_%sParams".formatted(name(pair.estimator())));
      own.removeAll(own(pair.kind(), pair.estimator()));
    } else {
      bases.addAll(mixins(pair.kind(), pair.model()));
    }
    bases.add(has(pair.model(), "summary") ? "Fitted" : "Stage");
    source.append(
        """


        %s
            \"""What %s has learnt.\"""
        """
            .formatted(head(name, bases), name(pair.estimator())));
    if (!own.isEmpty()) {
      source.append("\n");
    }
    declare(own);
    String defaults = defaults(pair.kind(), pair.model());
    if (!defaults.isEmpty()) {
      source.append(
          """

              def __init__(self, java_model: Any = None) -> None:
                  super().__init__(java_model)
          """
              + defaults);
    }
    Arrays.stream(pair.model().params())
        .filter(pair.kind()::isOwn)
        .map(PythonParam::of)
        .filter(param -> has(pair.model(), "set" + param.capital()))
        .forEach(param -> source.append(param.setter(name)));
    FACTS.forEach(
        (fact, type) -> {
          if (has(pair.model(), fact)) {
            source.append(
                """

                    @property
                    def %s(self) -> %s:
                        return %s
                """
                    .formatted(
                        fact,
                        type,
                        (type.startsWith("list") ? "list(%s)" : "%s")
                            .formatted("self._call_java(\"" + fact + "\")")));
          }
        });
  }

  private static String head(String name, List<String> bases) {
    String line = "class %s(%s):".formatted(name, String.join(", ", bases));
    return line.length() <= LINE
        ? line
        : "class %s(\n    %s,\n):".formatted(name, String.join(",\n    ", bases));
  }

  private static List<String> names(Params params) {
    return Arrays.stream(params.params()).map(Param::name).toList();
  }

  private static boolean has(Params params, String method) {
    return Arrays.stream(params.getClass().getMethods())
        .anyMatch(other -> other.getName().equals(method));
  }

  /** Columns first. */
  private static String signature(Params params) {
    return Arrays.stream(params.params())
        .sorted(
            Comparator.<Param<?>, Boolean>comparing(param -> !param.name().endsWith("Col"))
                .thenComparing(Param::name))
        .map(
            param -> {
              String type = PythonParam.of(param).type();
              // A list as a default value would be everybody's.
              return params.hasDefault(param) && !type.startsWith("list")
                  ? "        %s: %s = %s,\n".formatted(param.name(), type, defaultOf(params, param))
                  : "        %s: %s | None = None,\n".formatted(param.name(), type);
            })
        .collect(Collectors.joining());
  }

  private static String defaults(Kind kind, Params params) {
    String all =
        Arrays.stream(params.params())
            .filter(kind::isOwn)
            .filter(params::hasDefault)
            .map(param -> "            %s=%s,\n".formatted(param.name(), defaultOf(params, param)))
            .collect(Collectors.joining());
    return all.isEmpty() ? "" : "        self._setDefault(\n" + all + "        )\n";
  }

  private static String defaultOf(Params params, Param<?> param) {
    return literal(params.getDefault(param).get());
  }

  private static String literal(Object value) {
    if (value instanceof String text) {
      return "\"" + text + "\"";
    }
    if (value instanceof Boolean bool) {
      return bool ? "True" : "False";
    }
    if (value instanceof int[] numbers) {
      return list(IntStream.of(numbers).mapToObj(Integer::toString));
    }
    if (value instanceof double[] numbers) {
      return list(DoubleStream.of(numbers).mapToObj(Double::toString));
    }
    if (value instanceof String[] texts) {
      return list(Arrays.stream(texts).map(PythonClasses::literal));
    }
    return value.toString();
  }

  private static String list(Stream<String> elements) {
    return elements.collect(Collectors.joining(", ", "[", "]"));
  }

  private static String name(Params params) {
    return params.getClass().getSimpleName();
  }
}
