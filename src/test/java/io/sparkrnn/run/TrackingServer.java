package io.sparkrnn.run;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What MLflow's tracking server does with the requests that we make, after MLflow's REST API 2.0.
 * Refuses everything else, and what the API demands that is missing.
 */
public final class TrackingServer implements AutoCloseable {
  /** What it does instead. */
  public enum Mood {
    WELL,
    /** Answers 500. */
    FAILING,
    /** Answers 200 with a page of something else. */
    RUBBISH,
    /** Closes the connection. */
    BREAKING,
    /** Takes requests and never answers. */
    SILENT
  }

  private static final Pattern FILTER = Pattern.compile("tags\\.`([^`]+)` = '([^']+)'");
  private static final String API = "/api/2.0/mlflow/";

  private final ObjectMapper mapper = new ObjectMapper();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;
  private final Map<String, String> experiments = new LinkedHashMap<>();
  private final Map<String, ObjectNode> runs = new LinkedHashMap<>();
  private final List<String> received = new ArrayList<>();
  private final List<String> authorizations = new ArrayList<>();
  private Mood mood = Mood.WELL;
  private int wellFor = Integer.MAX_VALUE;
  private Mood then = Mood.WELL;

  public TrackingServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::handle);
    server.setExecutor(threads);
    server.start();
  }

  public String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** From now on. */
  synchronized void is(Mood now) {
    mood = now;
  }

  /** After so many requests. */
  public synchronized void turns(Mood later, int requests) {
    wellFor = requests;
    then = later;
  }

  /** Experiments by name. */
  synchronized Map<String, String> experiments() {
    return Map.copyOf(experiments);
  }

  /** Runs as they are now. */
  public synchronized List<JsonNode> runs() {
    return runs.values().stream().map(run -> (JsonNode) run.deepCopy()).toList();
  }

  /** All that was sent: paths, queries and bodies. */
  public synchronized List<String> received() {
    return List.copyOf(received);
  }

  /** Who has asked, a header a request. */
  public synchronized List<String> authorizations() {
    return List.copyOf(authorizations);
  }

  /** Name and text of a run's parameters, or tags. */
  public static Map<String, String> texts(JsonNode run, String kind) {
    Map<String, String> texts = new LinkedHashMap<>();
    run.at("/data/" + kind)
        .forEach(entry -> texts.put(entry.path("key").asText(), entry.path("value").asText()));
    return texts;
  }

  /** Values of a metric, in the order of their arrival, with the step: {@code 1=0.5}. */
  public static List<String> steps(JsonNode run, String metric) {
    List<String> steps = new ArrayList<>();
    run.at("/data/metrics")
        .forEach(
            point -> {
              if (point.path("key").asText().equals(metric)) {
                steps.add(point.path("step").asText() + "=" + point.path("value").asDouble());
              }
            });
    return steps;
  }

  private void handle(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
    String path = exchange.getRequestURI().getPath();
    Answer answer;
    synchronized (this) {
      received.add(exchange.getRequestURI() + " " + body);
      authorizations.add(
          Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst("Authorization"), ""));
      if (wellFor-- == 0) {
        mood = then;
      }
      answer =
          switch (mood) {
            case WELL -> answer(exchange.getRequestMethod() + " " + path, exchange, body);
            case FAILING ->
                // Some repeat what they were sent.
                new Answer(500, "{\"message\":\"%s\"}".formatted(authorizations));
            case RUBBISH -> new Answer(200, "<html>" + authorizations + "</html>");
            case BREAKING -> new Answer(-1, "");
            case SILENT -> new Answer(0, "");
          };
    }
    if (answer.status <= 0) {
      if (answer.status < 0) {
        exchange.close();
      }
      return;
    }
    byte[] bytes = answer.body.getBytes(UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(answer.status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private record Answer(int status, String body) {
    static Answer of(JsonNode body) {
      return new Answer(200, body.toString());
    }

    static Answer error(int status, String code) {
      return new Answer(
          status, "{\"error_code\": \"%s\", \"message\": \"as it is\"}".formatted(code));
    }
  }

  private Answer answer(String request, HttpExchange exchange, String text) {
    JsonNode body;
    try {
      body = text.isEmpty() ? JsonNodeFactory.instance.objectNode() : mapper.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (request.equals("GET " + API + "experiments/get-by-name")) {
      String name =
          URLDecoder.decode(
              exchange.getRequestURI().getRawQuery().replaceFirst("^experiment_name=", ""), UTF_8);
      return Optional.ofNullable(experiments.get(name))
          .map(id -> Answer.of(node("experiment", node("experiment_id", id).put("name", name))))
          .orElseGet(() -> Answer.error(404, "RESOURCE_DOES_NOT_EXIST"));
    }
    if (request.startsWith("POST " + API)) {
      return switch (request.substring("POST ".length() + API.length())) {
        case "experiments/create" -> createExperiment(body);
        case "runs/search" -> search(body);
        case "runs/create" -> createRun(body);
        case "runs/update" -> update(body);
        case "runs/log-batch" -> logBatch(body);
        default -> Answer.error(404, "ENDPOINT_NOT_FOUND");
      };
    }
    return Answer.error(404, "ENDPOINT_NOT_FOUND");
  }

  private static ObjectNode node(String name, String text) {
    return JsonNodeFactory.instance.objectNode().put(name, text);
  }

  private static ObjectNode node(String name, JsonNode node) {
    return JsonNodeFactory.instance.objectNode().set(name, node);
  }

  private Answer createExperiment(JsonNode body) {
    String id = String.valueOf(experiments.size() + 1);
    if (experiments.putIfAbsent(body.path("name").asText(), id) != null) {
      return Answer.error(400, "RESOURCE_ALREADY_EXISTS");
    }
    return Answer.of(node("experiment_id", id));
  }

  private Answer search(JsonNode body) {
    Matcher filter = FILTER.matcher(body.path("filter").asText());
    if (!filter.matches()) {
      return Answer.error(400, "INVALID_PARAMETER_VALUE");
    }
    ArrayNode found = JsonNodeFactory.instance.arrayNode();
    runs.values().stream()
        .filter(
            run ->
                run.at("/info/experiment_id").asText().equals(body.at("/experiment_ids/0").asText())
                    && filter.group(2).equals(texts(run, "tags").get(filter.group(1))))
        .forEach(found::add);
    return Answer.of(node("runs", found));
  }

  private Answer createRun(JsonNode body) {
    if (!experiments.containsValue(body.path("experiment_id").asText())) {
      return Answer.error(404, "RESOURCE_DOES_NOT_EXIST");
    }
    String id = "run-" + (runs.size() + 1);
    ObjectNode run = JsonNodeFactory.instance.objectNode();
    run.putObject("info")
        .put("run_id", id)
        .put("run_uuid", id)
        .put("run_name", body.path("run_name").asText())
        .put("experiment_id", body.path("experiment_id").asText())
        .put("start_time", body.path("start_time").asLong())
        .put("status", "RUNNING");
    ObjectNode data = run.putObject("data");
    data.putArray("metrics");
    data.putArray("params");
    data.putArray("tags").addAll((ArrayNode) body.withArray("tags"));
    runs.put(id, run);
    return Answer.of(node("run", run));
  }

  private Answer update(JsonNode body) {
    ObjectNode run = runs.get(body.path("run_id").asText());
    if (run == null) {
      return Answer.error(404, "RESOURCE_DOES_NOT_EXIST");
    }
    ObjectNode info = (ObjectNode) run.path("info");
    info.set("status", body.path("status"));
    if (body.has("end_time")) {
      info.set("end_time", body.path("end_time"));
    }
    return Answer.of(node("run_info", info));
  }

  private Answer logBatch(JsonNode body) {
    ObjectNode run = runs.get(body.path("run_id").asText());
    if (run == null) {
      return Answer.error(404, "RESOURCE_DOES_NOT_EXIST");
    }
    Map<String, String> known = texts(run, "params");
    for (JsonNode parameter : body.path("params")) {
      String before = known.get(parameter.path("key").asText());
      String text = parameter.path("value").asText();
      if (text.isEmpty() || before != null && !before.equals(text)) {
        return Answer.error(400, "INVALID_PARAMETER_VALUE");
      }
    }
    if (body.path("params").size() > 100 || body.path("tags").size() > 100) {
      return Answer.error(400, "INVALID_PARAMETER_VALUE");
    }
    for (String kind : List.of("metrics", "params", "tags")) {
      body.path(kind).forEach(((ArrayNode) run.at("/data/" + kind))::add);
    }
    return Answer.of(JsonNodeFactory.instance.objectNode());
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
