package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.sparkrnn.run.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The examples in conf/schedulers: each is read as its scheduler reads it, and what it would start
 * is given to the launcher and to the command. The manifests' fields are KubernetesManifestsTest's.
 */
class SchedulersTest {
  private static final Path EXAMPLES = Path.of("conf", "schedulers");
  private static final Path HOME = Path.of("").toAbsolutePath();
  private static final String INSTALLED = "/opt/spark-rnn";
  private static final String NAMENODE = "hdfs://namenode:8020";
  private static final String NIGHT = "20260102T021700";
  private static final int TIMEOUT_SECONDS = 60;

  /** Minute, hour, day, month, day of the week: the least and the most of each. */
  private static final int[][] CRON_FIELDS = {{0, 59}, {0, 23}, {1, 31}, {1, 12}, {0, 7}};

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  @TempDir private Path temp;

  private static String text(String name) throws IOException {
    return Files.readString(EXAMPLES.resolve(name));
  }

  private record Finished(int exitCode, String output) {}

  private Finished execute(Map<String, String> environment, String... command) throws Exception {
    Path output = Files.createTempFile(temp, "output", null);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    assertThat(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
    return new Finished(process.exitValue(), Files.readString(output));
  }

  private boolean isThere(String program) throws Exception {
    return execute(Map.of(), "bash", "-c", "command -v " + program).exitCode() == 0;
  }

  /**
   * What the launcher in a line of shell would give to the program; the line is executed, with the
   * launcher told to print.
   */
  private List<String> launched(String line, Map<String, String> environment) throws Exception {
    Finished run =
        execute(
            environment,
            "bash",
            "-c",
            line.replace(INSTALLED, HOME.toString())
                .replace("/var/lock", temp.toString())
                .replaceFirst("(submit/\\w+\"?)", "$1 --print"));
    assertThat(run.exitCode()).as(run.output()).isZero();
    // Printed for a shell, so a shell takes it apart.
    Matcher program = Pattern.compile("spark-rnn\\.jar (.*)", Pattern.DOTALL).matcher(run.output());
    assertThat(program.find()).as(run.output()).isTrue();
    Finished words = execute(Map.of(), "bash", "-c", "printf '%s\\n' " + program.group(1));
    return words.output().lines().toList();
  }

  /** The command understands each argument: it fails only since there are no data. */
  private void assertRetrains(List<String> arguments, String runId) throws IOException {
    assertThat(arguments).startsWith("retrain");
    Path missing = temp.resolve("nothing-here");
    List<String> here = new ArrayList<>();
    arguments.forEach(argument -> here.add(argument.replace(NAMENODE, missing.toString())));
    here.remove("--json");
    here.add("--json");
    here.removeIf(argument -> argument.startsWith("--master="));
    CommandRun run = CommandRun.of(here.toArray(String[]::new));
    JsonNode report = JSON.readTree(run.output());
    assertThat(report.path("error").asText())
        .contains(missing.resolve("mnist").toString(), "no such file or directory");
    assertThat(run.exitCode()).isEqualTo(ExitCode.STORAGE);
    assertThat(report.path("runId").asText()).isEqualTo(runId);
    assertThat(missing).doesNotExist();
  }

  /** The day on which what goes on since two o'clock began. */
  private static String lastNight(ZoneId zone) {
    return "nightly-" + ZonedDateTime.now(zone).minusHours(2).toLocalDate();
  }

  @Test
  void cronStartsARetraining() throws Exception {
    Map<String, String> environment = new TreeMap<>();
    int entries = 0;
    for (String line : text("crontab").lines().toList()) {
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      Matcher variable = Pattern.compile("([A-Z_]+)=(.*)").matcher(line);
      if (variable.matches()) {
        environment.put(variable.group(1), variable.group(2).replace(INSTALLED, HOME.toString()));
        environment.replace("LOG", "/dev/stdout");
        environment.replace("JAVA_HOME", System.getProperty("java.home"));
        continue;
      }
      String[] words = line.split(" ", CRON_FIELDS.length + 1);
      for (int i = 0; i < CRON_FIELDS.length; i++) {
        assertCronField(words[i], CRON_FIELDS[i][0], CRON_FIELDS[i][1]);
      }
      String command = words[CRON_FIELDS.length];
      // To cron a bare one is the end of the line.
      assertThat(command.replace("\\%", "")).doesNotContain("%");
      for (String zone : List.of("UTC", "Europe/Athens", "America/Los_Angeles")) {
        environment.put("TZ", zone);
        assertRetrains(
            launched(command.replace("\\%", "%"), environment), lastNight(ZoneId.of(zone)));
      }
      entries++;
    }
    assertThat(entries).isEqualTo(2);
    // Of a profile cron reads nothing.
    assertThat(environment).containsKeys("PATH", "JAVA_HOME");
  }

  private static void assertCronField(String field, int least, int most) {
    assertThat(field).matches("\\*|\\d+(,\\d+)*");
    for (String number : field.equals("*") ? new String[0] : field.split(",")) {
      assertThat(Integer.parseInt(number)).isBetween(least, most);
    }
  }

  @Test
  void cronLeavesOutANightThatOverlapsAndMails() throws Exception {
    String lines = text("crontab");
    String command = lines.substring(lines.indexOf("flock --"), lines.indexOf(" \"$SPARK_RNN"));
    String lock = command.replace("/var/lock", temp.toString());
    String mail = lines.substring(lines.indexOf(" >> "), lines.lastIndexOf("\n17 4"));
    Map<String, String> environment = Map.of("LOG", temp.resolve("log").toString());
    Finished run =
        execute(
            environment, "bash", "-c", lock + " bash -c '" + lock + " echo overlaps" + mail + "'");
    assertThat(run.output())
        .isEqualTo("The retraining ended with 75; see %s\n".formatted(temp.resolve("log")));
    assertThat(execute(environment, "bash", "-c", lock + " echo well" + mail).output()).isEmpty();
    assertThat(temp.resolve("log")).hasContent("well");
  }

  @Test
  void systemdStartsARetraining() throws Exception {
    String service = text("spark-rnn-retrain.service");
    Matcher start =
        Pattern.compile("^ExecStart=/bin/bash -c '(.*)'$", Pattern.MULTILINE).matcher(service);
    assertThat(start.find()).isTrue();
    // What a single one stands for, systemd would put in its place.
    assertThat(start.group(1).replace("%%", "")).doesNotContain("%", "'", "\\");
    Matcher environment =
        Pattern.compile("^Environment=(\\w+)=(\\S+)$", Pattern.MULTILINE).matcher(service);
    assertThat(environment.find()).isTrue();
    assertRetrains(
        launched(
            start.group(1).replace("%%", "%"), Map.of(environment.group(1), environment.group(2))),
        lastNight(ZoneOffset.UTC));
  }

  @Test
  void systemdFindsNoFaultWithTheUnits() throws Exception {
    assumeThat(isThere("systemd-analyze")).isTrue();
    List<String> command = new ArrayList<>(List.of("systemd-analyze", "verify"));
    for (String name : List.of("spark-rnn-retrain.service", "spark-rnn-retrain.timer")) {
      command.add(Files.writeString(temp.resolve(name), text(name)).toString());
    }
    Finished run = execute(Map.of(), command.toArray(String[]::new));
    assertThat(run.output().lines().filter(line -> line.contains("spark-rnn-retrain"))).isEmpty();

    Path wrong = temp.resolve("spark-rnn-retrain.timer");
    Files.writeString(wrong, text("spark-rnn-retrain.timer").replace("OnCalendar=", "OnCalender="));
    assertThat(execute(Map.of(), command.toArray(String[]::new)).output()).contains("OnCalender");
  }

  @Test
  void airflowStartsARetraining() throws Exception {
    assumeThat(isThere("python3")).isTrue();
    List<JsonNode> started = new ArrayList<>();
    for (String line : airflow("").replace("{{ ts_nodash }}", NIGHT).lines().toList()) {
      started.add(JSON.readTree(line));
    }
    assertThat(started).hasSize(2);
    assertThat(started.get(0).path("class").asText()).isEqualTo(Main.class.getName());
    assertRetrains(texts(started.get(0).path("arguments")), "nightly-" + NIGHT);
    Map<String, String> environment = Map.of("HADOOP_CONF_DIR", temp.toString());
    String command = String.join("' '", texts(started.get(1))).replaceFirst("'", "") + "'";
    assertRetrains(launched(command, environment), "nightly-" + NIGHT);
  }

  /** What another try cannot mend ends the night at once. */
  @ParameterizedTest
  @CsvSource({
    "64, false, AirflowFailException",
    "65, true, AirflowFailException",
    "1, true, AirflowFailException",
    "74, false, AirflowException",
    "0, false, success"
  })
  void airflowTriesAgainWhereThatMayHelp(int exitCode, boolean permanent, String end)
      throws Exception {
    assumeThat(isThere("python3")).isTrue();
    String program = "#!/bin/sh\necho '{\"permanent\": %s}'\nexit %d\n";
    Path launcher = temp.resolve("submit");
    Files.writeString(launcher, program.formatted(permanent, exitCode));
    assertThat(launcher.toFile().setExecutable(true)).isTrue();
    String tried =
        """
        def ends(start):
            try:
                start()
                print("success")
            except AirflowException as failure:
                print(type(failure).__name__)
        started = subprocess.run
        subprocess.run = lambda command, cwd, **k: started(["%s"], **k)
        import contextlib, io
        with contextlib.redirect_stdout(io.StringIO()) as said:
            ends(lambda: retrain.__wrapped__([]))
        print(said.getvalue().splitlines()[-1])
        SparkSubmitOperator.code = %d
        ends(lambda: operators[0].execute(None))
        """
            .formatted(launcher, exitCode);
    // spark-submit's code is all that its operator knows.
    String other = exitCode == 1 ? "AirflowException" : end;
    assertThat(airflow(tried).lines().skip(2)).containsExactly(end, other);
  }

  /** What the example prints with each operator that says what it was given, and then more. */
  private String airflow(String more) throws Exception {
    // In the place of Airflow, which takes minutes to install.
    Path modules = Files.createDirectory(temp.resolve("modules"));
    module(
        modules,
        "airflow",
        """
        class DAG:
            def __init__(self, dag_id, *, schedule, start_date, catchup, max_active_runs, default_args):
                pass
            def __enter__(self):
                return self
            def __exit__(self, *failure):
                pass
        """);
    module(
        modules,
        "airflow.exceptions",
        """
        class AirflowException(Exception): pass
        class AirflowFailException(AirflowException): pass
        """);
    module(
        modules,
        "airflow.decorators",
        """
        import functools, json, subprocess
        class Started(Exception): pass
        def task(*, task_id):
            def decorated(function):
                @functools.wraps(function)
                def started(arguments):
                    run = subprocess.run
                    def start(command, **k):
                        print(json.dumps(command))
                        raise Started
                    subprocess.run = start
                    try:
                        function(arguments)
                    except Started:
                        pass
                    subprocess.run = run
                return started
            return decorated
        """);
    module(
        modules,
        "airflow.providers.apache.spark.operators.spark_submit",
        """
        import json, __main__
        from airflow.exceptions import AirflowException
        class SparkSubmitOperator:
            code = 0
            def __init__(self, *, task_id, conn_id, application, java_class, application_args,
                         properties_file, conf, num_executors, executor_memory, driver_memory):
                print(json.dumps({"arguments": application_args, "class": java_class}))
                __main__.operators = [self]
            def execute(self, context):
                if self.code != 0:
                    raise AirflowException(f"Cannot execute: x. Error code is: {self.code}.")
        """);
    module(modules, "pendulum", "def datetime(*a, tz): pass\ndef duration(**k): pass\n");
    Path example = temp.resolve("airflow_retrain.py");
    Files.writeString(example, text("airflow_retrain.py") + more);
    Finished run =
        execute(
            Map.of("PYTHONPATH", modules.toString(), "PYTHONDONTWRITEBYTECODE", "1"),
            "python3",
            example.toString());
    assertThat(run.exitCode()).as(run.output()).isZero();
    return run.output();
  }

  private static void module(Path modules, String name, String text) throws IOException {
    Path directory = Files.createDirectories(modules.resolve(name.replace('.', '/')));
    Files.writeString(directory.resolve("__init__.py"), text);
  }

  private static List<String> texts(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
  }

  @Test
  void kubernetesStartsARetraining() throws Exception {
    JsonNode container =
        YAML.readTree(text("kubernetes-cron-job.yaml"))
            .at("/spec/jobTemplate/spec/template/spec/containers/0");
    List<String> arguments = texts(container.path("args"));
    int jar = arguments.indexOf("/opt/spark-rnn/spark-rnn.jar");
    assertThat(jar).isPositive();
    assertThat(container.at("/env/0/name").asText()).isEqualTo("RUN_ID");
    assertRetrains(
        arguments.subList(jar + 1, arguments.size()).stream()
            .map(argument -> argument.replace("$(RUN_ID)", "spark-rnn-retrain-29384777"))
            .toList(),
        "spark-rnn-retrain-29384777");
  }

  @Test
  void theSparkOperatorStartsARetraining() throws Exception {
    JsonNode template =
        YAML.readTree(text("scheduled-spark-application.yaml")).at("/spec/template");
    assertThat(template.path("mainClass").asText()).isEqualTo(Main.class.getName());
    assertRetrains(texts(template.path("arguments")), "nightly-" + LocalDate.now(ZoneOffset.UTC));
  }
}
