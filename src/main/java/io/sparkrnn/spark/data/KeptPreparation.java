package io.sparkrnn.spark.data;

import io.sparkrnn.config.TableConfiguration;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.model.Vocabulary;
import java.util.List;

/**
 * What was fitted when a model was trained, for a training that starts from its parameters: nothing
 * is fitted anew, or they would mean something else. Each method refuses a table for which that
 * cannot be kept.
 *
 * @param source names the table in messages
 */
record KeptPreparation(
    TableSource source, TableConfiguration table, Network network, Preparation preparation) {

  static KeptPreparation of(TableSource source, TableConfiguration table, ModelFile model) {
    return new KeptPreparation(
        source, table, model.topology().network(), model.preparation().orElseThrow());
  }

  /** The time steps of the longest sequence that the model knows. */
  int timeSteps() {
    return network.timeSteps();
  }

  /** The preparation, for a table of these columns. */
  Preparation of(List<String> features, int targets) {
    if (!preparation.features().equals(features)) {
      throw refusal("the features", preparation.features(), features);
    }
    if (network.input().statics() != table.statics().size()) {
      throw refusal("as many static columns", network.input().statics(), table.statics().size());
    }
    Loss loss = network.head().loss();
    int ofTarget = loss instanceof Loss.Quantile quantile ? quantile.levels().size() : 1;
    int learnt = loss.ofClasses() ? 0 : network.classes() / ofTarget;
    if (learnt != targets) {
      throw refusal("as many targets", learnt, targets);
    }
    boolean log1p = !table.targetTransform().isEmpty();
    if (targets > 0 && preparation.targets().log1p() != log1p) {
      throw refusal(
          "the target transform",
          preparation.targets().log1p() ? "log1p" : "none",
          log1p ? "log1p" : "none");
    }
    if (table.text().isEmpty() != preparation.vocabulary().tokens().isEmpty()) {
      throw refusal(
          "a text column",
          preparation.vocabulary().tokens().isEmpty() ? "none" : "one",
          table.text().isEmpty() ? "none" : "one");
    }
    if (!table.text().isEmpty()) {
      vocabulary();
    }
    return preparation;
  }

  /** The classes, of which those that were found must be. */
  ClassNames classes(ClassNames found) {
    List<String> unknown =
        found.names().stream().filter(name -> !preparation.classes().contains(name)).toList();
    if (preparation.classes().isEmpty() != found.names().isEmpty()
        || !unknown.isEmpty()
        || found.count() > network.classes()) {
      throw refusal(
          "the classes",
          preparation.classes().isEmpty()
              ? "of %d numbers".formatted(network.classes())
              : preparation.classes(),
          unknown.isEmpty() ? "of %d numbers".formatted(found.count()) : unknown);
    }
    return new ClassNames(preparation.classes(), network.classes());
  }

  /** The vocabulary, of the same kind of tokens. */
  Vocabulary vocabulary() {
    Vocabulary vocabulary = preparation.vocabulary();
    if (vocabulary.unit() != TextTokens.unit(table)) {
      throw refusal("the tokens", vocabulary.unit(), TextTokens.unit(table));
    }
    return vocabulary;
  }

  private RuntimeException refusal(String what, Object expected, Object found) {
    return source.refusal("%s of the model to start from, %s".formatted(what, expected), found);
  }
}
