package io.sparkrnn.serving;

import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.InferencePass;
import io.sparkrnn.kernel.KernelProvider;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Embedding;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.kernel.StreamPass;
import io.sparkrnn.model.OutputUnits;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.model.TargetScale;
import io.sparkrnn.model.Vocabulary;
import io.sparkrnn.storage.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A trained model in a program of any kind: no Spark and no Hadoop, one jar on the class path. With
 * {@code --add-modules jdk.incubator.vector} it is several times faster, with the same bits, which
 * are those of {@code predict} and {@code evaluate}.
 *
 * <pre>{@code
 * RnnModel model = RnnModel.load(Path.of("runs/first"));
 * RnnStream stream = model.start();
 * double[] now = stream.next(21.5, 0.4);
 * }</pre>
 *
 * <p>A model may be shared by any number of threads: nothing in it changes but that each thread
 * that computes gets packed weights of its own, when it first does. A {@link RnnStream} belongs to
 * one thread at a time.
 */
public final class RnnModel {
  /** The most sequences that are computed together. */
  public static final int MOST_TOGETHER = 64;

  private static final String MODEL_FILE = "model.srnn";

  private final Network network;
  private final float[] parameters;
  private final Optional<Preparation> preparation;
  private final List<String> classes;
  private final Map<String, Integer> ids;
  private final OutputUnits units;
  private final String kernels;
  private final boolean fills;
  private final ThreadLocal<StreamPass> streams;
  private final ThreadLocal<InferencePass> sequences;
  private final ThreadLocal<InferencePass> minibatches;
  private final Optional<InputScale> scale;

  private RnnModel(ModelFile file, String kernels, boolean fills) {
    network = file.topology().network();
    parameters = file.parameters();
    preparation = file.preparation();
    classes = file.classNames();
    ids = preparation.map(fitted -> fitted.vocabulary().ids()).orElse(Map.of());
    TargetScale targets = preparation.map(Preparation::targets).orElse(TargetScale.IDENTITY);
    units = new OutputUnits(network.head().loss(), targets);
    this.kernels = kernels;
    this.fills = fills;
    streams =
        ThreadLocal.withInitial(() -> new StreamPass(network, Ops.named(this.kernels), parameters));
    sequences =
        ThreadLocal.withInitial(
            () -> new InferencePass(network, Ops.named(this.kernels), parameters, 1));
    minibatches =
        ThreadLocal.withInitial(
            () -> new InferencePass(network, Ops.named(this.kernels), parameters, MOST_TOGETHER));
    boolean ofSeries = preparation.filter(fitted -> !fitted.series().isEmpty()).isPresent();
    scale =
        ofSeries ? Optional.empty() : Optional.of(InputScale.of(network, preparation, fills, ""));
  }

  /**
   * Reads a model.
   *
   * @param path of a model file, or of a run directory that has one
   * @throws StorageException if there is none, or it cannot be read
   * @throws io.sparkrnn.storage.FormatException if it is damaged or something else
   */
  public static RnnModel load(Path path) {
    Path file = Files.isDirectory(path) ? path.resolve(MODEL_FILE) : path;
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new StorageException(
          "Cannot read %s: there is no such file or directory".formatted(file), e);
    } catch (IOException e) {
      throw new StorageException("Cannot read %s: %s".formatted(file, e.getMessage()), e);
    }
    return of(ModelFile.decode(bytes, file.toString()));
  }

  /**
   * A model that has been read.
   *
   * @throws StreamUnavailableException if it has no output layer
   */
  public static RnnModel of(ModelFile file) {
    return of(file, KernelProvider.choose("auto").name());
  }

  /** As the other, with kernels of a name; bits do not depend on it. */
  public static RnnModel of(ModelFile file, String kernels) {
    return of(file, kernels, false);
  }

  /**
   * A model that was trained on a table whose missing numbers were filled with those before: for it
   * NaN is such a number.
   */
  public static RnnModel fillingForward(ModelFile file) {
    return of(file, KernelProvider.choose("auto").name(), true);
  }

  private static RnnModel of(ModelFile file, String kernels, boolean fills) {
    if (!file.topology().trainable()) {
      throw new StreamUnavailableException(
          "Cannot compute the outputs of a model: expected one with an output layer, found "
              + file.topology().summary());
    }
    return new RnnModel(file, kernels, fills);
  }

  /** A stream from its first time step. */
  public RnnStream start() {
    return start(Constants.NONE);
  }

  /**
   * A stream from its first time step.
   *
   * @throws StreamUnavailableException if the network also goes backward
   * @throws ReadingException if the model needs other constants
   */
  public RnnStream start(Constants constants) {
    if (!streams()) {
      throw new StreamUnavailableException(
          "Cannot go along a stream: expected layers that go forward, found a network that reads a sequence from its end, too; predict takes whole sequences");
    }
    return new RnnStream(this, constants);
  }

  /** Whether it can go along a stream: no layer goes backward. */
  public boolean streams() {
    return network.canCarryState();
  }

  /**
   * What the model says of a whole sequence, in the units of the data: {@code [reading][output]},
   * with a reading for each time step where it was trained to give that, else one.
   *
   * @throws ReadingException if it cannot be read
   */
  public double[][] predict(Sequence sequence) {
    double[][] outputs = outputs(sequence);
    for (double[] reading : outputs) {
      units.convert(reading);
    }
    return outputs;
  }

  /**
   * The same as the head has it: of classes what comes before the softmax.
   *
   * @throws ReadingException if it cannot be read
   */
  public double[][] outputs(Sequence sequence) {
    int steps = sequence.steps();
    double[][] outputs =
        new double[network.head().reads() == Reads.EVERY ? steps : 1][network.classes()];
    if (streams() && steps > network.timeSteps()) {
      outputsOfStream(sequence, outputs);
    } else {
      outputsOfWhole(read(sequence), outputs);
    }
    return outputs;
  }

  private void outputsOfStream(Sequence sequence, double[][] outputs) {
    RnnStream stream = start(sequence.constants());
    int steps = sequence.steps();
    for (int step = 0; step < steps; step++) {
      int reading = step - steps + outputs.length;
      double[] numbers = sequence.numbers() == null ? null : sequence.numbers()[step];
      int[] of = sequence.ids() == null ? null : sequence.ids()[step];
      if (reading < 0) {
        stream.pass(numbers, of);
      } else {
        stream.step(numbers, of, outputs[reading]);
      }
    }
  }

  private void outputsOfWhole(SequenceSource source, double[][] outputs) {
    sequences
        .get()
        .run(
            source,
            1,
            (sample, step, values, at, stride) -> {
              for (int output = 0; output < network.classes(); output++) {
                outputs[step][output] = values[at + output * stride];
              }
            },
            null,
            null);
  }

  /**
   * Reads a sequence of no more time steps than in training, without computing anything.
   *
   * @throws ReadingException if it cannot be read
   */
  public SequenceSource read(Sequence sequence) {
    int steps = sequence.steps();
    if (steps > network.timeSteps()) {
      throw new ReadingException(
          "Cannot read a sequence: expected at most %d time steps, as in training, found %d"
              .formatted(network.timeSteps(), steps));
    }
    return new SequenceSource(this, sequence, steps);
  }

  /**
   * As {@link #outputs(Sequence)}, of sequences that this model has read: {@code
   * [sequence][reading][output]}. They are computed together, which has no effect on bits.
   *
   * @param sequences 1 to {@link #MOST_TOGETHER}
   */
  public double[][][] outputs(List<SequenceSource> sequences) {
    boolean everyStep = network.head().reads() == Reads.EVERY;
    double[][][] outputs = new double[sequences.size()][][];
    for (int sample = 0; sample < outputs.length; sample++) {
      int readings = everyStep ? sequences.get(sample).length(0) : 1;
      outputs[sample] = new double[readings][network.classes()];
    }
    minibatches
        .get()
        .run(
            new SequenceMinibatch(sequences),
            outputs.length,
            (sample, step, values, at, stride) -> {
              for (int output = 0; output < network.classes(); output++) {
                outputs[sample][step][output] = values[at + output * stride];
              }
            },
            null,
            null);
    return outputs;
  }

  /** As the other, of numbers alone. */
  public double[][] predict(double[][] numbers) {
    return predict(Sequence.of(numbers));
  }

  /** As the other, of a text, which is cut into characters or words as in training. */
  public double[][] predict(String text) {
    List<String> tokens = vocabulary().unit().cut(text);
    return predict(
        new Sequence(
            null,
            tokens.stream().map(token -> new int[] {id(token)}).toArray(int[][]::new),
            Constants.NONE));
  }

  /** Numbers of a result: classes, targets, or quantiles of targets, all of the first one first. */
  public int outputs() {
    return network.classes();
  }

  /** Names of classes, or of tokens that a language model tells the next of; of others none. */
  public List<String> classes() {
    return classes;
  }

  /** Names of the numbers of a time step; none where they have none. */
  public List<String> features() {
    return preparation.map(Preparation::features).orElse(List.of());
  }

  /** What texts are cut into, and which tokens are known. */
  public Vocabulary vocabulary() {
    return preparation.map(Preparation::vocabulary).orElse(Vocabulary.NONE);
  }

  /** The id of a token; of one that training did not have, that of all such. */
  public int id(String token) {
    Integer id = ids.get(token);
    return id == null ? Vocabulary.UNKNOWN : id;
  }

  Network network() {
    return network;
  }

  OutputUnits units() {
    return units;
  }

  /** This thread's. */
  StreamPass pass() {
    return streams.get();
  }

  InputScale scale(String series) {
    return scale.orElseGet(() -> InputScale.of(network, preparation, fills, series));
  }

  float[] statics(Constants constants) {
    double[] given = constants.statics();
    float[] values = new float[network.input().statics()];
    boolean usable = given.length == values.length;
    for (int i = 0; usable && i < values.length; i++) {
      values[i] = (float) given[i];
      usable = Float.isFinite(values[i]);
    }
    if (!usable) {
      throw new ReadingException(
          "Cannot begin a sequence: expected %d static values in the range of a float, found %s"
              .formatted(values.length, Arrays.toString(given)));
    }
    return values;
  }

  /** Requires ids of a time step: one for each categorical channel. */
  void requireIds(int[] ids) {
    List<Embedding> channels = network.input().categorical();
    int found = ids == null ? 0 : ids.length;
    if (found != channels.size()) {
      throw new ReadingException(
          "Cannot read a time step: expected %s, found %d"
              .formatted(
                  channels.isEmpty()
                      ? "numbers alone"
                      : "ids or tokens of %d categorical channels".formatted(channels.size()),
                  found));
    }
    for (int channel = 0; channel < found; channel++) {
      int vocabulary = channels.get(channel).vocabulary();
      if (ids[channel] < 0 || ids[channel] >= vocabulary) {
        throw new ReadingException(
            "Cannot read a time step: expected an id below %d in categorical channel %d, found %d"
                .formatted(vocabulary, channel, ids[channel]));
      }
    }
  }
}
