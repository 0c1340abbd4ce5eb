package io.sparkrnn.retrain;

import io.sparkrnn.data.DataException;
import io.sparkrnn.data.Readings;
import io.sparkrnn.data.RunData;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.registry.RegisteredModel;
import io.sparkrnn.train.BlockEvaluator;
import java.util.ArrayList;
import java.util.List;

/**
 * What a model of tables reads and answers. Two models of the same can be compared, even if
 * vocabularies, means and deviations differ.
 *
 * @param answers names of classes, or how many classes or targets there are
 * @param ofSteps whether each time step has an answer
 * @param text what tokens are, or that there are none
 */
record TableSchema(
    List<String> features, int statics, String text, String answers, boolean ofSteps) {

  /** Demands a table that a current version can be compared on. */
  static void require(RegisteredModel current, RunData data, String where) {
    Network network = current.model().topology().network();
    Preparation learnt = current.model().preparation().orElseThrow();
    Preparation fitted = data.preparation().orElseThrow();
    long version = current.version().number();
    if (BlockEvaluator.predictsTokens(network)
        && !learnt.vocabulary().equals(fitted.vocabulary())) {
      throw new DataException(
          "Cannot train on %s: expected the %d tokens that version %d tells apart, found %d others; --start warm keeps them"
              .formatted(
                  where,
                  learnt.vocabulary().tokens().size(),
                  version,
                  fitted.vocabulary().tokens().size()));
    }
    TableSchema expected = of(network, learnt);
    TableSchema found = of(data.training(), fitted);
    if (!expected.equals(found)) {
      throw new DataException(
          "Cannot train on %s: expected %s as version %d has learnt, found %s; another --registry allows them"
              .formatted(where, expected.beside(found), version, found.beside(expected)));
    }
  }

  private static TableSchema of(Network network, Preparation preparation) {
    Loss loss = network.head().loss();
    int ofTarget = loss instanceof Loss.Quantile quantile ? quantile.levels().size() : 1;
    return new TableSchema(
        preparation.features(),
        network.input().statics(),
        text(preparation),
        loss.ofClasses()
            ? classes(preparation, network.classes())
            : targets(network.classes() / ofTarget),
        network.head().reads() == Reads.EVERY);
  }

  private static TableSchema of(SequenceDataset training, Preparation preparation) {
    return new TableSchema(
        preparation.features(),
        training.staticSize(),
        text(preparation),
        training.classes() > 0
            ? classes(preparation, training.classes())
            : targets(training.targetSize()),
        training.readings() == Readings.EVERY_STEP);
  }

  private static String text(Preparation preparation) {
    return preparation.vocabulary().tokens().isEmpty()
        ? "no text"
        : "a text of " + preparation.vocabulary().unit();
  }

  private static String classes(Preparation preparation, int count) {
    return preparation.classes().isEmpty()
        ? "%d classes".formatted(count)
        : "the classes " + preparation.classes();
  }

  private static String targets(int count) {
    return "%d targets".formatted(count);
  }

  /** What it has that another one has not, for people. */
  private String beside(TableSchema other) {
    List<String> parts = new ArrayList<>();
    if (!features.equals(other.features)) {
      parts.add("the features " + features);
    }
    if (statics != other.statics) {
      parts.add("%d static columns".formatted(statics));
    }
    if (!text.equals(other.text)) {
      parts.add(text);
    }
    if (!answers.equals(other.answers) || ofSteps != other.ofSteps) {
      parts.add(answers + (ofSteps ? " of each time step" : " of each sequence"));
    }
    return String.join(", ", parts);
  }
}
