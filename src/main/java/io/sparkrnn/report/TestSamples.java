package io.sparkrnn.report;

import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.model.Vocabulary;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What a result was tested on, as pages show it: images as pictures, ids as text, other sequences
 * as lines.
 *
 * @param preparation of a table's data, whose vocabulary says what ids mean
 */
public record TestSamples(SequenceDataset samples, Optional<Preparation> preparation) {
  /** Tokens before and behind a place; all of a short text are shown. */
  private static final int CHARACTERS_AROUND = 60;

  private static final int WORDS_AROUND = 12;

  /** A text, or what is around a place of it, which is in the middle. */
  record Extract(String before, String at, String after) {}

  boolean has(int sample) {
    return sample >= 0 && sample < samples.size();
  }

  boolean areTexts() {
    return samples.channels() > 0;
  }

  boolean areImages() {
    return samples.isOfBytes() && !areTexts();
  }

  boolean areLines() {
    return !areTexts() && !areImages() && samples.inputSize() > 0;
  }

  /** Dense values of one sample, {@code [own time step][input]}. */
  float[] dense(int sample) {
    float[] values = new float[samples.length(sample) * samples.inputSize()];
    samples.layOut(new int[] {sample}, 0, new int[] {0}, 0, 1, values, 0, samples.inputSize(), 1);
    return values;
  }

  /** The text of the first channel from its beginning. */
  Extract text(int sample) {
    Tokens tokens = tokens();
    int end = Math.min(samples.length(sample), 2 * around(tokens));
    return new Extract(
        text(tokens, sample, 0, end) + (end < samples.length(sample) ? "…" : ""), "", "");
  }

  /** The text of the first channel around a time step. */
  Extract text(int sample, int step) {
    Tokens tokens = tokens();
    int from = Math.max(0, step - around(tokens));
    int to = Math.min(samples.length(sample), step + 1 + around(tokens));
    String before = text(tokens, sample, from, step);
    String after = text(tokens, sample, step + 1, to);
    return new Extract(
        (from > 0 ? "…" : "") + before + (before.isEmpty() ? "" : tokens.between()),
        tokens.visible(samples.id(0, sample, step)),
        (after.isEmpty() ? "" : tokens.between())
            + after
            + (to < samples.length(sample) ? "…" : ""));
  }

  private Tokens tokens() {
    return new Tokens(preparation.map(Preparation::vocabulary).orElse(Vocabulary.NONE));
  }

  private static int around(Tokens tokens) {
    return tokens.between().isEmpty() ? CHARACTERS_AROUND : WORDS_AROUND;
  }

  private String text(Tokens tokens, int sample, int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(step -> tokens.token(samples.id(0, sample, step)))
        .collect(Collectors.joining(tokens.between()));
  }
}
