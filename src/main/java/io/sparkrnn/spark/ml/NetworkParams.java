package io.sparkrnn.spark.ml;

import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntArrayParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;

/**
 * Params of the network.
 *
 * @param <E> the estimator
 */
public interface NetworkParams<E> extends KeyedParams {
  /** Adds them to those of an estimator. */
  static void addTo(KeyParams keys) {
    keys.wholeNumbers("model.hidden", "hidden");
    keys.text("model.cell", "cell");
    keys.text("model.activation", "activation");
    keys.text("model.recurrent-init", "recurrentInit");
    keys.flag("model.bidirectional", "bidirectional");
    keys.text("model.biases", "biases");
    keys.number("model.dropout", "dropout");
    keys.wholeNumber("model.embedding-size", "embeddingSize");
    keys.text("model.reads", "reads");
  }

  /** Units of each recurrent layer, first layer first; 150 by default. */
  default E setHidden(int[] value) {
    return keyParams().set(hidden(), value);
  }

  /** {@link #setHidden}. */
  default IntArrayParam hidden() {
    return keyParams().param("hidden");
  }

  /** {@code elman} (the default), {@code lstm} or {@code gru}. */
  default E setCell(String value) {
    return keyParams().set(cell(), value);
  }

  /** {@link #setCell}. */
  default Param<String> cell() {
    return keyParams().param("cell");
  }

  /** {@code tanh} (the default) or {@code relu}: of Elman cells, the others have their own. */
  default E setActivation(String value) {
    return keyParams().set(activation(), value);
  }

  /** {@link #setActivation}. */
  default Param<String> activation() {
    return keyParams().param("activation");
  }

  /** {@code orthogonal} (the default), {@code xavier}, {@code identity} or {@code pytorch}. */
  default E setRecurrentInit(String value) {
    return keyParams().set(recurrentInit(), value);
  }

  /** {@link #setRecurrentInit}. */
  default Param<String> recurrentInit() {
    return keyParams().param("recurrentInit");
  }

  /** Whether layers go through a sequence in both directions; false by default. */
  default E setBidirectional(boolean value) {
    return keyParams().set(bidirectional(), value);
  }

  /** {@link #setBidirectional}. */
  default BooleanParam bidirectional() {
    return keyParams().param("bidirectional");
  }

  /** {@code one} or {@code two} biases of a recurrent unit; not set, what the cell needs. */
  default E setBiases(String value) {
    return keyParams().set(biases(), value);
  }

  /** {@link #setBiases}. */
  default Param<String> biases() {
    return keyParams().param("biases");
  }

  /**
   * Probability that a value which a recurrent layer gives upwards is dropped in training; 0 by
   * default.
   */
  default E setDropout(double value) {
    return keyParams().set(dropout(), value);
  }

  /** {@link #setDropout}. */
  default DoubleParam dropout() {
    return keyParams().param("dropout");
  }

  /** Values that each token of {@code textCol} is embedded in. */
  default E setEmbeddingSize(int value) {
    return keyParams().set(embeddingSize(), value);
  }

  /** {@link #setEmbeddingSize}. */
  default IntParam embeddingSize() {
    return keyParams().param("embeddingSize");
  }

  /**
   * States that the output layer reads where a sequence has one answer: {@code last}, {@code mean}
   * or {@code max}; not set, the last.
   */
  default E setReads(String value) {
    return keyParams().set(reads(), value);
  }

  /** {@link #setReads}. */
  default Param<String> reads() {
    return keyParams().param("reads");
  }
}
