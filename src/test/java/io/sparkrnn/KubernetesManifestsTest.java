package io.sparkrnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.sparkrnn.config.ConfigurationLoader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is in conf/kubernetes and conf/schedulers has no field that Kubernetes or the Spark operator
 * does not know.
 */
class KubernetesManifestsTest {
  private static final Path MANIFESTS = Path.of("conf", "kubernetes");
  private static final Path SCHEDULERS = Path.of("conf", "schedulers");

  private static final Map<String, Class<?>> KINDS =
      Map.of(
          "Pod", Pod.class,
          "ConfigMap", ConfigMap.class,
          "ServiceAccount", ServiceAccount.class,
          "Role", Role.class,
          "RoleBinding", RoleBinding.class,
          "CronJob", CronJob.class);

  /** The model of Spark's own Kubernetes client, in which unknown fields have no place. */
  private static final ObjectMapper STRICT =
      new ObjectMapper(new YAMLFactory())
          .setAnnotationIntrospector(new WithoutAnySetter())
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private static final class WithoutAnySetter extends JacksonAnnotationIntrospector {
    private static final long serialVersionUID = 1L;

    @Override
    public Boolean hasAnySetter(Annotated annotated) {
      return false;
    }
  }

  static Stream<Path> manifests() throws IOException {
    List<Path> manifests = new ArrayList<>();
    for (Path directory : List.of(MANIFESTS, SCHEDULERS)) {
      try (Stream<Path> files = Files.list(directory)) {
        files.filter(file -> file.toString().endsWith(".yaml")).sorted().forEach(manifests::add);
      }
    }
    return manifests.stream();
  }

  private static List<JsonNode> documents(String yaml) throws IOException {
    try (MappingIterator<JsonNode> read = STRICT.readerFor(JsonNode.class).readValues(yaml)) {
      return new ArrayList<>(read.readAll());
    }
  }

  /** Demands that Kubernetes, or its Spark operator, knows every field. */
  private static void check(JsonNode document) throws IOException {
    String kind = document.path("kind").asText();
    if (kind.equals("ScheduledSparkApplication")) {
      checkScheduled((ObjectNode) document);
    } else if (kind.equals("SparkApplication")) {
      assertThat(schema().validate(document)).extracting(ValidationMessage::getMessage).isEmpty();
    } else {
      assertThat(KINDS).containsKey(kind);
      assertThat(STRICT.treeToValue(document, KINDS.get(kind))).isNotNull();
    }
  }

  /**
   * The fields are those of kubeflow/spark-operator,
   * api/v1beta2/scheduledsparkapplication_types.go; the template is what a SparkApplication
   * specifies.
   */
  private static void checkScheduled(ObjectNode document) throws IOException {
    ObjectNode specification = (ObjectNode) document.get("spec");
    assertThat(names(specification))
        .contains("schedule", "template")
        .isSubsetOf(
            "schedule",
            "timeZone",
            "template",
            "suspend",
            "concurrencyPolicy",
            "successfulRunHistoryLimit",
            "failedRunHistoryLimit");
    assertThat(specification.path("concurrencyPolicy").asText()).isIn("Allow", "Forbid", "Replace");
    assertThat(specification.path("schedule").asText()).matches("\\S+( \\S+){4}");
    ObjectNode once = document.deepCopy();
    once.put("kind", "SparkApplication").set("spec", specification.get("template"));
    check(once);
  }

  private static List<String> names(ObjectNode node) {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static JsonSchema schema() throws IOException {
    try (InputStream schema =
        KubernetesManifestsTest.class.getResourceAsStream("spark-application-schema.json")) {
      return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7).getSchema(schema);
    }
  }

  @ParameterizedTest
  @MethodSource("manifests")
  void everyFieldIsKnown(Path manifest) throws IOException {
    List<JsonNode> documents = documents(Files.readString(manifest));
    assertThat(documents).isNotEmpty();
    for (JsonNode document : documents) {
      check(document);
    }
  }

  @Test
  void allKindsAreThere() throws IOException {
    List<String> kinds = new ArrayList<>();
    for (Path manifest : manifests().toList()) {
      documents(Files.readString(manifest))
          .forEach(document -> kinds.add(document.path("kind").asText()));
    }
    assertThat(kinds)
        .containsExactlyInAnyOrder(
            "ConfigMap",
            "Pod",
            "Pod",
            "ServiceAccount",
            "Role",
            "RoleBinding",
            "SparkApplication",
            "CronJob",
            "ScheduledSparkApplication");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "kubernetes/driver-pod    | terminationGracePeriodSeconds: 60 | terminationGraceSeconds: 60",
        "kubernetes/driver-pod    | mountPath: /etc/spark-rnn         | path: /etc/spark-rnn",
        "kubernetes/driver-pod    | optional: true                    | maybe: true",
        "kubernetes/driver-pod    | runAsNonRoot: true                | runAsNonRoot: perhaps",
        "kubernetes/driver-pod    | metadata:                         | meta:",
        "kubernetes/spark-application | instances: 4              | instances: four",
        "kubernetes/spark-application | instances: 4              | instance: 4",
        "kubernetes/spark-application | type: Java                | type: Kotlin",
        "kubernetes/spark-application | mainApplicationFile:      | mainFile:",
        "kubernetes/spark-application | memoryOverhead: 410m      | memoryOverhead: 410",
        "kubernetes/spark-application | path: /etc/spark-rnn      | mountPath: /etc/spark-rnn",
        "schedulers/scheduled-spark-application | concurrencyPolicy: Forbid | concurrencyPolicy: Never",
        "schedulers/scheduled-spark-application | failedRunHistoryLimit: 7  | failedJobsHistoryLimit: 7",
        "schedulers/scheduled-spark-application | schedule:                 | cron:",
        "schedulers/scheduled-spark-application | instances: 4              | instance: 4",
        "schedulers/kubernetes-cron-job | podFailurePolicy:             | podFailurePolicies:",
        "schedulers/kubernetes-cron-job | startingDeadlineSeconds: 3600 | startingDeadline: 3600",
        "schedulers/kubernetes-cron-job | values: [64, 65]              | values: [sixty-four]"
      })
  void aWrongFieldIsFound(String manifest, String field, String mistake) throws IOException {
    String text = Files.readString(Path.of("conf", manifest + ".yaml"));
    assertThat(text).contains(field);
    JsonNode document = documents(text.replace(field, mistake)).get(0);
    // The one is thrown where Spark's model has no place for it, the other by the schema's check.
    assertThatThrownBy(() -> check(document))
        .isInstanceOfAny(JsonMappingException.class, AssertionError.class);
  }

  @Test
  void unknownFieldsAreNamed() throws IOException {
    JsonNode document = documents("{apiVersion: v1, kind: Pod, spec: {container: []}}").get(0);
    assertThatThrownBy(() -> check(document))
        .isInstanceOf(UnrecognizedPropertyException.class)
        .hasMessageContaining("\"container\"");
  }

  @Test
  void aNewVolumeCanBeWritten() throws IOException {
    List<JsonNode> pods = pods();
    assertThat(pods).hasSize(3);
    for (JsonNode pod : pods) {
      JsonNode security = pod.path("securityContext");
      assertThat(security.path("fsGroup").asInt())
          .isPositive()
          .isEqualTo(security.path("runAsUser").asInt());
      assertThat(security.path("fsGroupChangePolicy").asText()).isEqualTo("OnRootMismatch");
    }
  }

  /** Only the driver asks Kubernetes for anything. */
  @Test
  void onlyTheDriverHasRights() throws IOException {
    for (JsonNode pod : pods()) {
      boolean driver = pod.at("/containers/0/name").asText().equals("spark-kubernetes-driver");
      assertThat(pod.path("automountServiceAccountToken").asBoolean(true)).isEqualTo(driver);
      assertThat(pod.has("serviceAccountName")).isFalse();
    }
    JsonNode role = documents(Files.readString(MANIFESTS.resolve("rbac.yaml"))).get(1);
    Map<String, String> rules = new TreeMap<>();
    for (JsonNode rule : role.path("rules")) {
      rules.put(rule.at("/resources/0").asText(), rule.path("verbs").toString());
      assertThat(rule.path("resources")).hasSize(1);
    }
    assertThat(rules)
        .containsOnly(
            Map.entry(
                "pods", verbs("create", "get", "list", "watch", "delete", "deletecollection")),
            Map.entry("configmaps", verbs("create", "deletecollection")),
            Map.entry("services", verbs("deletecollection")),
            Map.entry("persistentvolumeclaims", verbs("list", "deletecollection")));
  }

  private static String verbs(String... names) {
    return STRICT.valueToTree(names).toString();
  }

  /** What is specified of them, a job's included. */
  private static List<JsonNode> pods() throws IOException {
    List<JsonNode> pods = new ArrayList<>();
    for (Path manifest : manifests().toList()) {
      for (JsonNode document : documents(Files.readString(manifest))) {
        switch (document.path("kind").asText()) {
          case "Pod" -> pods.add(document.path("spec"));
          case "CronJob" -> pods.add(document.at("/spec/jobTemplate/spec/template/spec"));
          default -> {}
        }
      }
    }
    return pods;
  }

  @Test
  void theConfigMapHoldsAConfiguration() throws IOException {
    JsonNode map = documents(Files.readString(MANIFESTS.resolve("config-map.yaml"))).get(0);
    assertThat(
            ConfigurationLoader.parse(map.at("/data/spark-rnn.conf").asText(), "the ConfigMap")
                .training()
                .workers())
        .isEqualTo(4);
  }

  @Test
  void versionsAreThoseOfTheBuild() throws IOException {
    String pom = Files.readString(Path.of("pom.xml"));
    JsonNode application =
        documents(Files.readString(MANIFESTS.resolve("spark-application.yaml"))).get(0);
    String version = application.at("/spec/sparkVersion").asText();
    assertThat(pom).contains("<spark.version>" + version + "</spark.version>");
    assertThat(Files.readString(SCHEDULERS.resolve("scheduled-spark-application.yaml")))
        .contains("sparkVersion: " + version);
    assertThat(Files.readString(MANIFESTS.resolve("Dockerfile")))
        .contains("FROM apache/spark:" + version + "-scala2.12-java17");
  }
}
