package io.sparkrnn.spark.data;

import io.sparkrnn.config.TableConfiguration;
import io.sparkrnn.config.TokenName;
import io.sparkrnn.data.DataException;
import io.sparkrnn.model.Vocabulary;
import java.util.Map;

/** What the configuration says of the tokens of texts. */
final class TextTokens {
  private TextTokens() {}

  static Vocabulary.Unit unit(TableConfiguration table) {
    return table.tokens() == TokenName.WORDS ? Vocabulary.Unit.WORDS : Vocabulary.Unit.CHARACTERS;
  }

  /**
   * The vocabulary of the training data.
   *
   * @param counts how often each token occurs there
   * @throws DataException if no token is frequent enough
   */
  static Vocabulary fit(String location, TableConfiguration table, Map<String, Long> counts) {
    Vocabulary vocabulary =
        Vocabulary.of(unit(table), counts, table.vocabularyMinCount(), table.vocabularySize());
    if (vocabulary.tokens().isEmpty()) {
      throw new DataException(
          "Cannot read %s: expected tokens that occur %d times or more, found none among %d tokens"
              .formatted(location, table.vocabularyMinCount(), counts.size()));
    }
    return vocabulary;
  }
}
