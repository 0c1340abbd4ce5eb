package io.sparkrnn.serving;

import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.model.Vocabulary;
import io.sparkrnn.random.RandomStreams;
import io.sparkrnn.random.SeededRandom;
import java.util.Arrays;
import java.util.List;

/**
 * Goes on with a text by a language model. The same seed gives the same text on every machine:
 * weights of tokens are {@code StrictMath.exp((logit - highest) / temperature)} in double, summed
 * by ids; the token of number {@code n} is the first one whose sum is above the total times {@code
 * SeededRandom.of(seed, TEXT, n).nextDouble()}. What fills sequences up, and what stands for all
 * unknown tokens, is never drawn.
 */
public final class TextGenerator {
  private static final String LINE_FEED = "\n";

  private final RnnModel model;
  private final Vocabulary vocabulary;

  /**
   * How tokens are drawn.
   *
   * @param temperature what logits are divided by; 0: always the most probable token, of equals the
   *     first
   * @param topK how many of the most probable tokens can be drawn; 0: all
   */
  public record Sampling(double temperature, int topK, long seed) {
    public Sampling {
      if (!(temperature >= 0 && temperature < Double.POSITIVE_INFINITY) || topK < 0) {
        throw new ReadingException(
            "Cannot draw tokens: expected a temperature and a top-k of at least 0, found %s and %d"
                .formatted(temperature, topK));
      }
    }
  }

  /**
   * A generator.
   *
   * @throws StreamUnavailableException if the model does not tell the next token of a text
   */
  public TextGenerator(RnnModel model) {
    this.model = model;
    vocabulary = model.vocabulary();
    Network network = model.network();
    boolean tells =
        network.head().loss() instanceof Loss.Softmax
            && network.head().reads() == Reads.EVERY
            && model.streams()
            && model.classes().isEmpty()
            && model.features().isEmpty()
            && !vocabulary.tokens().isEmpty()
            && model.outputs() == vocabulary.size();
    if (!tells) {
      throw new StreamUnavailableException(
          "Cannot go on with a text: expected a language model, found one of %d outputs and %d tokens"
              .formatted(model.outputs(), vocabulary.tokens().size()));
    }
  }

  /** Tokens of a text that the model does not know, each once. */
  public List<String> unknown(String text) {
    return vocabulary.unit().cut(text).stream()
        .filter(token -> model.id(token) == Vocabulary.UNKNOWN)
        .distinct()
        .toList();
  }

  /**
   * What comes after a text.
   *
   * @param prompt at least one token
   * @param length how many tokens
   */
  public String after(String prompt, int length, Sampling sampling) {
    List<String> tokens = vocabulary.unit().cut(prompt);
    if (tokens.isEmpty()) {
      throw new ReadingException(
          "Cannot go on with a text: expected at least one of its %s, found none"
              .formatted(vocabulary.unit()));
    }
    RnnStream stream = model.start();
    int[] ids = new int[1];
    double[] logits = new double[model.outputs()];
    for (String token : tokens) {
      ids[0] = model.id(token);
      stream.step(null, ids, logits);
    }
    StringBuilder text = new StringBuilder();
    String before = tokens.get(tokens.size() - 1);
    for (int number = 0; number < length; number++) {
      ids[0] = draw(logits, sampling, number);
      String token = vocabulary.tokens().get(ids[0] - Vocabulary.FIRST);
      boolean apart = vocabulary.unit() == Vocabulary.Unit.WORDS;
      if (apart && !token.equals(LINE_FEED) && !before.equals(LINE_FEED)) {
        text.append(' ');
      }
      text.append(token);
      before = token;
      stream.step(null, ids, logits);
    }
    return text.toString();
  }

  private static int draw(double[] logits, Sampling sampling, int number) {
    int best = Vocabulary.FIRST;
    for (int id = best; id < logits.length; id++) {
      best = logits[id] > logits[best] ? id : best;
    }
    if (sampling.temperature() == 0) {
      return best;
    }
    double[] weights = new double[logits.length];
    boolean[] allowed = mostProbable(logits, sampling.topK());
    double total = 0;
    for (int id = Vocabulary.FIRST; id < logits.length; id++) {
      if (allowed[id]) {
        weights[id] = StrictMath.exp((logits[id] - logits[best]) / sampling.temperature());
        total += weights[id];
      }
    }
    double drawn =
        total * SeededRandom.of(sampling.seed(), RandomStreams.TEXT, number).nextDouble();
    double sum = 0;
    for (int id = Vocabulary.FIRST; id < logits.length; id++) {
      sum += weights[id];
      if (sum > drawn) {
        return id;
      }
    }
    // Of logits that are no numbers.
    return best;
  }

  /** Which tokens can be drawn; of equals the first ones. */
  private static boolean[] mostProbable(double[] logits, int topK) {
    boolean[] allowed = new boolean[logits.length];
    if (topK == 0 || topK >= logits.length - Vocabulary.FIRST) {
      Arrays.fill(allowed, true);
      return allowed;
    }
    double[] sorted = Arrays.copyOfRange(logits, Vocabulary.FIRST, logits.length);
    Arrays.sort(sorted);
    double least = sorted[sorted.length - topK];
    int left = topK;
    for (int id = Vocabulary.FIRST; id < logits.length; id++) {
      if (logits[id] > least) {
        allowed[id] = true;
        left--;
      }
    }
    for (int id = Vocabulary.FIRST; id < logits.length && left > 0; id++) {
      if (logits[id] == least) {
        allowed[id] = true;
        left--;
      }
    }
    return allowed;
  }
}
