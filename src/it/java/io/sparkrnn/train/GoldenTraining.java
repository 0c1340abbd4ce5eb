package io.sparkrnn.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Trainings on MNIST with the SHA-256 of the parameters that they end on, on every CPU. All
 * settings that have a part in it are said, so that other defaults leave it alone. A value may
 * change only together with {@code Versions.ARITHMETIC}.
 */
public enum GoldenTraining {
  /** 440 images for 3 workers: 146 or 147 each, two minibatches and a short one. */
  ONE_LAYER(
      500,
      "--hidden 150 --activation tanh --updater adam --learning-rate 0.002 --l2 0"
          + " --epochs 2 --minibatch-size 64 --workers 3 --validation 60",
      "739364a96e3e2289b657f8124f96ef0202da7df5eea3d2ba7ee806d10825740e"),
  TWO_LAYERS(
      500,
      "--hidden 100,100 --activation relu --updater nesterovs --learning-rate 0.02 --l2 0.001"
          + " --epochs 2 --minibatch-size 64 --workers 3 --validation 60",
      "8e221a49aa199a48223a59244dad41270240212df0fe921647c89f2e951d5c4f"),
  /** Small enough for an interpreter: 20 or 21 images a worker, one minibatch and a short one. */
  TINY(
      41,
      "--hidden 9,5 --activation tanh --updater adam --learning-rate 0.002 --l2 0"
          + " --epochs 1 --minibatch-size 16 --workers 2 --validation 0",
      "94be81929024616f1741efb5a62bddc22bde10f9991e204b53826a36359d96b9"),
  /** 88 moved images for each of 5 workers, whose gradients are averaged; muon steps. */
  GRADIENTS(
      500,
      "--averaging gradients --hidden 150 --activation tanh --updater muon --learning-rate 0.01"
          + " --adam-learning-rate 0.004 --l2 0 --shift-pixels 1 --epochs 2 --minibatch-size 40"
          + " --workers 5 --validation 60",
      "0d41afe52f15f7c9467702512f947bf66b53776168897035028a80a167086424"),
  /** All 60,000 images. */
  EPOCH(
      60_000,
      "--hidden 150 --activation tanh --updater adam --learning-rate 0.002 --l2 0"
          + " --epochs 1 --minibatch-size 64 --workers 2 --validation 0",
      "39097a2f8d7b62319e223283ff793bf3781600c4ff7f70bf1dbdcf5cbb4f7673");

  private static final String COMMON =
      " --model row-rnn-150 --seed 1 --recurrent-init orthogonal --schedule cosine"
          + " --warm-up-iterations 0 --final-fraction 0"
          + " --first-epoch-averaging-frequency 0 --clip-norm 1 --momentum 0.9 --beta1 0.9"
          + " --beta2 0.999 --epsilon 1e-8";

  private static final String PARAMETERS =
      " --averaging parameters --averaging-frequency 2 --shift-pixels 0";

  public final String sha256;
  private final int images;
  private final String settings;

  GoldenTraining(int images, String settings, String sha256) {
    this.images = images;
    this.settings = settings;
    this.sha256 = sha256;
  }

  /** Arguments of {@code train}; its data are written to the directory where they are not yet. */
  public List<String> arguments(Path directory) {
    List<String> arguments = new ArrayList<>(List.of("train"));
    String averaging = this == GRADIENTS ? "" : PARAMETERS;
    arguments.addAll(List.of((settings + COMMON + averaging).split(" ")));
    arguments.addAll(List.of("--data", FirstImages.in(directory, images).toString()));
    return arguments;
  }
}
