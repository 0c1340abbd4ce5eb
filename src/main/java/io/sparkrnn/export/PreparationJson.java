package io.sparkrnn.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparkrnn.model.ChannelScale;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.model.TargetScale;
import io.sparkrnn.model.Vocabulary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A {@link Preparation} as JSON, for files that other programs read. It is read back only if it
 * says what is written for it, and nothing else.
 */
final class PreparationJson {
  private static final int VERSION = 1;

  /** Letters beyond ASCII are escaped: half of one may stand alone. */
  private static final ObjectWriter WRITER =
      new ObjectMapper().writer().with(JsonWriteFeature.ESCAPE_NON_ASCII.mappedFeature());

  private PreparationJson() {}

  static String encode(Preparation preparation) {
    try {
      return WRITER.writeValueAsString(tree(preparation));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ObjectNode tree(Preparation preparation) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("version", VERSION);
    texts(json.putArray("features"), preparation.features());
    scale(json, preparation.channels().means(), preparation.channels().deviations());
    ObjectNode series = json.putObject("series");
    preparation
        .series()
        .forEach((name, scale) -> scale(series.putObject(name), scale.means(), scale.deviations()));
    json.put("unit", preparation.vocabulary().unit().toString());
    texts(json.putArray("tokens"), preparation.vocabulary().tokens());
    texts(json.putArray("classes"), preparation.classes());
    TargetScale targets = preparation.targets();
    ObjectNode ofTargets = json.putObject("targets");
    scale(ofTargets, targets.means(), targets.deviations());
    ofTargets.put("log1p", targets.log1p());
    return json;
  }

  private static void texts(ArrayNode array, List<String> texts) {
    texts.forEach(array::add);
  }

  private static void scale(ObjectNode json, List<Double> means, List<Double> deviations) {
    means.forEach(json.putArray("means")::add);
    deviations.forEach(json.putArray("deviations")::add);
  }

  /**
   * The preparation of a text.
   *
   * @throws IllegalArgumentException if it is none
   */
  static Preparation decode(String text) {
    JsonNode json;
    try {
      json = SafetensorsContent.JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "expected a preparation in JSON, found " + e.getOriginalMessage(), e);
    }
    if (json.path("version").asInt() != VERSION) {
      throw new IllegalArgumentException(
          "expected version %d of a preparation, found %s".formatted(VERSION, json.get("version")));
    }
    Map<String, ChannelScale> series = new LinkedHashMap<>();
    json.path("series")
        .fields()
        .forEachRemaining(entry -> series.put(entry.getKey(), scale(entry.getValue())));
    ChannelScale targets = scale(json.path("targets"));
    Preparation preparation =
        new Preparation(
            texts(json.path("features")),
            scale(json),
            series,
            new Vocabulary(unit(json.path("unit").asText()), texts(json.path("tokens"))),
            texts(json.path("classes")),
            new TargetScale(
                targets.means(),
                targets.deviations(),
                json.path("targets").path("log1p").asBoolean()));
    if (!tree(preparation).equals(json)) {
      throw new IllegalArgumentException(
          "expected a preparation as it is written, found another text");
    }
    return preparation;
  }

  private static Vocabulary.Unit unit(String name) {
    try {
      return Vocabulary.Unit.valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("expected characters or words, found " + name, e);
    }
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }

  private static ChannelScale scale(JsonNode json) {
    return new ChannelScale(numbers(json.path("means")), numbers(json.path("deviations")));
  }

  private static List<Double> numbers(JsonNode array) {
    List<Double> numbers = new ArrayList<>();
    array.forEach(number -> numbers.add(number.asDouble()));
    return numbers;
  }
}
