package io.sparkrnn.report;

import io.sparkrnn.evaluation.Deviation;
import io.sparkrnn.evaluation.Mistake;
import io.sparkrnn.report.RunRecord.Scores;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The test samples on which a network does worst, beside what it made of them.
 *
 * @param data empty where it cannot be read
 * @param ofSteps whether each time step has a class or values
 */
record WorstSamples(
    Scores test,
    Optional<TestSamples> data,
    ClassNames names,
    List<String> targets,
    boolean ofSteps) {
  private static final Logger LOG = LoggerFactory.getLogger(WorstSamples.class);

  private static final int CHANNELS_OF_MISTAKES = 3;

  /** Largest errors that are drawn; a table has all. */
  private static final int DRAWN_ERRORS = 12;

  /**
   * One of them, as templates show it by the names of the components.
   *
   * @param picture an image as a URI; this and the next two are null where there is none
   * @param svg an element of that name
   */
  record Item(
      String title,
      String note,
      String place,
      String alt,
      String picture,
      String svg,
      TestSamples.Extract text) {}

  /** How a sample looks: one of these, or none. */
  private record Appearance(String picture, String svg, TestSamples.Extract text) {
    static final Appearance NONE = new Appearance(null, null, null);
  }

  /** The mistakes that leave their own class the least probability. */
  List<Item> mistakes() {
    return test.worst().stream().map(this::mistake).toList();
  }

  private Item mistake(Mistake mistake) {
    String label = names.of(mistake.label());
    String predicted = names.of(mistake.predicted());
    return item(
        mistake.sample(),
        mistake.step(),
        label + " → " + predicted,
        Numbers.format("%.1f %%", 100 * mistake.probability()),
        "a %s, taken for %s".formatted(label, predicted),
        CHANNELS_OF_MISTAKES);
  }

  /** The largest errors, as far as they are drawn. */
  List<Item> drawnErrors() {
    return test.largestErrors().stream().limit(DRAWN_ERRORS).map(this::error).toList();
  }

  private Item error(Deviation error) {
    String actual = Numbers.significant(error.actual());
    String predicted = Numbers.significant(error.predicted());
    return item(
        error.sample(),
        error.step(),
        actual + " → " + predicted,
        (targets.isEmpty() ? "" : target(error.target()) + ", ")
            + "off by "
            + Numbers.significant(error.error()),
        "%s, predicted as %s".formatted(actual, predicted),
        1);
  }

  /** The name of a target, or its number. */
  String target(int target) {
    return target < targets.size() ? targets.get(target) : "target " + target;
  }

  String place(int sample, int step) {
    return Numbers.format(ofSteps ? "no. %,d, step %,d" : "no. %,d", sample, step);
  }

  private Item item(
      int sample, int step, String title, String note, String whatItIs, int channels) {
    Appearance look = appearance(sample, step, channels);
    return new Item(
        title,
        note,
        place(sample, step),
        Numbers.format("Test sample %,d: ", sample) + whatItIs,
        look.picture(),
        look.svg(),
        look.text());
  }

  /** Nothing of a sample that is not there or odd: what was made of it is said all the same. */
  private Appearance appearance(int sample, int step, int channels) {
    try {
      return data.filter(samples -> samples.has(sample))
          .map(samples -> appearance(samples, sample, step, channels))
          .orElse(Appearance.NONE);
    } catch (RuntimeException e) {
      LOG.warn("test sample {} cannot be drawn", sample, e);
      return Appearance.NONE;
    }
  }

  private Appearance appearance(TestSamples samples, int sample, int step, int channels) {
    if (samples.areTexts()) {
      return new Appearance(
          null, null, ofSteps ? samples.text(sample, step) : samples.text(sample));
    }
    if (samples.areImages()) {
      return new Appearance(SamplePicture.dataUri(samples.samples(), sample), null, null);
    }
    int inputs = samples.samples().inputSize();
    return !samples.areLines()
        ? Appearance.NONE
        : new Appearance(
            null,
            LinePicture.svg(samples.dense(sample), inputs, channels, ofSteps ? step : -1),
            null);
  }
}
