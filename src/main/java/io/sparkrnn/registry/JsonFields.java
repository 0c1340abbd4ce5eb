package io.sparkrnn.registry;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sparkrnn.storage.CorruptFileException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The fields of a JSON object, read strictly: a field that is missing, of another type or never
 * asked for is {@link CorruptFileException}, with its path.
 */
final class JsonFields {
  private final JsonNode object;
  private final String path;
  private final String where;
  private final Set<String> asked = new HashSet<>();

  private JsonFields(JsonNode object, String path, String where) {
    this.object = object;
    this.path = path;
    this.where = where;
  }

  /**
   * The object that a file holds, and nothing else.
   *
   * @param where names the file in messages
   */
  static JsonFields parse(byte[] bytes, String where) {
    JsonNode root;
    try {
      root =
          JsonMapper.builder()
              .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
              .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
              .build()
              .readTree(bytes);
    } catch (JsonProcessingException e) {
      throw corrupt(where, "expected JSON, found: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw corrupt(where, "expected JSON in UTF-8, found: " + e.getMessage());
    }
    if (!root.isObject()) {
      throw corrupt(where, "expected an object, found " + type(root));
    }
    return new JsonFields(root, "", where);
  }

  String text(String name) {
    return field(name, "a text", JsonNode::isTextual).textValue();
  }

  long wholeNumber(String name) {
    return wholeNumber(name, field(name, "a whole number", node -> true));
  }

  private long wholeNumber(String name, JsonNode node) {
    require(node.isIntegralNumber() && node.canConvertToLong(), name, "a whole number", node);
    return node.longValue();
  }

  double number(String name) {
    return field(name, "a number", JsonNode::isNumber).doubleValue();
  }

  JsonFields object(String name) {
    return object(name, field(name, "an object", node -> true));
  }

  private JsonFields object(String name, JsonNode node) {
    require(node.isObject(), name, "an object", node);
    return new JsonFields(node, path + name + ".", where);
  }

  List<String> texts(String name) {
    return list(
        name,
        node -> {
          require(node.isTextual(), name, "texts", node);
          return node.textValue();
        });
  }

  List<Long> wholeNumbers(String name) {
    return list(name, node -> wholeNumber(name, node));
  }

  List<JsonFields> objects(String name) {
    return list(name, node -> object(name, node));
  }

  private <T> List<T> list(String name, Function<JsonNode, T> element) {
    List<T> list = new ArrayList<>();
    field(name, "a list", JsonNode::isArray).forEach(node -> list.add(element.apply(node)));
    return list;
  }

  /** Empty where there is no such field; one that is null is there, and of another type. */
  <T> Optional<T> ifPresent(String name, Function<String, T> read) {
    return object.has(name) ? Optional.of(read.apply(name)) : Optional.empty();
  }

  /** Refuses fields that nobody has asked for. */
  void requireNoMore() {
    object
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!asked.contains(name)) {
                throw corrupt(where, "expected no field '" + path + name + "', found one");
              }
            });
  }

  private JsonNode field(String name, String expected, Predicate<JsonNode> fits) {
    asked.add(name);
    JsonNode node = object.path(name);
    require(!node.isMissingNode() && fits.test(node), name, expected, node);
    return node;
  }

  private void require(boolean fits, String name, String expected, JsonNode found) {
    if (!fits) {
      throw corrupt(
          where, "expected %s in '%s%s', found %s".formatted(expected, path, name, type(found)));
    }
  }

  private static String type(JsonNode node) {
    return node.isMissingNode()
        ? "nothing"
        : node.getNodeType().toString().toLowerCase(Locale.ROOT) + " " + abbreviated(node);
  }

  private static String abbreviated(JsonNode node) {
    String text = node.toString();
    return text.length() > 60 ? text.substring(0, 60) + "..." : text;
  }

  private static CorruptFileException corrupt(String where, String what) {
    return new CorruptFileException("Cannot read %s: %s".formatted(where, what));
  }
}
