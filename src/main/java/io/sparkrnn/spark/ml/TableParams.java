package io.sparkrnn.spark.ml;

import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.StringArrayParam;
import org.apache.spark.ml.param.shared.HasWeightCol;

/**
 * Params of what the columns of a table mean.
 *
 * @param <E> the estimator
 */
public interface TableParams<E> extends KeyedParams, HasWeightCol {
  /** Adds them to those of an estimator. */
  static void addTo(KeyParams keys) {
    keys.ofNoKey(
        "timeSteps",
        "Time steps of a sequence; features are a multiple of it.",
        "a whole number of at least 1",
        steps -> steps >= 1);
    keys.wholeNumber("table.inputs", "inputs");
    keys.columns("featuresCols", "Columns of features in place of featuresCol, side by side.");
    keys.column("textCol", "Column of a text, or of an array of tokens, which are embedded.");
    keys.text("table.tokens", "tokens");
    keys.wholeNumber("table.vocabulary-size", "vocabularySize");
    keys.wholeNumber("table.vocabulary-min-count", "vocabularyMinCount");
    keys.columns("staticCols", "Columns of numbers that a whole sequence has.");
    keys.column("seriesCol", "Column that names the series of a row, where a row is a reading.");
    keys.column("timeCol", "Column by which the readings of a series are put in order.");
    keys.wholeNumber("table.window-steps", "windowSteps");
    keys.wholeNumber("table.stride-steps", "strideSteps");
    keys.text("table.validation-from", "validationFrom");
    keys.column(
        "validationIndicatorCol",
        "Column that is true for the rows to validate on, which are not trained on.");
    keys.column("weightCol", "Column of how much a sequence counts in the loss.");
    keys.text("table.standardise", "standardise");
    keys.texts("table.unscaled", "unscaled");
    keys.text("table.missing", "missing");
  }

  /**
   * Time steps of a sequence, where features are flat: a row has {@code timeSteps * inputs} of
   * them. There is no default, and none is needed for arrays of arrays and other columns that say
   * it themselves.
   */
  default E setTimeSteps(int value) {
    return keyParams().set(timeSteps(), value);
  }

  /** {@link #setTimeSteps}. */
  default IntParam timeSteps() {
    return keyParams().param("timeSteps");
  }

  /**
   * Numbers of a time step, where features are flat and sequences have their own lengths; 1 by
   * default.
   */
  default E setInputs(int value) {
    return keyParams().set(inputs(), value);
  }

  /** {@link #setInputs}. */
  default IntParam inputs() {
    return keyParams().param("inputs");
  }

  /**
   * Columns of features in place of {@code featuresCol}, side by side: arrays of one channel each,
   * arrays of arrays, or single numbers, each of which is a time step, or in a table of readings a
   * channel.
   */
  default E setFeaturesCols(String[] value) {
    return keyParams().set(featuresCols(), value);
  }

  /** {@link #setFeaturesCols}. */
  default StringArrayParam featuresCols() {
    return keyParams().param("featuresCols");
  }

  /** Column of a text, or of an array of tokens, which are embedded. */
  default E setTextCol(String value) {
    return keyParams().set(textCol(), value);
  }

  /** {@link #setTextCol}. */
  default Param<String> textCol() {
    return keyParams().param("textCol");
  }

  /** What the tokens of a text are: {@code characters} (the default) or {@code words}. */
  default E setTokens(String value) {
    return keyParams().set(tokens(), value);
  }

  /** {@link #setTokens}. */
  default Param<String> tokens() {
    return keyParams().param("tokens");
  }

  /** Tokens that have an embedding, the most frequent ones; 0 by default, which is all. */
  default E setVocabularySize(int value) {
    return keyParams().set(vocabularySize(), value);
  }

  /** {@link #setVocabularySize}. */
  default IntParam vocabularySize() {
    return keyParams().param("vocabularySize");
  }

  /** Times that a token must occur to have an embedding; 1 by default. */
  default E setVocabularyMinCount(int value) {
    return keyParams().set(vocabularyMinCount(), value);
  }

  /** {@link #setVocabularyMinCount}. */
  default IntParam vocabularyMinCount() {
    return keyParams().param("vocabularyMinCount");
  }

  /** Columns of numbers that a whole sequence has, which are read at every time step. */
  default E setStaticCols(String[] value) {
    return keyParams().set(staticCols(), value);
  }

  /** {@link #setStaticCols}. */
  default StringArrayParam staticCols() {
    return keyParams().param("staticCols");
  }

  /**
   * Column that names the series of a row, where a row is a reading; not set, all are of one
   * series.
   */
  default E setSeriesCol(String value) {
    return keyParams().set(seriesCol(), value);
  }

  /** {@link #setSeriesCol}. */
  default Param<String> seriesCol() {
    return keyParams().param("seriesCol");
  }

  /** Column by which the readings of a series are put in order; set, a row is a reading. */
  default E setTimeCol(String value) {
    return keyParams().set(timeCol(), value);
  }

  /** {@link #setTimeCol}. */
  default Param<String> timeCol() {
    return keyParams().param("timeCol");
  }

  /** Time steps of the windows that series are cut into; 0 by default: a series is one sequence. */
  default E setWindowSteps(int value) {
    return keyParams().set(windowSteps(), value);
  }

  /** {@link #setWindowSteps}. */
  default IntParam windowSteps() {
    return keyParams().param("windowSteps");
  }

  /** Time steps from one window to the next, of those that are trained on; 1 by default. */
  default E setStrideSteps(int value) {
    return keyParams().set(strideSteps(), value);
  }

  /** {@link #setStrideSteps}. */
  default IntParam strideSteps() {
    return keyParams().param("strideSteps");
  }

  /** Where the validation part of each series begins, a value of {@code timeCol}. */
  default E setValidationFrom(String value) {
    return keyParams().set(validationFrom(), value);
  }

  /** {@link #setValidationFrom}. */
  default Param<String> validationFrom() {
    return keyParams().param("validationFrom");
  }

  /** Column that is true for the rows to validate on after each epoch, which are not trained on. */
  default E setValidationIndicatorCol(String value) {
    return keyParams().set(validationIndicatorCol(), value);
  }

  /** {@link #setValidationIndicatorCol}. */
  default Param<String> validationIndicatorCol() {
    return keyParams().param("validationIndicatorCol");
  }

  /** Column of how much a sequence counts in the loss; not set, all count 1. */
  default E setWeightCol(String value) {
    return keyParams().set(weightCol(), value);
  }

  /** {@link #setWeightCol}. */
  @Override
  default String getWeightCol() {
    return KeyedParams.super.getWeightCol();
  }

  /** {@link #setWeightCol}. */
  @Override
  default Param<String> weightCol() {
    return keyParams().param("weightCol");
  }

  /** Of Scala, which would set a field of the trait: {@link #weightCol} has it already. */
  @Override
  default void org$apache$spark$ml$param$shared$HasWeightCol$_setter_$weightCol_$eq(
      Param<String> param) {}

  /**
   * Whether numbers are brought to mean 0 and deviation 1, as the training rows have them: {@code
   * channel}, {@code series} or {@code none}.
   */
  default E setStandardise(String value) {
    return keyParams().set(standardise(), value);
  }

  /** {@link #setStandardise}. */
  default Param<String> standardise() {
    return keyParams().param("standardise");
  }

  /** Features that are not standardised. */
  default E setUnscaled(String[] value) {
    return keyParams().set(unscaled(), value);
  }

  /** {@link #setUnscaled}. */
  default StringArrayParam unscaled() {
    return keyParams().param("unscaled");
  }

  /**
   * Numbers that are null or NaN: {@code refuse} (the default), {@code fill-forward} or {@code
   * mask}, which is filled and marked in a channel more.
   */
  default E setMissing(String value) {
    return keyParams().set(missing(), value);
  }

  /** {@link #setMissing}. */
  default Param<String> missing() {
    return keyParams().param("missing");
  }
}
